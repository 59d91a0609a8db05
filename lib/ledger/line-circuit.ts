import { type CircuitEnd, isOlderThan, showsMarketoWorks, stopAgain } from './circuit.ts';
import { FAILURES_TO_OPEN, HEALTH_CHECK_WEIGHT, LINE_LEAST_OPERATIONS } from './policy.ts';
import { type LineCircuit, type LineStopReason, NO_RUN, RUNNING_LINE, type Run } from './state.ts';

/**
 * The circuit of the whole line. It stops on evidence that holds for all: credentials or a token that are refused, or
 * failures in a row over two operations, with no success of any call between. An operation that fails by itself stops
 * itself alone; where there is no other traffic, a failed health check is the second operation.
 */
function stopLine(line: LineCircuit, reason: LineStopReason, atMs: number): LineCircuit {
  return { ...line, stop: stopAgain(line.stop, reason, atMs) };
}

function longer({ count, operations }: Run, operation: string | undefined, weight = 1): Run {
  const isKnown = operation === undefined || operations.includes(operation);
  const isEnough = operations.length >= LINE_LEAST_OPERATIONS;
  return { count: count + weight, operations: isKnown || isEnough ? operations : [...operations, operation] };
}

function holdsForAll({ count, operations }: Run): boolean {
  return count >= FAILURES_TO_OPEN && operations.length >= LINE_LEAST_OPERATIONS;
}

/** The line after a call's end. */
function lineAfter(line: LineCircuit, end: CircuitEnd): LineCircuit {
  if (end.outcome === 'denied') return afterDenial(line, end);
  if (showsMarketoWorks(end)) return isOlderThan(line.stop, end) ? line : RUNNING_LINE;
  const isProbe = end.slot.probes.includes('line');
  // A call granted before the line stopped says nothing that the stop does not know, unless it succeeded.
  if (line.stop !== undefined && !isProbe) return line;
  const { freedAtMs } = end;
  switch (end.outcome) {
    case 'tokenRefused':
      return stopLine(line, 'tokenRefused', freedAtMs);
    case 'transient': {
      const isHealthCheck = end.slot.healthCheck === true;
      const next = { ...line, failures: longer(line.failures, end.operation, isHealthCheck ? HEALTH_CHECK_WEIGHT : 1) };
      if (isProbe) return stopLine(next, line.stop?.reason ?? 'transientFailures', freedAtMs);
      // A health check belongs to no message and no operation of theirs: what it fails of holds for all.
      const isOfAll = isHealthCheck ? next.failures.count >= FAILURES_TO_OPEN : holdsForAll(next.failures);
      return isOfAll ? stopLine(next, 'transientFailures', freedAtMs) : next;
    }
    case 'neutral':
      // A probe that shows nothing has not shown that the line works: the next may not follow at once.
      return line.stop === undefined ? line : stopLine(line, line.stop.reason, freedAtMs);
    default:
      return line;
  }
}

/** A 603 is an answer: to a health check, it says that Marketo works. To nobody does it say that the user may call. */
function afterDenial(line: LineCircuit, end: CircuitEnd): LineCircuit {
  const isProbe = end.slot.probes.includes('line');
  const answered = showsMarketoWorks(end) && !isOlderThan(line.stop, end);
  const known = answered ? withoutFailures(line) : line;
  if (known.stop !== undefined && !isProbe) return known;
  const next = { ...known, denials: longer(known.denials, end.operation) };
  // Not everybody may call the usage endpoint: denied to the health check, an ordinary call has to find out.
  const stops = holdsForAll(next.denials) || (isProbe && known.stop !== undefined && end.slot.healthCheck !== true);
  return stops ? stopLine(next, 'accessDenied', end.freedAtMs) : next;
}

function withoutFailures({ denials, stop }: LineCircuit): LineCircuit {
  return { failures: NO_RUN, denials, ...(stop && stop.reason !== 'transientFailures' && { stop }) };
}

export { lineAfter, stopLine };
