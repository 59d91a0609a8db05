import { describe, expect, it } from 'vitest';
import type { CircuitEnd } from '../../lib/ledger/circuit.ts';
import type { CallOutcome } from '../../lib/ledger/ledger.ts';
import { lineAfter, stopLine } from '../../lib/ledger/line-circuit.ts';
import { FAILURES_TO_OPEN } from '../../lib/ledger/policy.ts';
import { type LineCircuit, type LineStopReason, NO_RUN, RUNNING_LINE } from '../../lib/ledger/state.ts';

const AT = 1_000_000;
const PROBE: Partial<CircuitEnd> = { slot: { probes: ['line'] } };
const CHECK: Partial<CircuitEnd> = { slot: { probes: [], healthCheck: true }, operation: 'getDailyUsage' };

function after(line: LineCircuit, outcome: CallOutcome, change: Partial<CircuitEnd> = {}): LineCircuit {
  const end = { outcome, operation: 'syncLeads', endedAtMs: AT, freedAtMs: AT, slot: { probes: [] } };
  return lineAfter(line, { ...end, ...change });
}

/** The line after so many calls, of these operations in turn. */
function inTurn(
  outcome: CallOutcome,
  count: number,
  operations = ['syncLeads', 'getLeads'],
  change: Partial<CircuitEnd> = {},
): LineCircuit {
  let line = RUNNING_LINE;
  for (let call = 0; call < count; call++) {
    line = after(line, outcome, { ...change, operation: operations[call % operations.length] ?? '' });
  }
  return line;
}

const DOWN = inTurn('transient', FAILURES_TO_OPEN);
const refusedFor = (reason: LineStopReason) => stopLine(RUNNING_LINE, reason, AT);

describe('the line', () => {
  it('stops after failures in a row over two operations, not before', () => {
    expect(inTurn('transient', FAILURES_TO_OPEN - 1).stop).toBeUndefined();
    expect(DOWN.stop).toEqual({ reason: 'transientFailures', sinceMs: AT, untilMs: AT + 5_000 });
    expect(inTurn('denied', FAILURES_TO_OPEN - 1).stop).toBeUndefined();
    expect(inTurn('denied', FAILURES_TO_OPEN).stop?.reason).toBe('accessDenied');
  });

  it('does not stop for one operation, however often it fails', () => {
    for (const outcome of ['transient', 'denied'] as const) {
      expect(inTurn(outcome, 50, ['syncLeads']).stop).toBeUndefined();
    }
  });

  it('stops for one operation when a health check fails too', () => {
    const alone = inTurn('transient', FAILURES_TO_OPEN, ['syncLeads']);

    expect(after(alone, 'transient', CHECK).stop?.reason).toBe('transientFailures');
    expect(after(inTurn('denied', FAILURES_TO_OPEN, ['syncLeads']), 'denied', CHECK).stop?.reason).toBe('accessDenied');
  });

  it('stops for three health checks that fail in a row, and for one after three failures of one operation', () => {
    const checks = [1, 2, 3].map((count) => inTurn('transient', count, ['getDailyUsage'], CHECK).stop?.reason);

    expect(checks).toEqual([undefined, undefined, 'transientFailures']);
    expect(after(inTurn('transient', 2, ['syncLeads']), 'transient', CHECK).stop).toBeUndefined();
    expect(after(inTurn('transient', 3, ['syncLeads']), 'transient', CHECK).stop?.reason).toBe('transientFailures');
  });

  it('does not add denials to failures', () => {
    const mixed = after(inTurn('transient', FAILURES_TO_OPEN - 1), 'denied', { operation: 'getLeads' });

    expect(mixed).toMatchObject({ failures: { count: FAILURES_TO_OPEN - 1 }, denials: { count: 1 } });
    expect(mixed.stop).toBeUndefined();
  });

  it('remembers two operations of a run, however many there are', () => {
    expect(inTurn('transient', 4, ['a', 'b', 'c', 'd']).failures).toEqual({ count: 4, operations: ['a', 'b'] });
  });

  it('counts a failure whose operation an older relay did not write', () => {
    const { operation: _none, ...end } = {
      outcome: 'transient' as const,
      operation: '',
      endedAtMs: AT,
      freedAtMs: AT,
      slot: { probes: [] },
    };

    expect(lineAfter(RUNNING_LINE, end).failures).toEqual({ count: 1, operations: [] });
  });

  it.each(['success', 'operationQuotaSpent'] as const)(
    'forgets failures and denials with a call that ends as %s',
    (outcome) => {
      expect(after(inTurn('transient', 4), outcome)).toEqual(RUNNING_LINE);
      expect(after(inTurn('denied', 4), outcome)).toEqual(RUNNING_LINE);
    },
  );

  it('stops at once for a refused token', () => {
    expect(after(RUNNING_LINE, 'tokenRefused').stop?.reason).toBe('tokenRefused');
  });

  it.each(['windowSpent', 'slotsSpent', 'daySpent', 'unused', 'neutral'] as const)(
    'takes no notice of %s',
    (outcome) => {
      expect(after(RUNNING_LINE, outcome)).toEqual(RUNNING_LINE);
      expect(after(inTurn('transient', 4), outcome)).toEqual(inTurn('transient', 4));
    },
  );

  it('doubles its pause with each failed health check, up to five minutes', () => {
    let line = DOWN;
    const pauses: number[] = [];

    for (let probes = 0; probes < 8; probes++) {
      pauses.push((line.stop?.untilMs ?? 0) - AT);
      line = after(line, 'transient', { ...CHECK, slot: { probes: ['line'], healthCheck: true } });
    }

    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it.each(['accessDenied', 'tokenRefused', 'credentialsRefused'] as const)(
    'doubles its pause after %s from a minute up to fifteen',
    (reason) => {
      let line = refusedFor(reason);
      const pauses: number[] = [];

      for (let stops = 0; stops < 6; stops++) {
        pauses.push((line.stop?.untilMs ?? 0) - AT);
        line = stopLine(line, reason, AT);
      }

      expect(pauses).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
    },
  );

  it('begins with the first pause when the reason changes', () => {
    expect(stopLine(DOWN, 'credentialsRefused', AT).stop).toEqual({
      reason: 'credentialsRefused',
      sinceMs: AT,
      untilMs: AT + 60_000,
    });
  });

  it('runs again with a probe that succeeds', () => {
    expect(after(DOWN, 'success', PROBE)).toEqual(RUNNING_LINE);
  });

  it('runs again with a success of a call that was under way when it stopped, not with one from before', () => {
    expect(after(DOWN, 'success', { endedAtMs: AT })).toEqual(RUNNING_LINE);
    expect(after(DOWN, 'success', { endedAtMs: AT - 1 })).toEqual(DOWN);
  });

  it.each(['windowSpent', 'slotsSpent', 'daySpent'] as const)(
    'runs again when a health check is answered with %s',
    (outcome) => {
      expect(after(DOWN, outcome, CHECK)).toEqual(RUNNING_LINE);
      expect(after(DOWN, outcome, PROBE)).toEqual(DOWN);
    },
  );

  it('takes a 603 of a health check for an answer and for a denial', () => {
    const answered = after(DOWN, 'denied', CHECK);

    expect(answered).toEqual({ failures: NO_RUN, denials: { count: 1, operations: ['getDailyUsage'] } });
    expect(after(refusedFor('credentialsRefused'), 'denied', CHECK).stop?.reason).toBe('credentialsRefused');
  });

  it('stops again with a probe that fails, for the same reason or for a 603', () => {
    const refused = refusedFor('tokenRefused');

    expect(after(refused, 'transient', PROBE).stop).toEqual({
      reason: 'tokenRefused',
      sinceMs: AT,
      untilMs: AT + 120_000,
    });
    expect(after(refused, 'denied', PROBE).stop).toEqual({ reason: 'accessDenied', sinceMs: AT, untilMs: AT + 60_000 });
    expect(after(RUNNING_LINE, 'transient', PROBE).stop?.reason).toBe('transientFailures');
  });

  it('stops again with a probe that shows nothing, from when its slot came free', () => {
    const freedAtMs = AT + 700;

    expect(after(refusedFor('accessDenied'), 'neutral', { ...PROBE, freedAtMs }).stop).toEqual({
      reason: 'accessDenied',
      sinceMs: freedAtMs,
      untilMs: freedAtMs + 120_000,
    });
  });

  it.each(['transient', 'denied', 'tokenRefused', 'neutral'] as const)(
    'learns nothing from %s of a call that was under way when it stopped',
    (outcome) => {
      expect(after(DOWN, outcome, { endedAtMs: AT + 4_000 })).toEqual(DOWN);
    },
  );
});
