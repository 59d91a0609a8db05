import { type SendMessageBatchCommand, type SendMessageBatchCommandOutput, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createPublisher, type PublisherOptions } from '../../lib/publisher/publisher.ts';
import type { PublisherMessage } from '../../lib/publisher/publisher-message.ts';
import type { SqsSender } from '../../lib/publisher/send-entries.ts';

const queueUrl = 'http://127.0.0.1:1/000000000000/marketo-requests';
const messageOf = (email: string, more: object = {}): PublisherMessage => ({
  path: '/rest/v1/leads.json',
  body: { input: [{ email }] },
  ...more,
});
const messages = (count: number) => Array.from({ length: count }, (_, index) => messageOf(`p${index}@example.com`));

type Answer = Pick<SendMessageBatchCommandOutput, 'Successful' | 'Failed'>;
type Entries = NonNullable<SendMessageBatchCommand['input']['Entries']>;

/** Answers in another order than it was asked in, as SQS may. */
function createSqs(
  answer: (entries: Entries, call: number) => Answer | Error = (entries) => ({ Successful: all(entries), Failed: [] }),
) {
  const calls: Entries[] = [];
  const client: SqsSender = {
    async send({ input }) {
      const entries = input.Entries ?? [];
      calls.push(entries);
      const said = answer(entries, calls.length);
      if (said instanceof Error) throw said;
      return { $metadata: {}, ...said };
    },
  };
  return { client, calls, emails: () => calls.map((entries) => entries.map(emailOf)) };
}

const all = (entries: Entries): NonNullable<Answer['Successful']> =>
  entries
    .map(({ Id, MessageBody }) => ({ Id, MessageId: `m-${emailOf({ MessageBody })}`, MD5OfMessageBody: '' }))
    .reverse();
const emailOf = ({ MessageBody = '' }: { MessageBody?: string | undefined }): string =>
  (JSON.parse(MessageBody) as { body: { input: { email: string }[] } }).body.input[0]?.email ?? '';

function publisherOf(client: SqsSender, more: Partial<PublisherOptions> = {}) {
  const waits: number[] = [];
  let ids = 0;
  const publisher = createPublisher({
    queueUrl,
    client,
    createId: () => `id-${ids++}`,
    wait: async (delayMs) => void waits.push(delayMs),
    ...more,
  });
  return { publisher, waits };
}

describe('publishing', () => {
  it('sends ten at a time, and answers for each message in order', async () => {
    const { client, calls } = createSqs();
    const { publisher } = publisherOf(client);

    const results = await publisher.publish(messages(23));

    expect(calls.map((entries) => entries.length)).toEqual([10, 10, 3]);
    expect(results).toEqual(
      messages(23).map((_, index) => ({ kind: 'accepted', messageId: `m-p${index}@example.com` })),
    );
  });

  it('sends no more than 1 MiB at a time', async () => {
    const { client, calls } = createSqs();
    const { publisher } = publisherOf(client);
    const large = (bytes: number) => ({
      path: '/rest/v1/leads.json',
      body: { input: [{ email: 'x', note: 'é'.repeat(bytes / 2) }] },
    });

    await publisher.publish([large(600_000), large(500_000), large(500_000)]);

    expect(calls.map((entries) => entries.length)).toEqual([1, 2]);
  });

  it('asks again for what SQS refused for a reason of its own, and for nothing else', async () => {
    const { client, emails } = createSqs((entries, call) => {
      if (call > 2) return { Successful: all(entries), Failed: [] };
      const [first, second, ...others] = entries;
      const refused = [
        { Id: first?.Id, Code: 'InternalError', Message: 'later', SenderFault: false },
        { Id: second?.Id, Code: 'InvalidMessageContents', Message: 'no', SenderFault: call === 1 },
      ];
      return { Successful: all(others), Failed: refused.slice(0, entries.length) };
    });
    const { publisher, waits } = publisherOf(client);

    const results = await publisher.publish(messages(4));

    expect(emails()).toEqual([
      ['p0@example.com', 'p1@example.com', 'p2@example.com', 'p3@example.com'],
      ['p0@example.com'],
      ['p0@example.com'],
    ]);
    expect(waits).toEqual([100, 200]);
    expect(results.map(({ kind }) => kind)).toEqual(['accepted', 'refused', 'accepted', 'accepted']);
    expect(results[1]).toEqual({ kind: 'refused', code: 'InvalidMessageContents', detail: 'no', mayRetry: false });
  });

  it('gives up after four rounds', async () => {
    const { client, calls } = createSqs((entries) => ({
      Successful: [],
      Failed: entries.map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'later', SenderFault: false })),
    }));
    const { publisher, waits } = publisherOf(client);

    const results = await publisher.publish(messages(1));

    expect(calls).toHaveLength(4);
    expect(waits).toEqual([100, 200, 400]);
    expect(results).toEqual([{ kind: 'refused', code: 'InternalError', detail: 'later', mayRetry: true }]);
  });

  it('says that a message may be on the queue when SQS did not answer', async () => {
    const { client, calls } = createSqs((entries, call) =>
      call === 1 ? new Error('socket hang up') : { Successful: all(entries.slice(1)), Failed: [] },
    );
    const { publisher } = publisherOf(client);

    const results = await publisher.publish(messages(12));

    expect(calls).toHaveLength(2);
    expect(results.slice(0, 10)).toEqual(Array(10).fill({ kind: 'unknown', detail: 'Error: socket hang up' }));
    expect(results.slice(10)).toEqual([
      { kind: 'unknown', detail: 'SQS did not answer for this entry' },
      { kind: 'accepted', messageId: 'm-p11@example.com' },
    ]);
  });

  it('says that a message is not on the queue when the whole request was refused', async () => {
    const error = Object.assign(new Error('no such queue'), { name: 'QueueDoesNotExist', $fault: 'client' });
    const { publisher } = publisherOf(createSqs(() => error).client);

    expect(await publisher.publish(messages(1))).toEqual([
      { kind: 'refused', code: 'QueueDoesNotExist', detail: 'QueueDoesNotExist: no such queue', mayRetry: false },
    ]);
  });

  it('asks again when SQS throttles', async () => {
    const error = Object.assign(new Error('slow down'), { name: 'RequestThrottled', $fault: 'client' });
    const { client } = createSqs((entries, call) => (call < 3 ? error : { Successful: all(entries), Failed: [] }));
    const { publisher } = publisherOf(client);

    expect((await publisher.publish(messages(1)))[0]?.kind).toBe('accepted');
  });

  it('does not send what the relay would not accept, and sends the rest', async () => {
    const { client, emails } = createSqs();
    const { publisher } = publisherOf(client);

    const results = await publisher.publish([
      messageOf('ann@example.com'),
      messageOf('ben@example.com', { path: 'rest/v1/leads.json' }),
      messageOf('cem@example.com'),
    ]);

    expect(emails()).toEqual([['ann@example.com', 'cem@example.com']]);
    expect(results).toEqual([
      { kind: 'accepted', messageId: 'm-ann@example.com' },
      {
        kind: 'invalid',
        problems: [{ path: 'path', expected: expect.stringContaining('did you mean "/rest/v1/leads.json"?') }],
      },
      { kind: 'accepted', messageId: 'm-cem@example.com' },
    ]);
  });

  it('gives an id to each message that has none', async () => {
    const { client, calls } = createSqs();
    const { publisher } = publisherOf(client);

    await publisher.publish([messageOf('ann@example.com'), messageOf('ben@example.com', { id: 'order-7' })]);

    const ids = calls.flat().map(({ MessageBody = '' }) => (JSON.parse(MessageBody) as { id: string }).id);
    expect(ids).toEqual(['id-0', 'order-7']);
  });

  it('ends when the caller says so', async () => {
    const ended = new AbortController();
    const { client, calls } = createSqs((entries) => {
      ended.abort();
      return { Successful: all(entries), Failed: [] };
    });
    const { publisher } = publisherOf(client);

    const results = await publisher.publish(messages(55), { signal: ended.signal });

    expect(calls).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'accepted')).toHaveLength(10);
    expect(results.at(-1)).toMatchObject({ kind: 'refused', code: 'Aborted' });
  });

  it('sends nothing for nothing', async () => {
    const { client, calls } = createSqs();
    expect(await publisherOf(client).publisher.publish([])).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('takes a client of the SDK, as it is', () => {
    const client = new SQSClient({ region: 'us-east-1' });
    expect(() => createPublisher({ queueUrl, client })).not.toThrow();
    client.destroy();
  });

  it.each([[''], [undefined], ['marketo-requests'], ['arn:aws:sqs:us-east-1:123456789012:q']])(
    'refuses %s for a queue URL',
    (url) => {
      expect(() => createPublisher({ queueUrl: url as string })).toThrow(
        /queueUrl must be the URL of the relay's queue/,
      );
    },
  );
});

describe('an outbox', () => {
  it('stores entries, and sends them later however they were put together', async () => {
    const { client, emails } = createSqs();
    const { publisher } = publisherOf(client);
    const stored = messages(12).flatMap((message) => publisher.toEntries([message]));

    const results = await publisher.send(stored);

    expect(new Set(stored.map(({ Id }) => Id))).toEqual(new Set(['0']));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(emails().flat()).toHaveLength(12);
  });
});
