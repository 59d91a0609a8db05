import type { Message } from '../../message/message.ts';
import { toDelaySeconds } from '../judge/retry-policy.ts';
import type { RequeueOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';

type Requeued = readonly (readonly [WorkItem, RequeueOutcome])[];

/**
 * The delay of each retry message, in seconds as SQS takes them: what its slowest record asks for, and later than every
 * earlier retry message that has a key in common with it. A follower that kept to its own record's delay could overtake.
 *
 * Where the last of a line of followers would be past SQS's longest delay, those before it go sooner by a second each.
 *
 * @param requeued what is requeued of each message, in the order of the queue; nothing for the others.
 */
function retryDelays(requeued: ReadonlyMap<Message, Requeued>): ReadonlyMap<Message, number> {
  const delays = new Map<Message, number>();
  const lastOf = new Map<string, number>();
  for (const [message, items] of requeued) {
    if (items.length === 0) continue;
    const keys = items.flatMap(([item]) => item.keys);
    const own = Math.ceil(Math.max(...items.map(([, { delayMs }]) => delayMs)) / 1_000);
    const delay = Math.max(
      own,
      ...keys.map((key) => (lastOf.get(key) ?? Number.NEGATIVE_INFINITY) + DELIVERY_POLICY.orderGapSeconds),
    );
    for (const key of keys) lastOf.set(key, delay);
    delays.set(message, delay);
  }
  const nextOf = new Map<string, number>();
  for (const [message, delay] of [...delays].reverse()) {
    const keys = (requeued.get(message) ?? []).flatMap(([item]) => item.keys);
    const latest = Math.min(
      ...keys.map((key) => (nextOf.get(key) ?? Number.POSITIVE_INFINITY) - DELIVERY_POLICY.orderGapSeconds),
    );
    const bounded = toDelaySeconds(Math.min(delay, latest) * 1_000);
    for (const key of keys) nextOf.set(key, bounded);
    delays.set(message, bounded);
  }
  return delays;
}

export type { Requeued };
export { retryDelays };
