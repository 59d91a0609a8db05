import { describe, expect, it } from 'vitest';
import type { OverflowStore } from '../../lib/dead-letter/overflow.ts';
import { createDeadLetterPublisher } from '../../lib/dead-letter/publish.ts';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { readMessage } from '../../lib/delivery/intake/read-message.ts';
import type { HttpReply } from '../../lib/marketo/http.ts';
import { messageBytes } from '../../lib/message/message-size.ts';
import { MAX_MESSAGE_BYTES } from '../../lib/settings/policy.ts';
import { NOW_MS, read, recordOf, SYNC } from '../delivery/intake/fixtures.ts';
import { fakeQueue, letterFor, recordingLog } from './fixtures.ts';

function memoryStore(): OverflowStore & { readonly objects: Map<string, string> } {
  const objects = new Map<string, string>();
  return {
    bucket: 'overflow',
    objects,
    put: async (key, body) => void objects.set(key, body),
    get: async (key) => objects.get(key) ?? '',
  };
}

const reply = (body: string): HttpReply => ({ kind: 'reply', status: 200, headers: {}, body, complete: true });
const sentLetter = (body: string | undefined) => JSON.parse(body ?? '') as DeadLetter;
const request = (body: string) =>
  ({ method: 'POST', url: 'https://x.example/rest/v1/leads.json', headers: {}, body }) as const;
const messageOf = (bytes: number) => read({ ...SYNC, id: 'order-7', body: { input: [{ note: 'm'.repeat(bytes) }] } });

function setUp() {
  const [queue, overflow, logging] = [fakeQueue(), memoryStore(), recordingLog()];
  const publisher = createDeadLetterPublisher({ queue, overflow, log: logging.log });
  return { queue, overflow, lines: logging.lines, publisher };
}

describe('the dead-letter publisher', () => {
  it('sends letters with their facts, and logs each once, with request and response', async () => {
    const { queue, overflow, lines, publisher } = setUp();
    const letters = [
      letterFor(read(SYNC), { request: request('{"q":1}'), reply: reply('{"r":2}') }),
      letterFor(read('not JSON')),
    ];
    expect(await publisher.send(letters)).toEqual([{ accepted: true }, { accepted: true }]);
    expect(queue.sent.map((sent) => sentLetter(sent.body))).toEqual(letters);
    expect(queue.sent.map((sent) => sent.attributes.code?.stringValue)).toEqual([
      'attemptsExhausted',
      'invalidMessage',
    ]);
    expect(overflow.objects.size).toBe(0);
    expect(lines.map((line) => line.message)).toEqual(['dead letter', 'dead letter']);
    expect(lines[0]?.fields).toMatchObject({
      operation: 'syncLeads',
      letter: { request: { body: { q: 1 } }, response: { body: { r: 2 } } },
    });
  });

  it('says so when a letter was not accepted, and does not log it as sent', async () => {
    const { log, lines } = recordingLog();
    const refused = { accepted: false, error: 'no' } as const;
    const publisher = createDeadLetterPublisher({ queue: fakeQueue(refused), overflow: memoryStore(), log });
    expect(await publisher.send([letterFor(read(SYNC))])).toEqual([refused]);
    expect(lines.map((line) => line.message)).toEqual(['dead letter not accepted']);
  });

  it('cuts the reply first, and puts the whole into the store before', async () => {
    const { queue, overflow, publisher } = setUp();
    const whole = letterFor(messageOf(1_000), { request: request('{}'), reply: reply('r'.repeat(2_000_000)) });
    await publisher.send([whole]);
    const sent = sentLetter(queue.sent[0]?.body);
    expect(sent.overflow).toMatchObject({ bucket: 'overflow', cut: ['response.body'] });
    expect(sent.message).toEqual(whole.message);
    expect(sent.request).toEqual(whole.request);
    expect(sent.response).toMatchObject({
      status: 200,
      body: expect.stringContaining('[cut: 2000000 bytes; the whole is in s3://overflow/'),
    });
    expect(JSON.parse(overflow.objects.get(sent.overflow?.key ?? '') ?? '')).toEqual(whole);
  });

  it('cuts the message last, and a letter without its message is found again through its pointer', async () => {
    const { queue, overflow, publisher } = setUp();
    const intake = messageOf(MAX_MESSAGE_BYTES - 500);
    await publisher.send([
      letterFor(intake, { request: request('q'.repeat(1_000_000)), reply: reply('r'.repeat(1_000_000)) }),
    ]);
    const [outgoing] = queue.sent;
    const back = readMessage(recordOf(outgoing?.body ?? '', { attributes: outgoing?.attributes ?? {} }), NOW_MS);
    expect(sentLetter(outgoing?.body).overflow?.cut).toEqual(['response.body', 'request.body', 'message.body']);
    if (back.kind !== 'overflowed') throw new Error(`expected an overflowed letter, got ${back.kind}`);
    const fetched = await overflow.get(back.pointer.key);
    const again = readMessage({ ...back.received, body: fetched ?? '' }, NOW_MS);
    expect(again.kind === 'message' && intake.kind === 'message' && again.message.request).toEqual(
      intake.kind === 'message' && intake.message.request,
    );
    expect(again).toMatchObject({ kind: 'message', message: { state: { relayId: 'order-7' } } });
  });

  it('fits every letter into SQS, whatever in it is large', async () => {
    const { queue, publisher } = setUp();
    const large = 'ä\uFFFF'.repeat(400_000);
    const letter = letterFor(read(SYNC));
    const details = Array.from({ length: 1_000 }, (_, position) => ({
      position,
      code: '1003',
      message: '\u0000'.repeat(1_000),
    }));
    const letters: DeadLetter[] = [
      { ...letter, message: { ...letter.message, attributes: { a: large } } },
      { ...letter, failure: { ...letter.failure, details } },
      { ...letter, request: { method: 'GET', url: `https://x.example/?${large}`, headers: {} } },
      { ...letter, response: { status: 200, headers: { x: large }, body: large } },
    ];
    expect(await publisher.send(letters)).toEqual(letters.map(() => ({ accepted: true })));
    for (const sent of queue.sent) {
      expect(messageBytes(sent)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      expect(sentLetter(sent.body).overflow?.cut).not.toHaveLength(0);
    }
  });

  it('leaves a message unsettled when the store fails, and its neighbours unharmed', async () => {
    const { log, lines } = recordingLog();
    const queue = fakeQueue();
    const overflow: OverflowStore = {
      ...memoryStore(),
      put: async () => {
        throw new Error('slow down');
      },
    };
    const publisher = createDeadLetterPublisher({ queue, overflow, log });
    const outcomes = await publisher.send([
      letterFor(messageOf(10), { reply: reply('r'.repeat(2_000_000)) }),
      letterFor(messageOf(20)),
    ]);
    expect(outcomes).toEqual([{ accepted: false, error: 'overflow: slow down' }, { accepted: true }]);
    expect(queue.sent).toHaveLength(1);
    expect(lines.map((line) => line.message)).toEqual(['dead letter not accepted', 'dead letter']);
  });

  it('logs what is too long for a line in parts, and says where the whole is of what is too long even for those', async () => {
    const { lines, publisher } = setUp();
    await publisher.send([
      letterFor(messageOf(950_000)),
      letterFor(messageOf(10), { reply: reply('r'.repeat(3_000_000)) }),
    ]);
    for (const { fields } of lines) expect(Buffer.byteLength(JSON.stringify(fields))).toBeLessThan(190_000);
    expect(lines.map(({ message }) => message)).toEqual([
      'dead letter',
      ...Array.from({ length: 6 }, () => 'log part'),
      'dead letter',
    ]);
    expect(lines[1]?.fields).toMatchObject({ relayId: 'order-7', partOf: 'message.body', part: 1, parts: 6 });
    expect(lines[7]?.fields).toMatchObject({ cut: ['response.body'] });
    expect(lines[7]?.fields.whole).toMatch(/^s3:\/\/overflow\/dead-letters\/order-7\//);
  });
});
