import { type CircuitEnd, isOlderThan, stopAgain } from './circuit.ts';
import { nextPossibleResetMs } from './day.ts';
import type { LedgerLimits } from './limits.ts';
import { FAILURES_TO_OPEN, FIRST_PAUSE_MS, FORGET_AFTER_MS, MOST_CIRCUITS } from './policy.ts';
import type { OperationCircuit, OperationStopReason } from './state.ts';

/** The operations that failed since they last succeeded. */
type Circuits = Readonly<Record<string, OperationCircuit>>;

const UNKNOWN: OperationCircuit = { failures: 0, denials: 0, failedAtMs: 0 };

function stopped(
  circuit: OperationCircuit,
  reason: OperationStopReason,
  { freedAtMs }: CircuitEnd,
  limits: LedgerLimits,
): OperationCircuit {
  const stop = stopAgain(circuit.stop, reason, freedAtMs);
  if (reason !== 'quotaSpent') return { ...circuit, stop };
  // The reset may come first; a clock that is ahead must not ask before it.
  const resetMs = nextPossibleResetMs(limits.quotaTimeZone, freedAtMs) + limits.clockSkewMs;
  return { ...circuit, stop: { ...stop, untilMs: Math.min(stop.untilMs, resetMs) } };
}

/** The circuit of a call's operation after the call's end; undefined when there is nothing to remember. */
function circuitAfter(
  known: OperationCircuit | undefined,
  end: CircuitEnd,
  limits: LedgerLimits,
): OperationCircuit | undefined {
  if (end.outcome === 'success') return isOlderThan(known?.stop, end) ? known : undefined;
  const isProbe = end.slot.probes.includes('operation');
  const circuit = known ?? UNKNOWN;
  if (circuit.stop !== undefined && !isProbe) return circuit;
  const failed = { ...circuit, failedAtMs: end.freedAtMs };
  switch (end.outcome) {
    case 'transient': {
      const next = { ...failed, failures: circuit.failures + 1 };
      const opens = isProbe || next.failures >= FAILURES_TO_OPEN;
      return opens ? stopped(next, circuit.stop?.reason ?? 'transientFailures', end, limits) : next;
    }
    case 'denied': {
      const next = { ...failed, denials: circuit.denials + 1 };
      return isProbe || next.denials >= FAILURES_TO_OPEN ? stopped(next, 'accessDenied', end, limits) : next;
    }
    case 'operationQuotaSpent':
      return stopped(failed, 'quotaSpent', end, limits);
    case 'neutral':
      return isProbe && circuit.stop !== undefined ? pausedBriefly(failed, circuit.stop, end) : known;
    default:
      return known;
  }
}

/**
 * A probe whose message had failed alone before may have failed of its own fault, and shows nothing of the operation: the
 * next one, of another message, follows soon, whatever the pause has grown to.
 */
function pausedBriefly(
  circuit: OperationCircuit,
  { reason, sinceMs, untilMs }: NonNullable<OperationCircuit['stop']>,
  { freedAtMs }: CircuitEnd,
): OperationCircuit {
  const pauseMs = Math.min(untilMs - sinceMs, FIRST_PAUSE_MS[reason]);
  return { ...circuit, stop: { reason, sinceMs: freedAtMs, untilMs: freedAtMs + pauseMs } };
}

/** All operations after a call's end. */
function circuitsAfter(circuits: Circuits, end: CircuitEnd, limits: LedgerLimits): Circuits {
  const { operation } = end;
  if (operation === undefined) return circuits;
  const { [operation]: known, ...others } = circuits;
  const next = circuitAfter(known, end, limits);
  if (next === known) return circuits;
  if (next === undefined) return others;
  const room = withRoom(others);
  return room === undefined ? circuits : { ...room, [operation]: next };
}

/**
 * Room for one more: the operation that failed longest ago is forgotten, unless it is paused. Undefined when all are
 * paused: then a failure counts for the line only.
 */
function withRoom(circuits: Circuits): Circuits | undefined {
  const all = Object.entries(circuits);
  if (all.length < MOST_CIRCUITS) return circuits;
  const [oldest] = all
    .filter(([, { stop }]) => stop === undefined)
    .sort(([a, one], [b, other]) => one.failedAtMs - other.failedAtMs || (a < b ? -1 : 1));
  return oldest && Object.fromEntries(all.filter(([operation]) => operation !== oldest[0]));
}

/** Drops what nobody has asked for since: it says nothing of now. */
function withoutForgotten(circuits: Circuits, nowMs: number): Circuits {
  const isRecent = ({ failedAtMs, stop }: OperationCircuit): boolean =>
    nowMs < (stop?.untilMs ?? failedAtMs) + FORGET_AFTER_MS;
  return Object.fromEntries(Object.entries(circuits).filter(([, circuit]) => isRecent(circuit)));
}

export { circuitsAfter, withoutForgotten };
