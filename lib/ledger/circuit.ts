import type { CallOutcome } from './ledger.ts';
import type { Circuit, StopReason } from './state.ts';

/**
 * Stops the line when nothing would succeed, and tries one call now and then.
 *
 * Closed: all pass. Open until an instant: none pass. Half-open after it: exactly one probe; its success closes the
 * circuit, its failure opens it for twice as long. All times come from the ends of calls, not from the reader's clock,
 * so that every worker that folds the same ends gets the same state.
 */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS: Record<StopReason, number> = {
  transientFailures: 5_000,
  accessDenied: 60_000,
  tokenRefused: 60_000,
  credentialsRefused: 60_000,
};
const LONGEST_PAUSE_MS: Record<StopReason, number> = {
  transientFailures: 300_000,
  accessDenied: 900_000,
  tokenRefused: 900_000,
  credentialsRefused: 900_000,
};

const CLOSED: Circuit = { failures: 0, denials: 0 };

/** Opens, or opens again for twice as long. */
function stopLine(circuit: Circuit, reason: StopReason, atMs: number): Circuit {
  const previous = circuit.stop?.reason === reason ? circuit.stop.pauseMs * 2 : FIRST_PAUSE_MS[reason];
  const pauseMs = Math.min(previous, LONGEST_PAUSE_MS[reason]);
  return { ...circuit, stop: { reason, untilMs: atMs + pauseMs, pauseMs } };
}

/** The circuit after a call's end. `probe`: the call was the one that a half-open circuit let through. */
function afterCall(circuit: Circuit, outcome: CallOutcome, atMs: number, probe: boolean): Circuit {
  // A call granted before the line stopped says nothing that the stop does not know, unless it succeeded.
  if (circuit.stop && !probe && outcome !== 'success') return circuit;
  switch (outcome) {
    case 'success':
      return CLOSED;
    case 'transient': {
      const failures = circuit.failures + 1;
      const next = { ...circuit, failures };
      return failures >= FAILURES_TO_OPEN || probe
        ? stopLine(next, circuit.stop?.reason ?? 'transientFailures', atMs)
        : next;
    }
    case 'denied': {
      const denials = circuit.denials + 1;
      const next = { ...circuit, denials };
      return denials >= FAILURES_TO_OPEN || probe ? stopLine(next, 'accessDenied', atMs) : next;
    }
    case 'tokenRefused':
      return stopLine(circuit, 'tokenRefused', atMs);
    case 'neutral':
    case 'windowSpent':
    case 'slotsSpent':
    case 'daySpent':
    case 'unused':
      return circuit;
  }
}

export { afterCall, CLOSED, FAILURES_TO_OPEN, stopLine };
