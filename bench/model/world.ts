import { govern, type MappingSwitch } from '../../lib/govern/govern.ts';
import type { Log } from '../../lib/ports.ts';
import { composeDelivery, type Platform } from '../../lib/runtime/compose.ts';
import { type DeliveryHandler, handlerOver } from '../../lib/runtime/delivery.ts';
import { composeGovern } from '../../lib/runtime/govern.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { DELIVERY_TIMEOUT_SECONDS } from '../../lib/settings/policy.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { seeded } from '../../lib/simulation/seeded.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import type { Observe } from '../../lib/telemetry/events.ts';
import { createBucket, createQueues, createSecret, createTable } from './clients.ts';
import { createMarketo } from './marketo.ts';
import { newTally, sqsRequests, type Tally } from './tally.ts';

interface WorldOptions {
  /** Of the stack: the delivery function's settings that differ from their defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly batchSize: number;
  readonly gatherSeconds: number;
  /** Copies of the function. */
  readonly workers: number;
  readonly latencyMs: readonly [low: number, high: number];
  readonly outageMs?: readonly [from: number, to: number];
  readonly startMs: number;
  readonly log?: Log;
  readonly observe?: Observe;
  /** Called after each invocation, as Lambda's extensions of the function would be. */
  readonly ended?: () => void;
  /** With others in one time. @default a time of its own */
  readonly time?: VirtualTime;
  readonly seed?: number;
}

interface Waiting {
  readonly body: string;
  readonly attributes: object;
  readonly visibleAtMs: number;
  /** Of the first copy. */
  readonly publishedAtMs: number;
  readonly sentAtMs: number;
  readonly id: number;
}

interface World {
  readonly time: VirtualTime;
  readonly tally: Tally;
  publish(bodies: Iterable<string>): void;
  /** Works until the queue is empty. */
  drained(): Promise<void>;
  /** Has the function that governs run every minute. */
  governed(minutes: number): Promise<void>;
  worstWindow(): number;
  worstSlots(): number;
}

/** What a run of the function that governs may take. */
const GOVERN_MS = 60_000;
const MAX_EVENT_BYTES = 6_000_000;
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/queue';
const LETTERS_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/letters';

/**
 * One relay in virtual time: the delivery function as it is composed for Lambda, over a table, queues and a Marketo that
 * take their time and count. An event source mapping gathers batches as the stack's does. Nothing fails but Marketo, when it
 * is told to.
 */
function createWorld(options: WorldOptions): World {
  const { batchSize, gatherSeconds, workers } = options;
  const time = options.time ?? new VirtualTime(options.startMs);
  const random = seeded(options.seed ?? 1);
  const tally = newTally();
  const sleep = (durationMs: number): Promise<void> => time.sleep(durationMs);
  const queue: Waiting[] = [];
  let delayed: Waiting[] = [];
  let published = 0;
  let inFlight = 0;

  const add = (body: string, attributes: object, delaySeconds: number): void => {
    const visibleAtMs = time.nowMs + delaySeconds * 1_000;
    const publishedAtMs = firstSeenMs(attributes) ?? time.nowMs;
    const waiting = { body, attributes, visibleAtMs, publishedAtMs, sentAtMs: time.nowMs, id: published++ };
    if (delaySeconds > 0) delayed.push(waiting);
    else queue.push(waiting);
  };
  const marketo = createMarketo(tally, time, random, options);
  const table = createTable(tally, sleep, random);
  const sqs = createQueues(tally, sleep, random, {
    isLetters: (queueUrl) => queueUrl === LETTERS_URL,
    requeued: ({ body, attributes, delaySeconds }) => add(body, attributes, delaySeconds),
  });
  const settings = readSettings({
    [SETTING_NAMES.marketoBaseUrl]: 'https://123-abc-456.mktorest.com',
    [SETTING_NAMES.marketoSecretId]: 'bench',
    [SETTING_NAMES.queueUrl]: QUEUE_URL,
    [SETTING_NAMES.deadLetterQueueUrl]: LETTERS_URL,
    [SETTING_NAMES.ledgerTableName]: 'bench',
    [SETTING_NAMES.overflowBucketName]: 'bench',
    ...options.settings,
  });

  function platformOf(index: number): Platform {
    return {
      dynamoDb: table,
      sqs,
      s3: createBucket(tally, sleep, random),
      secretsManager: createSecret(tally, sleep, random),
      transport: marketo.transport,
      clock: time.clock(20 * index - 10 * workers),
      random,
      log: options.log ?? silentLog,
      observe: options.observe ?? (() => {}),
    };
  }

  function take(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < Math.min(batchSize, queue.length) && bytes < MAX_EVENT_BYTES) {
      bytes += (queue[count]?.body.length ?? 0) + 500;
      count += 1;
    }
    return queue.splice(0, count);
  }

  function wake(): void {
    const due = delayed.filter(({ visibleAtMs }) => visibleAtMs <= time.nowMs);
    if (due.length === 0) return;
    delayed = delayed.filter(({ visibleAtMs }) => visibleAtMs > time.nowMs);
    queue.push(...due);
  }

  async function work(index: number): Promise<void> {
    const handler = handlerOver(composeDelivery(settings, platformOf(index)));
    await sleep(random() * 100);
    for (;;) {
      wake();
      if (queue.length === 0) {
        if (delayed.length + inFlight === 0) return;
        await sleep(500);
        continue;
      }
      if (queue.length < batchSize && gatherSeconds > 0) await sleep(gatherSeconds * 1_000);
      const batch = take();
      if (batch.length > 0) await invoke(handler, batch);
    }
  }

  async function invoke(handler: DeliveryHandler, batch: readonly Waiting[]): Promise<void> {
    inFlight += batch.length;
    const bytesEach = batch.reduce((sum, { body }) => sum + body.length, 0) / batch.length;
    const requests = sqsRequests(batch.length, bytesEach);
    tally.sqs.received += requests;
    tally.sqs.deleted += Math.ceil(batch.length / 10);
    tally.lambda.invocations += 1;
    const startedMs = time.nowMs;
    const context = { getRemainingTimeInMillis: () => startedMs + 1_000 * DELIVERY_TIMEOUT_SECONDS - time.nowMs };
    const { batchItemFailures } = await handler(eventOf(batch) as Parameters<DeliveryHandler>[0], context);
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages were not settled`);
    tally.lambda.runMs += time.nowMs - startedMs;
    for (const { publishedAtMs } of batch) tally.oldestMs = Math.max(tally.oldestMs, time.nowMs - publishedAtMs);
    inFlight -= batch.length;
    options.ended?.();
  }

  return {
    time,
    tally,
    publish(bodies) {
      let count = 0;
      let bytes = 0;
      for (const body of bodies) {
        add(body, {}, 0);
        count += 1;
        bytes += body.length;
      }
      tally.sqs.published += sqsRequests(count, bytes / Math.max(1, count));
    },
    async drained() {
      await Promise.all(Array.from({ length: workers }, (_, index) => work(index)));
    },
    async governed(minutes) {
      const mapping: MappingSwitch = {
        read: async () => ({ state: 'enabled', changedAtMs: options.startMs }),
        enable: async () => {},
        disable: async () => {},
      };
      const deps = composeGovern(settings, platformOf(0), mapping, () => GOVERN_MS);
      for (let minute = 0; minute < minutes; minute++) {
        const startedMs = time.nowMs;
        await govern(deps, startedMs + GOVERN_MS);
        tally.lambda.governMs += time.nowMs - startedMs;
        options.ended?.();
        await sleep(startedMs + 60_000 - time.nowMs);
      }
    },
    worstWindow: marketo.worstWindow,
    worstSlots: marketo.worstSlots,
  };
}

/** What a retry message says of the message that it is a copy of. */
function firstSeenMs(attributes: object): number | undefined {
  const { relay } = attributes as { relay?: { StringValue?: string } };
  return relay?.StringValue === undefined ? undefined : Date.parse(JSON.parse(relay.StringValue).firstSeen);
}

function eventOf(batch: readonly Waiting[]): object {
  return {
    Records: batch.map(({ id, body, attributes, sentAtMs }) => ({
      messageId: `7d1bb0a8-5ee4-4a1c-9f6e-${String(id).padStart(12, '0')}`,
      receiptHandle: String(id),
      body,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Math.floor(sentAtMs)) },
      messageAttributes: Object.fromEntries(
        Object.entries(attributes as Record<string, { DataType: string; StringValue?: string }>).map(([name, one]) => [
          name,
          { dataType: one.DataType, stringValue: one.StringValue },
        ]),
      ),
    })),
  };
}

export type { World, WorldOptions };
export { createWorld };
