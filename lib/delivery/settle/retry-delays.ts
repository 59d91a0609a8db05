import type { Message } from '../../message/message.ts';
import { toDelaySeconds } from '../judge/retry-policy.ts';
import { BEHIND_ANOTHER, type RequeueOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';

type Requeued = readonly (readonly [WorkItem, RequeueOutcome])[];

/**
 * The delay of each retry message, in seconds as SQS takes them: what its slowest failure asks for, or the soonest of what
 * waits for a turn, if that is later; and later than every earlier retry message that has a key in common with it (and not only sets it, as that one does). A follower that kept to
 * its own record's delay could overtake.
 *
 * Where the last of a line of followers would be past SQS's longest delay, those before it go sooner by a second each.
 *
 * @param requeued what is requeued of each message, in the order of the queue; nothing for the others.
 */
function retryDelays(requeued: ReadonlyMap<Message, Requeued>): ReadonlyMap<Message, number> {
  const delays = new Map<Message, number>();
  const last = createBounds(Math.max);
  for (const [message, items] of requeued) {
    if (items.length === 0) continue;
    const own = Math.ceil(ownDelayMs(items) / 1_000);
    const delay = Math.max(own, last.of(items, Number.NEGATIVE_INFINITY) + DELIVERY_POLICY.orderGapSeconds);
    last.add(items, delay);
    delays.set(message, delay);
  }
  const next = createBounds(Math.min);
  for (const [message, delay] of [...delays].reverse()) {
    const items = requeued.get(message) ?? [];
    const latest = next.of(items, Number.POSITIVE_INFINITY) - DELIVERY_POLICY.orderGapSeconds;
    const bounded = toDelaySeconds(Math.min(delay, latest) * 1_000);
    next.add(items, bounded);
    delays.set(message, bounded);
  }
  return delays;
}

/**
 * A failure is waited out. Of records that wait for a limit each has its turn, and the first one is reason to come back: by the
 * last, a message that is sent record by record would stand still for as long as all of it takes.
 */
function ownDelayMs(items: Requeued): number {
  const outcomes = items.map(([, outcome]) => outcome);
  const delaysOf = (of: (outcome: RequeueOutcome) => boolean) => outcomes.filter(of).map(({ delayMs }) => delayMs);
  const turns = delaysOf(
    ({ reason, code, delayMs }) => reason === 'wait' && !(code === BEHIND_ANOTHER && delayMs === 0),
  );
  return Math.max(
    0,
    ...delaysOf(({ reason }) => reason === 'retry'),
    ...(turns.length > 0 ? [Math.min(...turns)] : []),
  );
}

/** The latest, or the earliest, of the delays that hold for what has a key in common with items seen before. */
function createBounds(extreme: (...delays: number[]) => number) {
  const found = new Map<string, number>();
  const set = new Map<string, number>();
  return {
    of(items: Requeued, none: number): number {
      const bounds = items.flatMap(([{ keys, setKeys }]) =>
        keys.flatMap((key) => [found.get(key) ?? [], setKeys.includes(key) ? [] : (set.get(key) ?? [])].flat()),
      );
      return extreme(none, ...bounds);
    },
    add(items: Requeued, delay: number): void {
      for (const [{ keys, setKeys }] of items) {
        for (const key of keys) {
          const seen = setKeys.includes(key) ? set : found;
          seen.set(key, extreme(seen.get(key) ?? delay, delay));
        }
      }
    },
  };
}

export type { Requeued };
export { retryDelays };
