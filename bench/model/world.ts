import { govern, type MappingSwitch } from '../../lib/govern/govern.ts';
import type { Log } from '../../lib/ports.ts';
import { composeDelivery, type Platform } from '../../lib/runtime/compose.ts';
import { handlerOver } from '../../lib/runtime/delivery.ts';
import { composeGovern } from '../../lib/runtime/govern.ts';
import type { Lane } from '../../lib/settings/lane.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { seeded } from '../../lib/simulation/seeded.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import type { Observe } from '../../lib/telemetry/events.ts';
import { createBucket, createQueues, createSecret, createTable } from './clients.ts';
import { createFeed, type Feed } from './feed.ts';
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
  /** A second queue, with a mapping of its own to the same function. */
  readonly backfill?: { readonly batchSize: number; readonly workers: number };
  /** How often an idle worker looks at its queue. @default 500 */
  readonly pollMs?: number;
  /** A call, as it arrives at Marketo. */
  readonly called?: (body: string, atMs: number) => void;
}

interface World {
  readonly time: VirtualTime;
  readonly tally: Tally;
  publish(bodies: Iterable<string>, lane?: Lane): void;
  /** Works until the queues are empty, or until an instant. */
  drained(untilMs?: number): Promise<void>;
  /** Has the function that governs run every minute. */
  governed(minutes: number): Promise<void>;
  worstWindow(): number;
  worstSlots(): number;
}

/** What a run of the function that governs may take. */
const GOVERN_MS = 60_000;
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/queue';
const BACKFILL_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/backfill';
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
  const feedOf = (queueUrl: string, ofLane: { batchSize: number; gatherSeconds: number }): Feed =>
    createFeed(time, { ...ofLane, queueUrl, pollMs: options.pollMs ?? 500, tally, random, ended: options.ended });
  const live = feedOf(QUEUE_URL, { batchSize, gatherSeconds });
  const backfill = feedOf(BACKFILL_URL, { batchSize: options.backfill?.batchSize ?? batchSize, gatherSeconds });
  const marketo = createMarketo(tally, time, random, options);
  const table = createTable(tally, sleep, random);
  const sqs = createQueues(tally, sleep, random, {
    isLetters: (queueUrl) => queueUrl === LETTERS_URL,
    requeued: ({ queueUrl, body, attributes, delaySeconds }) =>
      (queueUrl === BACKFILL_URL ? backfill : live).add(body, attributes, delaySeconds),
  });
  const settings = readSettings({
    [SETTING_NAMES.marketoBaseUrl]: 'https://123-abc-456.mktorest.com',
    [SETTING_NAMES.marketoSecretId]: 'bench',
    [SETTING_NAMES.queueUrl]: QUEUE_URL,
    [SETTING_NAMES.deadLetterQueueUrl]: LETTERS_URL,
    [SETTING_NAMES.ledgerTableName]: 'bench',
    [SETTING_NAMES.overflowBucketName]: 'bench',
    ...(options.backfill && { [SETTING_NAMES.backfillQueueUrl]: BACKFILL_URL }),
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

  async function work(feed: Feed, index: number, untilMs: number | undefined): Promise<void> {
    await feed.work(handlerOver(composeDelivery(settings, platformOf(index))), untilMs);
  }

  return {
    time,
    tally,
    publish(bodies, lane = 'live') {
      const feed = lane === 'backfill' ? backfill : live;
      let count = 0;
      let bytes = 0;
      for (const body of bodies) {
        feed.add(body, {}, 0);
        count += 1;
        bytes += body.length;
      }
      tally.sqs.published += sqsRequests(count, bytes / Math.max(1, count));
    },
    async drained(untilMs) {
      const ofBackfill = options.backfill?.workers ?? 0;
      await Promise.all([
        ...Array.from({ length: workers }, (_, index) => work(live, index, untilMs)),
        ...Array.from({ length: ofBackfill }, (_, index) => work(backfill, workers + index, untilMs)),
      ]);
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

export type { World, WorldOptions };
export { createWorld };
