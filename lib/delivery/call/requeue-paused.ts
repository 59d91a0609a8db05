import type { WaitCode } from '../../settings/relay-codes.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Outcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { Call, WorkItem } from '../work-item.ts';
import type { PendingWork } from './pending-work.ts';

interface Pause {
  /** Until the next probe of the operation. */
  readonly waitMs: number;
  /** Of a quota of the operation's own, which ends by itself. */
  readonly isQuota: boolean;
}

/**
 * Requeues a call whose operation is paused. While an operation fails and Marketo works, its messages grow older: what
 * has waited for it for as long as the age budget allows is dead, like a message that was tried all the time.
 */
function requeuePaused(
  work: PendingWork,
  { items }: Call,
  { waitMs, isQuota }: Pause,
  nowMs: number,
  { limits, random }: DeliveryDeps,
): void {
  const own = new Set(items);
  const code: WaitCode = isQuota ? 'quotaSpent' : 'operationPaused';
  const spreadMs = waitMs * DELIVERY_POLICY.stoppedWaitJitterShare;
  const outcomeOf = ({ message: { state } }: WorkItem): Outcome => {
    const ageMs = nowMs - (state.firstFailedMs ?? nowMs);
    return !isQuota && ageMs >= limits.retryMaxAgeMs
      ? { kind: 'dead', verdict: tooOld(state.lastCode), outcomeUnknown: false, tried: false }
      : { kind: 'requeue', reason: 'wait', code, delayMs: waitMs + random() * spreadMs };
  };
  const withdrawn = work.withdraw((item) => own.has(item));
  work.decide(new Map(withdrawn.map((item) => [item, outcomeOf(item)])));
}

function tooOld(lastCode: string | undefined): Verdict {
  const message = `its operation has been failing for as long as a message may be retried${lastCode === undefined ? '' : `; last: ${lastCode}`}`;
  const rule = { kind: 'reject' } as const;
  return { rule, code: 'ageExhausted', level: 'relay', message, errors: [], executed: 'no', counted: false };
}

export { requeuePaused };
