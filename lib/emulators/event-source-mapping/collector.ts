import { setTimeout as sleep } from 'node:timers/promises';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { MAX_BATCH_ENTRIES, MAX_PAYLOAD_BYTES } from '../../settings/policy.ts';
import { LOCAL_REGION } from '../aws.ts';
import type { MappingSettings } from './options.ts';
import { recordBytes, toLambdaRecord } from './records.ts';

interface Collector {
  /** The next batch: empty when a long poll brought nothing. */
  collect(): Promise<readonly SQSRecord[]>;
  /** Messages received that are in no batch yet. */
  held(): number;
  /** Takes those away, for the queue. */
  drain(): readonly SQSRecord[];
}

interface Weighed {
  readonly record: SQSRecord;
  /** What it adds to the payload. */
  readonly bytes: number;
}

/** A batching window ends on time although a long poll is counted in whole seconds. */
const SHORT_POLL_PAUSE_MS = 50;

/**
 * Gathers a batch: until it is full in messages or in bytes, or the window that its first message opened has closed.
 * What no longer fits waits here for the next batch, its visibility timeout running, as in Lambda.
 */
function createCollector(settings: MappingSettings, signal: AbortSignal): Collector {
  const waiting: Weighed[] = [];
  const echoes: Weighed[] = [];

  async function receive(most: number, waitSeconds: number): Promise<void> {
    const { Messages = [] } = await settings.client.send(
      new ReceiveMessageCommand({
        QueueUrl: settings.queueUrl,
        MaxNumberOfMessages: Math.min(most, MAX_BATCH_ENTRIES),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
      { abortSignal: signal },
    );
    for (const message of Messages) {
      const record = toLambdaRecord(message, { queueArn: settings.queueArn, region: LOCAL_REGION });
      const weighed = { record, bytes: recordBytes(record) };
      waiting.push(weighed);
      if (settings.duplicates !== undefined && settings.duplicates.random() < settings.duplicates.share) {
        echoes.push(weighed);
      }
    }
  }

  async function collect(): Promise<readonly SQSRecord[]> {
    if (waiting.length === 0) await receive(settings.batchSize, settings.longPollSeconds);
    const closesAtMs = Date.now() + settings.batchWindowSeconds * 1000;
    while (waiting.length > 0 && waiting.length < settings.batchSize && !isFull(waiting) && !signal.aborted) {
      const leftMs = closesAtMs - Date.now();
      if (leftMs <= 0) break;
      const before = waiting.length;
      const waitSeconds = Math.min(20, Math.floor(leftMs / 1000));
      await receive(settings.batchSize - before, waitSeconds);
      if (waitSeconds === 0 && waiting.length === before) await pause(Math.min(leftMs, SHORT_POLL_PAUSE_MS), signal);
    }
    const batch = waiting.splice(0, fitting(waiting, settings.batchSize));
    // A second delivery never shares the batch of the first: it comes while, or after, that one is worked on.
    waiting.push(...echoes.splice(0));
    return batch.map(({ record }) => record);
  }

  return {
    collect,
    held: () => waiting.length + echoes.length,
    drain: () => [...waiting.splice(0), ...echoes.splice(0)].map(({ record }) => record),
  };
}

function isFull(records: readonly Weighed[]): boolean {
  return fitting(records, records.length) < records.length;
}

/** How many of the first records fit one invocation: at least one, whatever its size. */
function fitting(records: readonly Weighed[], most: number): number {
  let bytes = '{"Records":[]}'.length;
  let count = 0;
  for (const record of records) {
    bytes += record.bytes;
    if (count === most || (count > 0 && bytes > MAX_PAYLOAD_BYTES)) break;
    count += 1;
  }
  return count;
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal }).catch(() => {});
}

export type { Collector };
export { createCollector, fitting, pause };
