import { describe, expect, it } from 'vitest';
import { afterCall, CLOSED, FAILURES_TO_OPEN, stopLine } from '../../lib/ledger/circuit.ts';
import type { CallOutcome } from '../../lib/ledger/ledger.ts';
import type { Circuit } from '../../lib/ledger/state.ts';

const AT = 1_000_000;

function after(outcomes: readonly CallOutcome[], from: Circuit = CLOSED): Circuit {
  return outcomes.reduce((circuit, outcome) => afterCall(circuit, outcome, AT, false), from);
}

const several = (outcome: CallOutcome): CallOutcome[] => Array.from({ length: FAILURES_TO_OPEN }, () => outcome);

describe('the circuit', () => {
  it('opens after a run of passing failures, not before', () => {
    expect(after(several('transient').slice(1)).stop).toBeUndefined();
    expect(after(several('transient')).stop).toEqual({
      reason: 'transientFailures',
      untilMs: AT + 5_000,
      pauseMs: 5_000,
    });
  });

  it('forgets failures with a success', () => {
    const mixed = [...several('transient').slice(1), 'success', ...several('transient').slice(1)] as CallOutcome[];

    expect(after(mixed).stop).toBeUndefined();
  });

  it('opens with a reason of its own after a run of 603, and at once for a refused token', () => {
    expect(after(several('denied')).stop?.reason).toBe('accessDenied');
    expect(after(['tokenRefused']).stop?.reason).toBe('tokenRefused');
  });

  it.each(['windowSpent', 'seatsSpent', 'daySpent', 'unused'] as const)('takes no notice of %s', (outcome) => {
    expect(after(several(outcome))).toEqual(CLOSED);
  });

  it('doubles its pause with each failed probe, up to five minutes', () => {
    let circuit = after(several('transient'));
    const pauses: (number | undefined)[] = [circuit.stop?.pauseMs];

    for (let probes = 0; probes < 7; probes++) {
      circuit = afterCall(circuit, 'transient', AT, true);
      pauses.push(circuit.stop?.pauseMs);
    }

    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it('closes with a probe that succeeds', () => {
    expect(afterCall(after(several('transient')), 'success', AT, true)).toEqual(CLOSED);
  });

  it('learns nothing from failures of calls that were under way when it opened', () => {
    const open = after(several('transient'));

    expect(afterCall(open, 'transient', AT + 4_000, false)).toEqual(open);
  });

  it('begins with the first pause when the reason changes', () => {
    const open = stopLine(after(several('transient')), 'transientFailures', AT);

    expect(stopLine(open, 'credentialsRefused', AT).stop).toEqual({
      reason: 'credentialsRefused',
      untilMs: AT + 60_000,
      pauseMs: 60_000,
    });
  });
});
