import type { CallOutcome } from './ledger.ts';
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from './policy.ts';
import type { Slot, Stop, StopReason } from './state.ts';

/**
 * A circuit stops what would not succeed, and tries one call now and then. There is one for each operation
 * (`operation-circuits.ts`) and one for the line (`line-circuit.ts`).
 *
 *     closed ----- failures in a row -----> open ----- its time is over -----> half-open
 *        ^                                   ^                                  |     |
 *        |                                   +--- the probe fails: twice as ----+     |
 *        |                                        long                                |
 *        +------------------------- the probe succeeds ------------------------------+
 *
 * Half-open, a circuit lets exactly one probe through. All times come from the ends of calls, not from the reader's
 * clock, so that every worker that folds the same ends gets the same state.
 */

/** A call's end, as circuits see it. */
interface CircuitEnd {
  readonly outcome: CallOutcome;
  readonly operation?: string;
  /** When the reply came or was given up. */
  readonly endedAtMs: number;
  /** When its slot came free: later by the time for which Marketo may have been busy with it. */
  readonly freedAtMs: number;
  readonly slot: Pick<Slot, 'probes' | 'healthCheck'>;
}

/** Opens, or opens again for twice as long. */
function stopAgain<Reason extends StopReason>(
  previous: Stop<StopReason> | undefined,
  reason: Reason,
  atMs: number,
): Stop<Reason> {
  const doubledMs = previous?.reason === reason ? 2 * (previous.untilMs - previous.sinceMs) : 0;
  const pauseMs = Math.min(Math.max(FIRST_PAUSE_MS[reason], doubledMs), LONGEST_PAUSE_MS[reason]);
  return { reason, sinceMs: atMs, untilMs: atMs + pauseMs };
}

const ANSWERS_OF_A_HEALTH_CHECK: readonly CallOutcome[] = ['denied', 'windowSpent', 'slotsSpent', 'daySpent'];

/** Whether a call shows that Marketo works: it was let in, or it is a health check and was answered. */
function showsMarketoWorks({ outcome, slot }: Pick<CircuitEnd, 'outcome' | 'slot'>): boolean {
  if (outcome === 'success' || outcome === 'operationQuotaSpent') return true;
  return slot.healthCheck === true && ANSWERS_OF_A_HEALTH_CHECK.includes(outcome);
}

/** A success that came before the stop tells nothing of what came after. */
function isOlderThan(stop: Stop<StopReason> | undefined, { endedAtMs }: CircuitEnd): boolean {
  return stop !== undefined && endedAtMs < stop.sinceMs;
}

export type { CircuitEnd };
export { isOlderThan, showsMarketoWorks, stopAgain };
