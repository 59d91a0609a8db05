import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { toLambdaRecord } from '../../lib/emulators/event-source-mapping/records.ts';
import { RELAY_ATTRIBUTE } from '../../lib/message/relay-state.ts';
import type { Wire } from './wire.ts';

type Published = string | { readonly body: string; readonly attributes: Readonly<Record<string, string>> };

/** The attribute `relay` as it travels. */
interface RelayNote {
  readonly v: number;
  readonly id: string;
  readonly attempt: number;
  readonly firstSeen: string;
  readonly lastCode?: string;
  readonly positions?: string;
  readonly part?: number;
  readonly share?: number;
}

/** A message that the relay put back on the queue. */
interface Copy {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly relay: RelayNote;
  readonly delaySeconds: number;
  readonly visibleAtMs: number;
}

/** A message on the dead-letter queue. */
interface PostedLetter {
  readonly letter: DeadLetter;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** Both queues as a publisher and an operator see them. */
interface Desk {
  /** Publishes in order; gives the SQS message ids. */
  publish(...messages: readonly Published[]): Promise<readonly string[]>;
  /** Everything visible, as Lambda would hand it over. */
  receive(): Promise<readonly SQSRecord[]>;
  acknowledge(records: readonly SQSRecord[]): Promise<void>;
  /** What lies on the queue, visible or not yet. Takes it away where it cannot be looked at otherwise. */
  copies(): Promise<readonly Copy[]>;
  /** Takes every letter from the dead-letter queue. */
  letters(): Promise<readonly PostedLetter[]>;
  counts(): Promise<Counts>;
  clear(): Promise<void>;
}

/** SQS: at most ten entries, and 1 MiB, a batch. */
const MAX_ENTRIES = 10;
const LARGE_BYTES = 100_000;

function createDesk(wire: Wire): Desk {
  const { sqs, queueUrl, deadLetterQueueUrl } = wire;

  async function receiveAll(from: string): Promise<readonly Message[]> {
    const received: Message[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: from,
          MaxNumberOfMessages: MAX_ENTRIES,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
          WaitTimeSeconds: 0,
        }),
      );
      if (Messages.length === 0) return received;
      received.push(...Messages);
    }
  }

  async function remove(from: string, handles: readonly string[]): Promise<void> {
    for (let start = 0; start < handles.length; start += MAX_ENTRIES) {
      const Entries = handles
        .slice(start, start + MAX_ENTRIES)
        .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries }));
    }
  }

  return {
    async publish(...messages) {
      const ids: string[] = [];
      for (const batch of inBatches(messages)) {
        const Entries = batch.map((message, index) => ({
          Id: String(index),
          MessageBody: bodyOf(message),
          MessageAttributes: typeof message === 'string' ? {} : toAttributes(message.attributes),
        }));
        const { Successful = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        const idOf = new Map(Successful.map(({ Id, MessageId }) => [Id, MessageId]));
        ids.push(...Entries.map(({ Id }) => idOf.get(Id) ?? ''));
      }
      return ids;
    },
    async receive() {
      const messages = await receiveAll(queueUrl);
      return messages.map((message) => toLambdaRecord(message, { queueArn: wire.queueArn, region: LOCAL_REGION }));
    },
    acknowledge: (records) =>
      remove(
        queueUrl,
        records.map((record) => record.receiptHandle),
      ),
    copies: () => (wire.hasInspection ? inspect(queueUrl) : waitForCopies()),
    async letters() {
      const messages = await receiveAll(deadLetterQueueUrl);
      await remove(
        deadLetterQueueUrl,
        messages.map((message) => message.ReceiptHandle ?? ''),
      );
      return messages.map(({ Body: text = '', MessageAttributes }) => ({
        text,
        letter: JSON.parse(text) as DeadLetter,
        attributes: plain(MessageAttributes),
      }));
    },
    counts,
    async clear() {
      await Promise.all(
        [queueUrl, deadLetterQueueUrl].map((url) => sqs.send(new PurgeQueueCommand({ QueueUrl: url }))),
      );
    },
  };

  async function counts(): Promise<Counts> {
    const { Attributes: all = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    );
    return {
      visible: Number(all.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(all.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(all.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  }

  /** Receives what becomes visible, until nothing is delayed any more: for delays of seconds. */
  async function waitForCopies(): Promise<readonly Copy[]> {
    const copies: Copy[] = [];
    for (;;) {
      const { delayed, visible } = await counts();
      if (delayed + visible === 0) return copies;
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: MAX_ENTRIES,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
          WaitTimeSeconds: 20,
        }),
      );
      const visibleAtMs = Date.now();
      for (const { Body = '', MessageAttributes, Attributes } of Messages) {
        const sentAtMs = Number(Attributes?.SentTimestamp ?? visibleAtMs);
        copies.push(toCopy(Body, plain(MessageAttributes), sentAtMs, visibleAtMs));
      }
      await remove(
        queueUrl,
        Messages.map((message) => message.ReceiptHandle ?? ''),
      );
    }
  }
}

interface Inspected {
  readonly body: string;
  readonly messageAttributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly sentTimestamp: number;
  readonly delayUntil?: number;
}

/** fauxqs shows a queue without touching it: delays of minutes need not be waited out. */
async function inspect(queueUrl: string): Promise<readonly Copy[]> {
  const { origin, pathname } = new URL(queueUrl);
  const reply = await fetch(`${origin}/_fauxqs/queues/${pathname.split('/').at(-1)}`);
  const { messages } = (await reply.json()) as { messages: Record<'ready' | 'delayed', readonly Inspected[]> };
  return [...messages.ready, ...messages.delayed].map(({ body, messageAttributes, sentTimestamp, delayUntil }) =>
    toCopy(body, plain(messageAttributes), sentTimestamp, delayUntil ?? sentTimestamp),
  );
}

function toCopy(
  body: string,
  attributes: Readonly<Record<string, string>>,
  sentAtMs: number,
  visibleAtMs: number,
): Copy {
  const relay = JSON.parse(attributes[RELAY_ATTRIBUTE] ?? 'null') as RelayNote;
  return { body, attributes, relay, delaySeconds: (visibleAtMs - sentAtMs) / 1_000, visibleAtMs };
}

function plain(attributes: Readonly<Record<string, MessageAttributeValue>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value.StringValue ?? '']));
}

function toAttributes(attributes: Readonly<Record<string, string>>): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
}

function bodyOf(message: Published): string {
  return typeof message === 'string' ? message : message.body;
}

function* inBatches(messages: readonly Published[]): Generator<readonly Published[]> {
  let batch: Published[] = [];
  for (const message of messages) {
    const isLarge = Buffer.byteLength(bodyOf(message)) > LARGE_BYTES;
    if (batch.length === MAX_ENTRIES || (isLarge && batch.length > 0)) {
      yield batch;
      batch = [];
    }
    batch.push(message);
    if (isLarge) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

export type { Copy, Counts, Desk, PostedLetter, Published, RelayNote };
export { createDesk };
