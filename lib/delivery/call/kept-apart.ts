import type { Outcome, RequeueOutcome } from '../outcome.ts';
import { countUnits } from '../plan/units.ts';
import { type Call, messagesOf, type WorkItem } from '../work-item.ts';

/** What is requeued in the middle of isolation goes on from there. */
function keptApart(outcome: Outcome, call: Call): Outcome {
  if (outcome.kind !== 'requeue') return outcome;
  const { isPart, tokenTries, items, page } = call;
  return {
    ...outcome,
    ...(page && { page }),
    ...(isPart && asSmall(items, outcome)),
    ...(tokenTries > 0 && outcome.reason === 'wait' && { tokenTries }),
  };
}

/** So many messages share its next call, and of one message by itself so many records. */
function asSmall(
  items: readonly WorkItem[],
  outcome: RequeueOutcome,
): Pick<RequeueOutcome, 'shareAtMost' | 'recordsAtMost'> {
  const most = Number.POSITIVE_INFINITY;
  const [messages, units] = [messagesOf(items).length, countUnits(items)];
  return {
    shareAtMost: Math.min(messages, outcome.shareAtMost ?? most),
    ...(messages === 1 &&
      items[0]?.message.isolatedBy === 'record' && { recordsAtMost: Math.min(units, outcome.recordsAtMost ?? most) }),
  };
}

export { keptApart };
