import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { seeded } from '../../lib/simulation/seeded.ts';
import { createWorld, type World } from '../model/world.ts';

/** Live messages in one load: when they come, and how long Marketo takes over a call. */
interface Load {
  readonly latencyMs: readonly [low: number, high: number];
  /** Mean time between two arrivals, which come without memory. 0: there are always more than can be delivered. */
  readonly everyMs: number;
  /** Messages that come at once, each in a call of its own. */
  readonly atOnce: number;
  readonly seed: number;
  readonly seconds: number;
  /** Calls in flight that the relay keeps to. @default as the stack: 5 */
  readonly slots?: number;
}

interface LaneRun {
  /** From the publication of each live message to its call's arrival at Marketo. */
  readonly waitsMs: readonly number[];
  readonly liveCalls: number;
  readonly backfillCalls: number;
  readonly world: World;
}

const START_MS = Date.UTC(2026, 1, 10, 15);
/** What has passed when counting begins: the window is full by then, and the ledger knows live. */
const WARM_UP_MS = 600_000;
/** Of the stack: 50 calls in 20 s, 5 at once. */
const CALLS_IN_20_S = 50;
const MAX_MESSAGES = 20_000;

/** Runs a load for its time, with or without a backfill that always has more. */
async function runLanes(load: Load, has: { readonly live: boolean; readonly backfill: boolean }): Promise<LaneRun> {
  const untilMs = START_MS + WARM_UP_MS + 1_000 * load.seconds;
  const publishedMs = new Map<string, number>();
  const waitsMs: number[] = [];
  let liveCalls = 0;
  let backfillCalls = 0;
  const world = createWorld({
    batchSize: load.everyMs === 0 ? 300 : 10,
    gatherSeconds: 0,
    workers: 5,
    pollMs: 20,
    latencyMs: load.latencyMs,
    startMs: START_MS,
    seed: load.seed,
    ...(load.slots !== undefined && { settings: { [SETTING_NAMES.maxConcurrentCalls]: String(load.slots) } }),
    ...(has.backfill && { backfill: { batchSize: 300, workers: 2 } }),
    called(body, atMs) {
      if (atMs < START_MS + WARM_UP_MS || atMs >= untilMs) return;
      const live = body.match(/live-\d+@/g) ?? [];
      if (live.length > 0) liveCalls += 1;
      else if (body.includes('"input"')) backfillCalls += 1;
      for (const one of live) waitsMs.push(atMs - (publishedMs.get(one) ?? atMs));
    },
  });
  if (has.backfill) {
    world.publish(
      Array.from({ length: mostCalls(untilMs) }, (_, index) => backfillMessage(index)),
      'backfill',
    );
  }
  const publishing = has.live ? publishLive(world, load, publishedMs, untilMs) : Promise.resolve();
  await world.time.finish(Promise.all([world.drained(untilMs), publishing]));
  return { waitsMs, liveCalls, backfillCalls, world };
}

/** As many calls as the limits allow until then, and some more. */
function mostCalls(untilMs: number): number {
  return Math.ceil(((untilMs - START_MS) / 20_000) * CALLS_IN_20_S) + 400;
}

async function publishLive(world: World, load: Load, publishedMs: Map<string, number>, untilMs: number): Promise<void> {
  const { time } = world;
  const random = seeded(load.seed + 1_000);
  const publish = (count: number): void => {
    for (let index = 0; index < count && publishedMs.size < MAX_MESSAGES; index++) {
      const mark = `live-${publishedMs.size}@`;
      publishedMs.set(mark, time.nowMs);
      // Of a custom object each: none shares a call with another that comes at once.
      world.publish([messageOf(`live${index}`, [{ email: `${mark}example.com` }])]);
    }
  };
  if (load.everyMs === 0) return publish(mostCalls(untilMs));
  while (time.nowMs < untilMs) {
    // Arrivals without memory: the times between them are exponential.
    await time.sleep(-Math.log(1 - random()) * load.everyMs);
    publish(load.atOnce);
  }
}

/** Of an object of its own, so that it shares no call: what counts here are calls, and records would only cost time. */
function backfillMessage(index: number): string {
  const input = [{ email: `p${index}@example.com` }];
  return messageOf(`load${index}`, input);
}

function messageOf(object: string, input: readonly object[]): string {
  const path = `/rest/v1/customobjects/${object}_c.json`;
  return JSON.stringify({ path, body: { action: 'createOrUpdate', dedupeBy: 'dedupeFields', input } });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export type { LaneRun, Load };
export { quantile, runLanes };
