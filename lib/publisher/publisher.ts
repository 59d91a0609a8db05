import type { MessageProblem } from '../message/problem.ts';
import { defaultClient } from './default-client.ts';
import { type Entry, type EntryOptions, toEntries, writeEntries } from './entries.ts';
import type { PublisherMessage } from './publisher-message.ts';
import { type SendOptions, type SendResult, type SqsSender, sendEntries } from './send-entries.ts';

interface PublisherOptions extends EntryOptions, Pick<SendOptions, 'wait'> {
  /** The relay's queue: the output `QueueUrl` of its stack, or `relay.queue.queueUrl`. */
  readonly queueUrl: string;
  /**
   * An `SQSClient` of the AWS SDK, version 3. It stays the caller's: nothing here closes it.
   *
   * @default - one of the publisher's own, made at the first use with the SDK's usual region and credentials
   */
  readonly client?: SqsSender;
}

/**
 * What became of one message:
 *
 * - `accepted`: it is on the queue
 * - `invalid`: the relay would not accept it, so it was not sent
 * - `refused`: SQS did not take it, however often it was asked; it is not on the queue
 * - `unknown`: SQS was asked and did not answer, so that it may be on the queue. Sent again with the same `id`, it is
 *   not executed twice where that would matter.
 */
type PublishResult = SendResult | { readonly kind: 'invalid'; readonly problems: readonly MessageProblem[] };

interface Publisher {
  /**
   * Publishes messages, in batches of at most ten and 1 MiB. What SQS refuses for a reason of its own is sent again, a few
   * times and by itself. One result for each message, in order; never throws for what becomes of a message.
   */
  publish(messages: readonly PublisherMessage[], call?: PublishCall): Promise<readonly PublishResult[]>;
  /** The module's `toEntries` with this publisher's ids. */
  toEntries(messages: readonly PublisherMessage[]): readonly Entry[];
  /** Sends what {@link toEntries} wrote, whenever that was. Their `Id`s need not differ: they may come from many calls. */
  send(entries: readonly Pick<Entry, 'MessageBody'>[], call?: PublishCall): Promise<readonly SendResult[]>;
}

interface PublishCall {
  /** Aborted, it ends the sending: what was not sent until then is `refused` with code `Aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Publishes Marketo requests to a relay's queue.
 *
 * @example
 * const publisher = createPublisher({ queueUrl: process.env.RELAY_QUEUE_URL });
 * const [result] = await publisher.publish([
 *   requests.syncLeads({ body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email: 'ann@example.com' }] } }),
 * ]);
 * if (result.kind !== 'accepted') console.error(result);
 */
function createPublisher(options: PublisherOptions): Publisher {
  const { queueUrl } = options;
  if (typeof queueUrl !== 'string' || !/^https?:\/\/\S+\/\S+$/.test(queueUrl)) {
    const got = JSON.stringify(queueUrl) ?? 'nothing';
    throw new TypeError(`queueUrl must be the URL of the relay's queue, the stack's output QueueUrl; got ${got}`);
  }
  let client = options.client;

  async function send(entries: readonly Pick<Entry, 'MessageBody'>[], call: PublishCall = {}) {
    if (entries.length === 0) return [];
    client ??= await defaultClient();
    return sendEntries(client, queueUrl, entries, { ...call, ...(options.wait && { wait: options.wait }) });
  }

  async function publish(messages: readonly PublisherMessage[], call?: PublishCall) {
    const written = writeEntries(messages, options);
    const sent = await send(
      written.flatMap((one) => (one.kind === 'entry' ? [one.entry] : [])),
      call,
    );
    let next = 0;
    return written.map((one): PublishResult => {
      if (one.kind === 'invalid') return one;
      const result = sent[next];
      next += 1;
      return result ?? { kind: 'unknown', detail: 'SQS did not answer for this entry' };
    });
  }

  return { publish, send, toEntries: (messages) => toEntries(messages, options) };
}

export type { PublishCall, Publisher, PublisherOptions, PublishResult };
export { createPublisher };
