import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueuedLetter } from '../dead-letter/triage/queued-letter.ts';
import type { MessageAttribute } from '../message/queue.ts';
import { MAX_BATCH_ENTRIES } from '../settings/policy.ts';
import { queueName } from '../settings/urls.ts';

interface HoldOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** How long a letter stays hidden from others if this process dies: {@link LetterHold.release} ends it at once. */
  readonly holdSeconds: number;
  /** Most letters to hold. @default 100,000: SQS lets 120,000 be received and not deleted */
  readonly mostLetters?: number;
  /** How long a receive waits for a letter. 0 where the queue has one server, as an emulator has. @default 1 */
  readonly pollSeconds?: number;
}

/** How the reading ended. */
interface ReadingEnd {
  /** `all`: every one of the parallel long polls gave nothing and SQS counts none; `some`: it counts letters that it would not give. */
  readonly kind: 'all' | 'some' | 'bound' | 'stopped';
  readonly read: number;
  /** Left, as SQS counts them, when it is not all. */
  readonly left: number;
  /** Hidden by another reader just now. */
  readonly hidden: number;
}

/** The letters of a dead-letter queue while somebody looks at them: hidden from others, and on the queue all the while. */
interface LetterHold {
  /**
   * Gives each letter once, in no order, several receives at a time.
   *
   * @param stop - ends the reading after the receives under way: those are given too, for they are hidden
   */
  readAll(onLetter: (letter: QueuedLetter) => void | Promise<void>, stop: AbortSignal): Promise<ReadingEnd>;
  /** Hides the letters still held for so long again. */
  extend(seconds: number): Promise<void>;
  /** Takes letters off the queue; gives the message ids that SQS did not confirm, with its reason. */
  remove(messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Makes what is still held visible again, all but `keep`. Never throws: what it cannot release comes back by itself. */
  release(keep?: ReadonlySet<string>): Promise<void>;
}

const PARALLEL_RECEIVES = 8;
const PARALLEL_BATCHES = 8;
const MOST_LETTERS = 100_000;
/** A long poll asks every server of the queue, a short one only some of them (SQS: short and long polling). */
const LONG_POLL_SECONDS = 1;
/** How often SQS may count letters that it then does not give. */
const MAX_DISAGREEMENTS = 5;

function holdLetters(options: HoldOptions): LetterHold {
  const { client, queueUrl, holdSeconds, mostLetters = MOST_LETTERS, pollSeconds = LONG_POLL_SECONDS } = options;
  const handles = new Map<string, string>();

  async function receive(): Promise<readonly Message[]> {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: MAX_BATCH_ENTRIES,
        VisibilityTimeout: holdSeconds,
        WaitTimeSeconds: pollSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp', 'DeadLetterQueueSourceArn'],
      }),
    );
    return Messages;
  }

  async function counts(): Promise<{ readonly visible: number; readonly inFlight: number }> {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    };
  }

  async function readAll(
    onLetter: (letter: QueuedLetter) => void | Promise<void>,
    stop: AbortSignal,
  ): Promise<ReadingEnd> {
    let ended: ReadingEnd['kind'] | undefined;

    /** Receives until a poll gives nothing new: SQS gives samples, so that one empty poll says little. */
    async function untilQuiet(): Promise<void> {
      while (ended === undefined) {
        if (stop.aborted) ended ??= 'stopped';
        else if (handles.size >= mostLetters) ended ??= 'bound';
        else if (!(await takeSome())) return;
      }
    }

    async function takeSome(): Promise<boolean> {
      let isNew = false;
      for (const message of await receive()) {
        const { MessageId = '', ReceiptHandle = '' } = message;
        const isKnown = handles.has(MessageId);
        // Received again: only the newest handle works.
        handles.set(MessageId, ReceiptHandle);
        if (isKnown) continue;
        isNew = true;
        await onLetter(toQueuedLetter(message));
      }
      return isNew;
    }

    for (let round = 0; ended === undefined && round < MAX_DISAGREEMENTS; round += 1) {
      await Promise.all(Array.from({ length: PARALLEL_RECEIVES }, untilQuiet));
      if (ended === undefined && (await counts()).visible === 0) ended = 'all';
    }
    ended ??= 'some';
    const { visible, inFlight } = await counts();
    const hidden = Math.max(0, inFlight - handles.size);
    return { kind: ended, read: handles.size, left: ended === 'all' ? 0 : visible, hidden };
  }

  async function changeVisibility(ids: readonly string[], seconds: number): Promise<void> {
    await inBatches(ids, async (batch) => {
      const Entries = batch.map((id, index) => ({
        Id: String(index),
        ReceiptHandle: handles.get(id) ?? '',
        VisibilityTimeout: seconds,
      }));
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    });
  }

  return {
    readAll,
    extend: (seconds) => changeVisibility([...handles.keys()], seconds),
    async remove(messageIds) {
      const failed = new Map<string, string>();
      await inBatches(messageIds, async (batch) => {
        const Entries = batch.map((id, index) => ({ Id: String(index), ReceiptHandle: handles.get(id) ?? '' }));
        try {
          const { Successful = [], Failed = [] } = await client.send(
            new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
          );
          const reasons = new Map(Failed.map(({ Id, Code, Message: said }) => [Id, `${Code}: ${said ?? ''}`]));
          const done = new Set(Successful.map(({ Id }) => Id));
          for (const [index, id] of batch.entries()) {
            if (done.has(String(index))) handles.delete(id);
            else failed.set(id, reasons.get(String(index)) ?? 'SQS did not answer for it');
          }
        } catch (error) {
          for (const id of batch) failed.set(id, error instanceof Error ? `${error.name}: ${error.message}` : 'failed');
        }
      });
      return failed;
    },
    async release(keep = new Set()) {
      const ids = [...handles.keys()].filter((id) => !keep.has(id));
      await changeVisibility(ids, 0).catch(() => {});
      for (const id of ids) handles.delete(id);
    },
  };
}

async function inBatches(ids: readonly string[], work: (batch: readonly string[]) => Promise<void>): Promise<void> {
  let next = 0;
  async function takeTurns(): Promise<void> {
    while (next < ids.length) {
      const batch = ids.slice(next, next + MAX_BATCH_ENTRIES);
      next += MAX_BATCH_ENTRIES;
      await work(batch);
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_BATCHES }, takeTurns));
}

function toQueuedLetter({ MessageId = '', Body = '', MessageAttributes = {}, Attributes = {} }: Message): QueuedLetter {
  // Not by assignment: SQS allows an attribute of the name `__proto__`.
  const attributes = Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { DataType = 'String', StringValue, BinaryValue }]) => {
      const attribute: MessageAttribute = {
        dataType: DataType,
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      };
      return [name, attribute];
    }),
  );
  return {
    messageId: MessageId,
    body: Body,
    attributes,
    sentAtMs: Number(Attributes.SentTimestamp ?? 0),
    ...(Attributes.DeadLetterQueueSourceArn !== undefined && {
      movedFrom: queueName(Attributes.DeadLetterQueueSourceArn),
    }),
  };
}

export type { HoldOptions, LetterHold, ReadingEnd };
export { holdLetters };
