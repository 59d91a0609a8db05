import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { fitsAsCopy, messageBytes } from '../message/message-size.ts';
import type { MessageAttribute, OutgoingMessage, Queue, SendOutcome } from '../message/queue.ts';
import type { Log } from '../ports.ts';
import { MAX_BATCH_ENTRIES, MAX_DELAY_SECONDS, MAX_MESSAGE_BYTES, MAX_VISIBILITY_SECONDS } from '../settings/policy.ts';
import { packBatches } from './pack-batches.ts';

interface SqsQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly log: Log;
}

/** An entry that SQS refused for a reason of its own is worth asking again at once, but not for ever. */
const MAX_ROUNDS = 3;
/** Batches in flight at once, so that a large settlement neither queues up nor floods the client's sockets. */
const MAX_PARALLEL_BATCHES = 4;

/** The queue behind a URL. No method throws: what SQS did not confirm is not accepted. */
function createSqsQueue({ client, queueUrl, log }: SqsQueueOptions): Queue {
  async function send(messages: readonly OutgoingMessage[]): Promise<readonly SendOutcome[]> {
    const outcomes = messages.map(refusalBeforehand);
    let open = messages.flatMap((_, index) => (outcomes[index] === undefined ? [index] : []));
    const again = new Set<number>();
    for (let round = 0; round < MAX_ROUNDS && open.length > 0; round += 1) {
      again.clear();
      const batches = batchesOf(open, messages);
      for (let first = 0; first < batches.length; first += MAX_PARALLEL_BATCHES) {
        const wave = batches.slice(first, first + MAX_PARALLEL_BATCHES);
        const answers = await Promise.all(wave.map((batch) => sendBatch(batch, messages)));
        for (const { index, outcome, retriable } of answers.flat()) {
          outcomes[index] = outcome;
          if (retriable) again.add(index);
        }
      }
      open = [...again];
    }
    return outcomes.map((outcome) => outcome ?? { accepted: false, error: 'SQS did not answer for this entry' });
  }

  async function sendBatch(batch: readonly number[], messages: readonly OutgoingMessage[]): Promise<EntryAnswer[]> {
    const entries = batch.flatMap((index) => {
      const message = messages[index];
      return message === undefined ? [] : [toEntry(index, message)];
    });
    try {
      const reply = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
      const accepted = new Set(reply.Successful?.map((entry) => entry.Id));
      const failed = new Map(reply.Failed?.map((entry) => [entry.Id, entry]));
      return batch.map((index) => {
        if (accepted.has(String(index))) return { index, outcome: { accepted: true }, retriable: false };
        const fault = failed.get(String(index));
        const error =
          fault === undefined ? 'SQS did not answer for this entry' : `${fault.Code}: ${fault.Message ?? ''}`;
        return { index, outcome: { accepted: false, error }, retriable: fault?.SenderFault !== true };
      });
    } catch (error) {
      // The SDK has retried already. Some entries may have been accepted: at least once is all that is promised.
      const detail = describeError(error);
      log.warn('queue refused a batch', { queueUrl, entries: batch.length, error: detail });
      return batch.map((index) => ({ index, outcome: { accepted: false, error: detail }, retriable: false }));
    }
  }

  async function extendVisibility(receiptHandle: string, seconds: number): Promise<boolean> {
    const timeout = toVisibilityTimeout(seconds);
    try {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: timeout,
        }),
      );
      return true;
    } catch (error) {
      log.warn('queue refused to hold a message', { queueUrl, seconds: timeout, error: describeError(error) });
      return false;
    }
  }

  function extendVisibilityBatch(receiptHandles: readonly string[], seconds: number): Promise<readonly boolean[]> {
    const VisibilityTimeout = toVisibilityTimeout(seconds);
    return inBatches(receiptHandles, 'hold messages', (entries) => {
      const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout }));
      return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    });
  }

  function deleteBatch(receiptHandles: readonly string[]): Promise<readonly boolean[]> {
    return inBatches(receiptHandles, 'delete messages', (Entries) =>
      client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries })),
    );
  }

  /** Ten receipt handles in a request, some requests at a time. */
  async function inBatches(
    receiptHandles: readonly string[],
    what: string,
    request: (entries: HandleEntry[]) => Promise<{ Successful?: { Id?: string | undefined }[] | undefined }>,
  ): Promise<readonly boolean[]> {
    const entries = receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    const done = new Set<string | undefined>();
    async function ask(batch: HandleEntry[]): Promise<void> {
      try {
        const { Successful = [] } = await request(batch);
        for (const { Id } of Successful) done.add(Id);
      } catch (error) {
        log.warn(`queue refused to ${what}`, { queueUrl, entries: batch.length, error: describeError(error) });
      }
    }
    const wave = MAX_BATCH_ENTRIES * MAX_PARALLEL_BATCHES;
    for (let first = 0; first < entries.length; first += wave) {
      const starts = Array.from({ length: MAX_PARALLEL_BATCHES }, (_, turn) => first + turn * MAX_BATCH_ENTRIES);
      const batches = starts.map((start) => entries.slice(start, start + MAX_BATCH_ENTRIES));
      await Promise.all(batches.filter((batch) => batch.length > 0).map(ask));
    }
    return entries.map(({ Id }) => done.has(Id));
  }

  return { send, extendVisibility, extendVisibilityBatch, deleteBatch };
}

interface HandleEntry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

interface EntryAnswer {
  readonly index: number;
  readonly outcome: SendOutcome;
  readonly retriable: boolean;
}

function refusalBeforehand(message: OutgoingMessage): SendOutcome | undefined {
  if (fitsAsCopy(message)) return undefined;
  const attributes = Object.keys(message.attributes).length;
  return { accepted: false, error: `over a limit of SQS: ${messageBytes(message)} bytes, ${attributes} attributes` };
}

/** Indices of messages, in batches that keep SQS's two limits. */
function batchesOf(indices: readonly number[], messages: readonly OutgoingMessage[]): readonly (readonly number[])[] {
  const bytesOf = (index: number): number => {
    const message = messages[index];
    return message === undefined ? 0 : messageBytes(message);
  };
  return packBatches(indices, bytesOf, MAX_MESSAGE_BYTES);
}

function toEntry(index: number, message: OutgoingMessage): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: message.body,
    // Rounded up: a copy must not be visible sooner than promised.
    DelaySeconds: Math.min(Math.max(Math.ceil(message.delaySeconds), 0), MAX_DELAY_SECONDS),
    MessageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, attribute]) => [name, toAttributeValue(attribute)]),
    ),
  };
}

function toAttributeValue({ dataType, stringValue, binaryValue }: MessageAttribute): MessageAttributeValue {
  return {
    DataType: dataType,
    ...(stringValue === undefined ? {} : { StringValue: stringValue }),
    ...(binaryValue === undefined ? {} : { BinaryValue: Buffer.from(binaryValue, 'base64') }),
  };
}

function toVisibilityTimeout(seconds: number): number {
  return Math.min(Math.max(Math.ceil(seconds), 0), MAX_VISIBILITY_SECONDS);
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export type { SqsQueueOptions };
export { batchesOf, createSqsQueue };
