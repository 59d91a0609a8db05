import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostedLetter } from '../support/desk.ts';
import { BAD_MARKER, BAD_MESSAGES } from './bad-messages.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';
import { upsert } from './requests.ts';

let relayUnderTest: RelayUnderTest;
beforeAll(async () => {
  relayUnderTest = await startRelayUnderTest();
});
afterAll(() => relayUnderTest.stop());

const good = (name: string) => JSON.stringify(upsert(`${name}@example.com`, { lastName: `marker-${name}` }));

describe('bad messages between good ones, all in one batch', () => {
  let letters: ReadonlyMap<string, PostedLetter>;
  let failedIds: readonly string[];
  let sentBodies: readonly string[];
  const idOf = new Map<string, string>();

  beforeAll(async () => {
    const bodies = BAD_MESSAGES.flatMap(({ body }, index) => [good(`good-${index}`), body]);
    const ids = await relayUnderTest.desk.publish(...bodies);
    for (const [index, { title }] of BAD_MESSAGES.entries()) idOf.set(title, ids[2 * index + 1] ?? '');
    ({ failedIds } = await relayUnderTest.deliver());
    letters = new Map((await relayUnderTest.desk.letters()).map((posted) => [posted.letter.relayId, posted]));
    sentBodies = relayUnderTest.calls().map((call) => call.url + call.body);
  });

  it.each(BAD_MESSAGES)('$title: a letter that lists each problem, and no call', ({ title, body, problems }) => {
    const posted = letters.get(idOf.get(title) ?? '');

    const lines = posted?.letter.failure.message.split('\n') ?? [];
    expect(lines).toHaveLength(problems.length);
    for (const problem of problems) expect(lines).toContainEqual(expect.stringContaining(problem));
    expect(posted?.letter.failure).toMatchObject({
      level: 'message',
      code: 'invalidMessage',
      retriable: false,
      outcomeUnknown: false,
      attempts: 0,
      remedy: expect.stringContaining('Correct every problem'),
    });
    expect(posted?.attributes).toMatchObject({ code: 'invalidMessage', level: 'message' });
    expect(posted?.letter).not.toHaveProperty('request');
    expect(posted?.letter).not.toHaveProperty('response');
    const isWhole = posted !== undefined && posted.letter.overflow === undefined;
    expect(isWhole ? bodyIn(posted) : body).toBe(body);
  });

  it('get one letter each, and the good ones none', () => {
    expect(letters.size).toBe(BAD_MESSAGES.length);
    expect(failedIds).toEqual([]);
  });

  it('never reach Marketo', () => {
    expect(sentBodies).toHaveLength(1);
    expect(sentBodies.join()).not.toContain(BAD_MARKER);
  });

  it('leave their neighbours unharmed: each is delivered once', () => {
    const executions = BAD_MESSAGES.map((_, index) => relayUnderTest.marketo.executions(`marker-good-${index}`));
    expect(executions).toEqual(BAD_MESSAGES.map(() => 1));
  });

  it('leave nothing on the queue', async () => {
    expect(await relayUnderTest.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});

describe('a message at a limit of size or time', () => {
  beforeEach(() => relayUnderTest.reset());

  const MIB = 1_048_576;
  /** A message of exactly 1 MiB, the most that SQS takes. */
  function filled(records: number): string {
    const make = (filler: number): string => {
      const input = Array.from({ length: records }, (_, index) => {
        return { email: `big-${index}@example.com`, personNotes: 'x'.repeat(Math.floor(filler / records)) };
      });
      return JSON.stringify({ path: '/rest/v1/leads.json', body: { input } });
    };
    const text = make(MIB - make(0).length);
    return text + ' '.repeat(MIB - text.length);
  }

  it('is refused unsent when one record fills 1 MiB, with its size, and kept whole', async () => {
    await relayUnderTest.desk.publish(filled(1), good('beside'));

    const { failedIds } = await relayUnderTest.deliver();
    const [posted] = await relayUnderTest.desk.letters();

    expect(failedIds).toEqual([]);
    expect(posted?.letter.failure).toMatchObject({ level: 'message', code: 'recordTooLarge', retriable: false });
    expect(posted?.letter.failure.message).toMatch(/10\d{5} bytes as sent, of at most 1000000/);
    expect(posted?.letter.overflow).toMatchObject({ bucket: relayUnderTest.wire.bucketName, cut: ['message.body'] });
    expect(relayUnderTest.calls()).toHaveLength(1);
    expect(relayUnderTest.marketo.executions('marker-beside')).toBe(1);
  });

  it('is sent in several calls when many records fill 1 MiB', async () => {
    await relayUnderTest.desk.publish(filled(50));

    await relayUnderTest.deliver();

    expect(await relayUnderTest.desk.letters()).toEqual([]);
    expect(relayUnderTest.calls().map((call) => call.code)).toEqual([undefined, undefined]);
    expect(relayUnderTest.calls().every((call) => Buffer.byteLength(call.body) <= 1_000_000)).toBe(true);
  });

  it('becomes a letter when its id is that of another request in the batch, which is sent', async () => {
    await relayUnderTest.desk.publish(
      JSON.stringify({ id: 'customer-7', ...upsert('first@example.com', { lastName: 'marker-first' }) }),
      JSON.stringify({ id: 'customer-7', ...upsert('second@example.com', { lastName: 'marker-second' }) }),
    );

    const { failedIds } = await relayUnderTest.deliver();
    const letters = await relayUnderTest.desk.letters();

    expect(failedIds).toEqual([]);
    expect(letters).toHaveLength(1);
    expect(letters[0]?.letter.failure).toMatchObject({ code: 'invalidMessage' });
    expect(letters[0]?.letter.failure.message).toMatch(/^id: expected an id of its own/);
    const executions = ['marker-first', 'marker-second'].map((marker) => relayUnderTest.marketo.executions(marker));
    expect(executions.toSorted()).toEqual([0, 1]);
  });

  it('is not sent after its notAfter', async () => {
    await relayUnderTest.desk.publish(
      JSON.stringify({ ...upsert('late@example.com'), notAfter: '2020-01-01T00:00:00Z' }),
      good('timely'),
    );

    await relayUnderTest.deliver();

    expect((await relayUnderTest.desk.letters()).map(({ letter }) => letter.failure.code)).toEqual(['expired']);
    expect(relayUnderTest.calls()).toHaveLength(1);
    expect(relayUnderTest.marketo.executions('marker-timely')).toBe(1);
  });
});

describe('a message that is not what it says', () => {
  beforeEach(() => relayUnderTest.reset());

  it('is sent once when it comes twice under one relay id', async () => {
    const body = JSON.stringify({ ...upsert('twice@example.com', { lastName: 'marker-twice' }), id: 'same' });
    await relayUnderTest.desk.publish(body, body, good('other'));

    const { failedIds } = await relayUnderTest.deliver();

    expect(failedIds).toEqual([]);
    expect([
      relayUnderTest.marketo.executions('marker-twice'),
      relayUnderTest.marketo.executions('marker-other'),
    ]).toEqual([1, 1]);
    expect(await relayUnderTest.desk.letters()).toEqual([]);
    expect(await relayUnderTest.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('is a letter when its id was used for another request before, where that one must not be repeated', async () => {
    const trigger = (lead: number) =>
      JSON.stringify({
        id: 'same',
        path: '/rest/v1/campaigns/7002/trigger.json',
        body: { input: { leads: [{ id: lead }] } },
      });
    await relayUnderTest.desk.publish(trigger(1001));
    await relayUnderTest.deliver();
    await relayUnderTest.desk.publish(trigger(1002));
    const { failedIds } = await relayUnderTest.deliver();

    const letters = (await relayUnderTest.desk.letters()).map(({ letter }) => letter);

    expect(failedIds).toEqual([]);
    expect(relayUnderTest.calls()).toHaveLength(1);
    expect(letters.map(({ failure }) => failure.code)).toEqual(['invalidMessage']);
    expect(letters[0]?.failure.message).toMatch(/^id: expected an id of its own/);
    expect(letters[0]?.message.body).toMatchObject({ body: { input: { leads: [{ id: 1002 }] } } });
  });

  it('is acknowledged unsent when it is the same request again under its id', async () => {
    const body = JSON.stringify({
      id: 'same',
      path: '/rest/v1/campaigns/7002/trigger.json',
      body: { input: { leads: [{ id: 1001 }] } },
    });
    await relayUnderTest.desk.publish(body);
    await relayUnderTest.deliver();
    await relayUnderTest.desk.publish(body);
    await relayUnderTest.deliver();

    expect(relayUnderTest.calls()).toHaveLength(1);
    expect(await relayUnderTest.desk.letters()).toEqual([]);
    expect(await relayUnderTest.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it.each(['not JSON', '{"v":1}', '{"v":1,"id":"x","attempt":-1,"firstSeen":"never"}', '{"v":99}', '[]'])(
    'is new when its attribute `relay` is %s',
    async (relay) => {
      const body = JSON.stringify({ ...upsert('forged@example.com', { shoeSize: 44 }), id: 'own-id' });
      await relayUnderTest.desk.publish({ body, attributes: { relay } });

      await relayUnderTest.deliver();

      const [posted] = await relayUnderTest.desk.letters();
      expect(posted?.letter).toMatchObject({ relayId: 'own-id', failure: { code: '1006', attempts: 1 } });
      expect(posted?.attributes).not.toHaveProperty('relay');
    },
  );
});

/** As JSON where that loses nothing, else as the text that it was: the publisher's body either way. */
function bodyIn({ letter }: PostedLetter): string {
  const { body } = letter.message;
  return typeof body === 'string' ? body : JSON.stringify(body);
}
