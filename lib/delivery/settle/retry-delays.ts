import type { Message } from '../../message/message.ts';
import { toDelaySeconds } from '../judge/retry-policy.ts';
import type { Outcome } from '../outcome.ts';
import type { WorkItem } from '../work-item.ts';

type Requeued = readonly (readonly [WorkItem, Extract<Outcome, { kind: 'requeue' }>])[];

/** SQS delays whole seconds, so that is what keeps two copies apart. */
const GAP_SECONDS = 1;

/**
 * The delay of each copy, in seconds as SQS takes them: what its slowest record asks for, and later than every earlier
 * copy that has a key in common with it. A copy goes back with the delay of its slowest record, so a follower that kept
 * to its own record's delay could overtake.
 *
 * Where the last of a line of followers would be past SQS's longest delay, those before it go sooner by a second each.
 *
 * @param returned what goes back of each message, in the order of the queue; nothing for those that do not return.
 */
function retryDelays(returned: ReadonlyMap<Message, Requeued>): ReadonlyMap<Message, number> {
  const delays = new Map<Message, number>();
  const lastOf = new Map<string, number>();
  for (const [message, items] of returned) {
    if (items.length === 0) continue;
    const keys = items.flatMap(([item]) => item.keys);
    const own = Math.ceil(Math.max(...items.map(([, { delayMs }]) => delayMs)) / 1_000);
    const delay = Math.max(own, ...keys.map((key) => (lastOf.get(key) ?? Number.NEGATIVE_INFINITY) + GAP_SECONDS));
    for (const key of keys) lastOf.set(key, delay);
    delays.set(message, delay);
  }
  const nextOf = new Map<string, number>();
  for (const [message, delay] of [...delays].reverse()) {
    const keys = (returned.get(message) ?? []).flatMap(([item]) => item.keys);
    const latest = Math.min(...keys.map((key) => (nextOf.get(key) ?? Number.POSITIVE_INFINITY) - GAP_SECONDS));
    const bounded = toDelaySeconds(Math.min(delay, latest) * 1_000);
    for (const key of keys) nextOf.set(key, bounded);
    delays.set(message, bounded);
  }
  return delays;
}

export type { Requeued };
export { retryDelays };
