import type { Behind } from '../../message/relay-state.ts';
import { MAX_DELAY_SECONDS } from '../../settings/policy.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { isBefore, type Mark } from './order-marks.ts';

/** A message that asks whether it may be tried. */
interface Asking {
  readonly id: string;
  readonly publishedAtMs: number;
  /** Undefined while it has never gone back: whoever has is taken to be before it, within one millisecond. */
  readonly place: number | undefined;
}

/** Whether a message with this key has to wait for the one that the mark is of. */
function isBehind(asking: Asking, mark: Mark, onlySets: boolean): boolean {
  if (mark.id === asking.id || (mark.isSet && onlySets)) return false;
  return isBefore(mark, { ...asking, place: asking.place ?? Number.POSITIVE_INFINITY });
}

interface Wait {
  readonly delayMs: number;
  readonly behind: Behind;
}

/**
 * How long an item waits behind others: until they are due, and for the turn of each of them. While they are as many as they were
 * nobody knows for how long: then twice as long each time.
 *
 * @param blockers at least one.
 * @param before what it found when it last looked.
 */
function waitBehind(blockers: readonly Mark[], before: Behind | undefined, nowMs: number, random: () => number): Wait {
  const { orderStepMs, leastOrderWaitMs, mostOrderWaitMs, orderJitterShare } = DELIVERY_POLICY;
  const ahead = new Set(blockers.map(({ id }) => id)).size;
  const looks = before === undefined || ahead < before.ahead ? 0 : before.looks + 1;
  const dueMs = Math.max(...blockers.map((mark) => mark.dueMs)) - nowMs;
  const grownMs = Math.min(mostOrderWaitMs, leastOrderWaitMs * 2 ** Math.min(looks, MOST_DOUBLINGS));
  const waitMs = Math.max(dueMs, ahead * orderStepMs, grownMs) * (1 + random() * orderJitterShare);
  return { delayMs: Math.min(MAX_DELAY_SECONDS * 1_000, waitMs), behind: { ahead, looks } };
}

/**
 * Where a message stands, from what those of its items found that looked. The fewest that any of them ever found counts: each has
 * its own number, and compared with that of another, one of few would have the message come back for it again and again.
 */
function behindAll(found: readonly Behind[], before: Behind | undefined): Behind | undefined {
  if (found.length === 0) return undefined;
  const ahead = Math.min(...found.map((one) => one.ahead));
  const hasFewer = before === undefined || ahead < before.ahead;
  return hasFewer ? { ahead, looks: 0 } : { ahead: before.ahead, looks: Math.max(...found.map(({ looks }) => looks)) };
}

/** By then the longest wait is reached. */
const MOST_DOUBLINGS = 10;

export type { Asking, Wait };
export { behindAll, isBehind, waitBehind };
