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

  it.each(['windowSpent', 'slotsSpent', 'daySpent', 'unused'] as const)('takes no notice of %s', (outcome) => {
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

  it('closes with a success of a call that was under way when it opened', () => {
    expect(afterCall(after(several('transient')), 'success', AT, false)).toEqual(CLOSED);
  });

  it('opens after a run of 603, not before', () => {
    expect(after(several('denied').slice(1))).toEqual({ failures: 0, denials: FAILURES_TO_OPEN - 1 });
  });

  it('opens with the first probe that fails, for the same reason or for a 603', () => {
    const refused = after(['tokenRefused']);

    expect(afterCall(refused, 'transient', AT, true).stop).toEqual({
      reason: 'tokenRefused',
      untilMs: AT + 120_000,
      pauseMs: 120_000,
    });
    expect(afterCall(refused, 'denied', AT, true).stop).toMatchObject({ reason: 'accessDenied', pauseMs: 60_000 });
    expect(afterCall(CLOSED, 'transient', AT, true).stop?.reason).toBe('transientFailures');
  });

  it.each(['accessDenied', 'tokenRefused', 'credentialsRefused'] as const)(
    'doubles its pause after %s from a minute up to fifteen',
    (reason) => {
      const pauses: (number | undefined)[] = [];

      let circuit = CLOSED;
      for (let stops = 0; stops < 6; stops++) {
        circuit = stopLine(circuit, reason, AT);
        pauses.push(circuit.stop?.pauseMs);
      }

      expect(pauses).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
    },
  );

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
