import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { decodeItem } from '../aws/ledger-item.ts';
import type { PermitAsk } from '../ledger/ledger.ts';
import type { Lane } from '../settings/lane.ts';
import { Dice } from './dice.ts';
import { messageMark } from './publications.ts';
import type { World } from './world.ts';

/** How often a run has a second queue, and how much of what is published goes there. */
const LANES_SHARE = 0.25;
const BACKFILL_SHARES = [0.2, 0.5, 0.8] as const;
const WINDOW_MS = 20_000;
/** What clocks, and a write that is long on its way, may add to or take from the time between two permits. */
const TOLERANCE_MS = 10_000;

/** By chances of its own, so that all else of a seed stays as it is. */
function drawBackfillShare(seed: number): number {
  const dice = new Dice(seed).stream('lanes');
  return dice.chance(LANES_SHARE) ? dice.pick(BACKFILL_SHARES) : 0;
}

/** Which queue a message is published to: the same whoever asks. */
function laneOf(world: World, mark: string): Lane {
  const { backfillShare, seed } = world.scenario;
  if (backfillShare === 0) return 'live';
  return new Dice(seed).stream(`lane of ${messageMark(mark)}`).chance(backfillShare) ? 'backfill' : 'live';
}

/** What a worker puts back: on the queue that its messages came by, and in letters that say so. */
function checkLane(world: World, where: string, lane: Lane, marks: readonly string[]): void {
  if (world.scenario.backfillShare === 0) return;
  const strays = marks.filter((mark) => world.publicationOf(mark) !== undefined && laneOf(world, mark) !== lane);
  if (strays.length > 0) world.checks.fail('laneKept', `${where} is of the lane ${lane}: ${strays.join(' ')}`, strays);
}

/** What an invocation asks for: in the lane of its messages, but for what belongs to no message. */
function checkAsks(world: World, asks: readonly PermitAsk[], marks: readonly string[]): void {
  const [first] = marks;
  if (world.scenario.backfillShare === 0 || first === undefined) return;
  const strays = asks.filter(({ lane }) => lane !== undefined && lane !== laneOf(world, first));
  if (strays.length > 0) {
    const [stray] = strays;
    world.checks.fail('liveFirst', `a message of the lane ${laneOf(world, first)} asks as ${stray?.lane}`, [first]);
  }
}

type Item = Record<string, AttributeValue>;

/** Looks at each write of the ledger's item, in the order in which the table takes them. */
function createLedgerWatch(world: World): (before: Item | undefined, after: Item | undefined) => void {
  const { windowCalls, slots } = world.scenario.limits;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (before, after) => {
    if (after === undefined) return;
    const known = decodeItem(before).slots;
    const state = decodeItem(after);
    const granted = Object.entries(state.slots).filter(([id, { lane }]) => lane === 'backfill' && !known[id]);
    if (granted.length === 0) return;
    const isFirst = world.time.nowMs - lastMs >= WINDOW_MS - TOLERANCE_MS && granted.length === 1;
    lastMs = world.time.nowMs;
    if (isFirst) return;
    const inFlight = Object.keys(state.slots).length;
    // One may wait for a place that opens within the time of a call.
    const atMs = Math.max(...granted.map(([, { grantedAtMs }]) => grantedAtMs));
    const waiting = Object.values(state.slots).filter(
      (one) => one.lane === 'backfill' && one.notBeforeMs > atMs,
    ).length;
    const counted = inFlight - Math.min(1, waiting) + state.windowCalls.length;
    if (counted >= windowCalls) world.checks.fail('liveFirst', `a backfill has the last of ${windowCalls} places`);
    if (slots > 1 && inFlight >= slots) world.checks.fail('liveFirst', `a backfill has the last of ${slots} slots`);
  };
}

export { checkAsks, checkLane, createLedgerWatch, drawBackfillShare, laneOf };
