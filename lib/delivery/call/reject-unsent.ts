import type { Log } from '../../ports.ts';
import type { WaitCode } from '../../settings/relay-codes.ts';
import { notAllowedVerdict, overdueVerdict, tooLargeVerdict } from '../judge/preflight.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type Outcome, type Outcomes, sameOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { messagesOf, type WorkItem } from '../work-item.ts';
import type { Invocation } from './attempt.ts';
import type { PendingWork } from './pending-work.ts';
import { complete } from './send-once-session.ts';

/** Gives every item that no call can carry its outcome. */
function rejectTooLarge(work: PendingWork): void {
  const tooLarge = work.withdraw((item) => tooLargeVerdict(item) !== undefined);
  work.decide(rejected(tooLarge, tooLargeVerdict));
}

async function rejectOverdue(work: PendingWork, nowMs: number, invocation: Invocation): Promise<void> {
  await rejectAskingFirst(work, (item) => overdueVerdict(item, nowMs), invocation);
}

/** Before anything is spent on it: neither token nor permit. */
async function rejectNotAllowed(work: PendingWork, invocation: Invocation): Promise<void> {
  const { allowedOperations } = invocation.deps.limits;
  if (allowedOperations === undefined) return;
  const refused = await rejectAskingFirst(work, (item) => notAllowedVerdict(item, allowedOperations), invocation);
  // What was claimed is not going to be sent: nothing may look as if it had been.
  await Promise.all(messagesOf(refused).map((one) => complete(one, work, invocation.sendOnce)));
}

/**
 * Of a message that must not be sent twice, an earlier copy may have been sent: its send-once record is asked first.
 *
 * @returns the items that have an outcome now.
 */
async function rejectAskingFirst(
  work: PendingWork,
  verdictOf: (item: WorkItem) => Verdict | undefined,
  { sendOnce, deps }: Invocation,
): Promise<readonly WorkItem[]> {
  const unsent = work.withdraw((item) => verdictOf(item) !== undefined);
  if (unsent.length > 0) await rejectWithdrawn(work, unsent, verdictOf, { sendOnce, deps });
  return unsent;
}

/** The same for items that are taken out of the list already. */
async function rejectWithdrawn(
  work: Pick<PendingWork, 'decide'>,
  unsent: readonly WorkItem[],
  verdictOf: (item: WorkItem) => Verdict | undefined,
  { sendOnce, deps }: Pick<Invocation, 'sendOnce' | 'deps'>,
): Promise<void> {
  try {
    const { items, outcomes } = await sendOnce.claim({ items: unsent });
    work.decide(outcomes);
    work.decide(rejected(items, verdictOf));
  } catch (error) {
    work.decide(tableUnreachable(unsent, error, deps.log));
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

export { rejectNotAllowed, rejectOverdue, rejectTooLarge, rejectWithdrawn, tableUnreachable };
