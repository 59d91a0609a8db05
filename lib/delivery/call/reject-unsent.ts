import type { Log } from '../../ports.ts';
import type { WaitCode } from '../../settings/relay-codes.ts';
import { overdueVerdict, tooLargeVerdict } from '../judge/preflight.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type Outcome, type Outcomes, sameOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';
import type { Invocation } from './attempt.ts';
import type { PendingWork } from './pending-work.ts';

/** Gives every item that no call can carry its outcome. */
function rejectTooLarge(work: PendingWork): void {
  const tooLarge = work.withdraw((item) => tooLargeVerdict(item) !== undefined);
  work.decide(rejected(tooLarge, tooLargeVerdict));
}

/** Of a message that must not be sent twice, an earlier copy may have been sent: its send-once record is asked first. */
async function rejectOverdue(work: PendingWork, nowMs: number, { sendOnce, deps }: Invocation): Promise<void> {
  const overdue = work.withdraw((item) => overdueVerdict(item, nowMs) !== undefined);
  if (overdue.length === 0) return;
  try {
    const { items, outcomes } = await sendOnce.claim({ items: overdue });
    work.decide(outcomes);
    work.decide(rejected(items, (item) => overdueVerdict(item, nowMs)));
  } catch (error) {
    work.decide(tableUnreachable(overdue, error, deps.log));
  }
}

/** The wait of items whose call was not made because a table did not answer. */
function tableUnreachable(items: readonly WorkItem[], error: unknown, log: Log): Outcomes {
  log.error('a call was not made', { error: String(error) });
  const delayMs = DELIVERY_POLICY.tableUnreachableWaitMs;
  return sameOutcome(items, { kind: 'requeue', reason: 'wait', code: 'tableUnreachable' satisfies WaitCode, delayMs });
}

function rejected(items: readonly WorkItem[], verdictOf: (item: WorkItem) => Verdict | undefined): Outcomes {
  const entries = items.flatMap((item): [WorkItem, Outcome][] => {
    const verdict = verdictOf(item);
    return verdict === undefined ? [] : [[item, { kind: 'dead', verdict, outcomeUnknown: false, tried: false }]];
  });
  return new Map(entries);
}

export { rejectOverdue, rejectTooLarge, tableUnreachable };
