import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostedLetter } from '../support/desk.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';
import { duplicate, type Request, upsert } from './requests.ts';

let relayUnderTest: RelayUnderTest;
beforeAll(async () => {
  relayUnderTest = await startRelayUnderTest();
});
afterAll(() => relayUnderTest.stop());
beforeEach(() => relayUnderTest.reset());

/** Publishes, delivers, and gives the one letter that comes of it. */
async function letterOf(request: Request, attributes: Readonly<Record<string, string>> = {}): Promise<PostedLetter> {
  await relayUnderTest.desk.publish({ body: JSON.stringify(request), attributes });
  await relayUnderTest.deliver();
  const [letter, ...others] = await relayUnderTest.desk.letters();
  if (letter === undefined || others.length > 0) throw new Error('expected one letter');
  return letter;
}

/** As the console's redrive does it: body and attributes as they are, under a new SQS message id. */
async function redrive({ text, attributes }: PostedLetter): Promise<void> {
  await relayUnderTest.desk.publish({ body: text, attributes });
  const { failedIds } = await relayUnderTest.deliver();
  expect(failedIds).toEqual([]);
}

async function expectAllDone(): Promise<void> {
  expect(await relayUnderTest.desk.letters()).toEqual([]);
  expect(await relayUnderTest.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
}

const refused = (code: string) => ({ kind: 'code', level: 'response', code }) as const;

describe('a dead letter that is put back on the queue as it is', () => {
  it('is delivered when its cause is gone', async () => {
    relayUnderTest.marketo.setFaults([{ gives: refused('703') }]);
    const letter = await letterOf(upsert('back@example.com', { firstName: 'marker-back' }), { tenant: 'north' });
    relayUnderTest.marketo.setFaults([]);

    await redrive(letter);

    expect(letter.letter.failure.code).toBe('703');
    expect(relayUnderTest.marketo.executions('marker-back')).toBe(1);
    await expectAllDone();
  });

  it('becomes the same letter again while its cause is there, with a budget that starts anew', async () => {
    relayUnderTest.marketo.setFaults([{ gives: refused('703') }]);
    const first = await letterOf({ ...upsert('again@example.com'), id: 'stays' } as Request, { tenant: 'north' });

    await redrive(first);
    const [second] = await relayUnderTest.desk.letters();

    expect(second?.letter).toMatchObject({
      relayId: 'stays',
      failure: { code: '703', attempts: 1 },
      message: first.letter.message,
    });
    expect(second?.letter.history).toHaveLength(1);
    expect(second?.attributes).toEqual(first.attributes);
  });

  it('sends the rejected records only, and names them by their place in the first message', async () => {
    const input = ['a', 'b', 'c', 'd'].map((name) => {
      return { email: `${name}-part@example.com`, firstName: `marker-part-${name}` };
    });
    const request = { ...upsert('x@example.com'), body: { action: 'createOrUpdate', input } };
    const gives = { kind: 'code', level: 'record', code: '1008' } as const;
    const rules = ['b-part', 'd-part'].map((bodyIncludes) => ({ gives, bodyIncludes }));
    relayUnderTest.marketo.setFaults([{ gives, bodyIncludes: 'b-part' }]);
    const first = await letterOf(request);
    expect(first.letter.message.positions).toEqual([1]);

    relayUnderTest.marketo.setFaults(rules);
    await redrive(first);
    const [second] = await relayUnderTest.desk.letters();
    relayUnderTest.marketo.setFaults([]);
    if (second !== undefined) await redrive(second);

    expect(second?.letter.message.positions).toEqual([1]);
    expect(['a', 'b', 'c', 'd'].map((name) => relayUnderTest.marketo.executions(`marker-part-${name}`))).toEqual([
      1, 1, 1, 1,
    ]);
    await expectAllDone();
  });

  it('is as invalid as before when the message in it is', async () => {
    await relayUnderTest.desk.publish('{"path":"/identity/oauth/token"}');
    await relayUnderTest.deliver();
    const [first] = await relayUnderTest.desk.letters();
    if (first !== undefined) await redrive(first);

    const [second] = await relayUnderTest.desk.letters();

    expect(second?.letter.failure).toMatchObject({ code: 'invalidMessage', message: first?.letter.failure.message });
    expect(second?.letter.message.body).toEqual({ path: '/identity/oauth/token' });
    expect(relayUnderTest.calls()).toEqual([]);
  });
});

describe('a dead letter of leads pushed, of which Marketo took one', () => {
  it('pushes nobody again when it is put back, and says what to do instead', async () => {
    const input = [
      { email: 'taken@example.com', firstName: 'marker-taken' },
      { email: 'skipped@example.com', shoeSize: 44 },
    ];
    const body = { programName: 'Spring webinar', lookupField: 'email', input };
    const first = await letterOf({ method: 'POST', path: '/rest/v1/leads/push.json', body });

    await redrive(first);

    const [second] = await relayUnderTest.desk.letters();
    expect(first.letter.failure).toMatchObject({ code: '1006', retriable: false });
    expect(first.letter.failure.remedy).toMatch(/^Marketo took other records .* under a new `id`/);
    expect(relayUnderTest.marketo.executions('marker-taken')).toBe(1);
    expect(second?.letter.failure).toMatchObject({ code: 'outcomeUnknown', outcomeUnknown: true });
  });
});

describe('a dead letter over 1 MiB', () => {
  /** A message of so many bytes, in records as large as Marketo's longest field. */
  function large(name: string, bytes: number): Request {
    const make = (length: number): Request => {
      const input = Array.from({ length: 36 }, (_, index) => {
        const firstName = `marker-${name}-${index}`;
        return { email: `${name}-${index}@example.com`, firstName, personNotes: 'x'.repeat(length) };
      });
      return { ...upsert('x@example.com'), body: { action: 'createOrUpdate', input } };
    };
    const frameBytes = JSON.stringify(make(0)).length;
    return make(Math.floor((bytes - frameBytes) / 36));
  }

  it('points to the whole of it in the overflow bucket, and is delivered when it is put back', async () => {
    relayUnderTest.marketo.setFaults([{ gives: refused('703') }]);
    const letter = await letterOf(large('large', 900_000));
    relayUnderTest.marketo.setFaults([]);

    await redrive(letter);

    expect(letter.letter.overflow).toMatchObject({ bucket: relayUnderTest.wire.bucketName });
    expect(letter.letter.overflow?.cut).toContain('request.body');
    expect(Buffer.byteLength(letter.text)).toBeLessThanOrEqual(1_048_576);
    expect([0, 15, 30].map((index) => relayUnderTest.marketo.executions(`marker-large-${index}`))).toEqual([1, 1, 1]);
    await expectAllDone();
  });

  it('is taken out of the bucket when even its message was cut', async () => {
    // As large as SQS takes it: nothing fits beside it. It goes out in two calls, and both are refused.
    relayUnderTest.marketo.setFaults([{ gives: refused('703') }]);
    const letter = await letterOf(large('whole', 1_048_576));
    relayUnderTest.marketo.setFaults([]);

    await redrive(letter);

    expect(letter.letter.overflow?.cut).toContain('message.body');
    expect(relayUnderTest.marketo.executions('marker-whole-7')).toBe(1);
    await expectAllDone();
  });

  it('whose object is gone is a letter that says so, and no call is made', async () => {
    const pointer = { bucket: relayUnderTest.wire.bucketName, key: 'dead-letters/gone/0.json', cut: ['message.body'] };
    await relayUnderTest.desk.publish(
      JSON.stringify({ deadLetter: 1, relayId: 'gone', message: { body: '' }, overflow: pointer }),
    );

    await relayUnderTest.deliver();
    const [posted] = await relayUnderTest.desk.letters();

    expect(posted?.letter).toMatchObject({ relayId: 'gone', failure: { code: 'invalidMessage' } });
    expect(posted?.letter.failure.message).toContain(
      'overflow: expected the letter at dead-letters/gone/0.json; there is none',
    );
    expect(relayUnderTest.calls()).toEqual([]);
  });
});

describe('a dead letter of unknown outcome', () => {
  const once = () => duplicate('once@example.com');
  /** Marketo may be busy with a lost call for minutes; until then nothing else touches its person. */
  const HOUR_MS = 3_600_000;
  const lost = { gives: { kind: 'reset', when: 'after' }, times: 1 } as const;

  it('is not executed again when it is put back, and says so each time', async () => {
    relayUnderTest.marketo.setFaults([lost]);
    const first = await letterOf(once());
    const callsOfFirst = relayUnderTest.calls().length;

    relayUnderTest.later(HOUR_MS);
    await redrive(first);
    const [second] = await relayUnderTest.desk.letters();

    expect(first.letter.failure).toMatchObject({ code: 'outcomeUnknown', outcomeUnknown: true, retriable: false });
    expect(second?.letter.failure).toMatchObject({ code: 'outcomeUnknown', outcomeUnknown: true, retriable: false });
    expect([callsOfFirst, relayUnderTest.calls().length]).toEqual([1, 1]);
    expect(await relayUnderTest.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('is executed when its body is published again under a new id, as its remedy says', async () => {
    relayUnderTest.marketo.setFaults([lost]);
    const first = await letterOf(once());

    relayUnderTest.later(HOUR_MS);
    await relayUnderTest.desk.publish(JSON.stringify({ ...(first.letter.message.body as object), id: 'sent-anyway' }));
    await relayUnderTest.deliver();

    expect(first.letter.failure.remedy).toContain('under a new `id`');
    expect(relayUnderTest.calls()).toHaveLength(2);
    await expectAllDone();
  });

  it('is not executed by a copy that SQS brings once more after it was delivered', async () => {
    const body = JSON.stringify({ ...once(), id: 'brought-twice' });
    await relayUnderTest.desk.publish(body);
    await relayUnderTest.deliver();
    await relayUnderTest.desk.publish(body);

    const { failedIds } = await relayUnderTest.deliver();

    expect(failedIds).toEqual([]);
    expect(relayUnderTest.calls()).toHaveLength(1);
    await expectAllDone();
  });
});
