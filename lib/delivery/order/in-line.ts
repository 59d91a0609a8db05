import type { Message } from '../../message/message.ts';
import { BEHIND_ANOTHER, type Outcome, type Outcomes } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';
import type { MarkNames } from './mark-names.ts';
import type { Mark } from './order-marks.ts';
import type { Wait } from './wait-behind.ts';

/**
 * The same outcomes, with a time for what only follows others of its batch: it has its turn after all that wait before it, those
 * of other batches included.
 *
 * @param messages in order of publication.
 * @param othersAhead marks of other batches' messages that an item is behind.
 * @param waitFor how long it would wait for these alone.
 */
function inLine(
  outcomes: Outcomes,
  messages: readonly Message[],
  names: Pick<MarkNames, 'keysOf'>,
  othersAhead: (item: WorkItem) => readonly Mark[],
  waitFor: (item: WorkItem, ahead: readonly Mark[]) => Wait,
): Outcomes {
  const indexes = new Map(messages.map((message, index) => [message, index]));
  const indexOf = ([{ message }]: readonly [WorkItem, Outcome]): number => indexes.get(message) ?? 0;
  const placed = new Map<number, Set<Message>>();
  const timed = new Map<WorkItem, Outcome>(outcomes);
  for (const [item, outcome] of [...outcomes].sort((one, other) => indexOf(one) - indexOf(other))) {
    if (outcome.kind !== 'requeue') continue;
    const keys = names.keysOf([item]);
    const mates = new Set([...keys].flatMap((key) => [...(placed.get(key) ?? [])]));
    mates.delete(item.message);
    for (const key of keys) placed.set(key, (placed.get(key) ?? new Set()).add(item.message));
    if (outcome.code !== BEHIND_ANOTHER || outcome.delayMs > 0) continue;
    const others = othersAhead(item);
    // Behind nobody else, it follows its mates at their distance.
    if (others.length === 0) continue;
    const ahead = mates.size + new Set(others.map(({ id }) => id)).size;
    // Whom it follows waits until the others are due. Its own wait grows like that of who looked: a record that came back as soon
    // each time would have its whole message go round.
    const { delayMs, behind } = waitFor(
      item,
      others.map((one) => ({ ...one, dueMs: 0 })),
    );
    timed.set(item, { ...outcome, delayMs: Math.max(delayMs, ahead * DELIVERY_POLICY.orderStepMs), behind });
  }
  return timed;
}

export { inLine };
