import { describe, expect, it } from 'vitest';
import { gateOf, refused } from '../../lib/ledger/gate.ts';
import type { LedgerState } from '../../lib/ledger/state.ts';
import { NOON_MS, slotOf, stateOf, viewAt } from './support/builders.ts';

const SKEW_MS = 500;

/** The line as it is when the circuit opens, and the spent day may have been reset, at these instants. */
function stopped(circuitMs?: number, dayMs?: number, rest: Partial<LedgerState> = {}): LedgerState {
  const stop = { reason: 'accessDenied', untilMs: circuitMs ?? 0, pauseMs: 60_000 } as const;
  return stateOf({
    circuit: { failures: 0, denials: 5, ...(circuitMs !== undefined && { stop }) },
    day: { ...stateOf().day, ...(dayMs !== undefined && { probeAtMs: dayMs - SKEW_MS }) },
    ...rest,
  });
}

const gate = (state: LedgerState) => gateOf(state, viewAt(NOON_MS, { clockSkewMs: SKEW_MS }));

describe('the gate', () => {
  it('is open while the line runs', () => {
    expect(gate(stopped())).toEqual({ kind: 'open' });
  });

  it('is shut until the later of circuit and day, and says for which of them', () => {
    const [soon, late] = [NOON_MS + 1_000, NOON_MS + 9_000];

    expect(gate(stopped(late, soon))).toStrictEqual({
      kind: 'shut',
      refusal: { kind: 'refused', reason: 'circuit', waitMs: 9_000, detail: 'accessDenied' },
    });
    expect(gate(stopped(soon, late))).toStrictEqual({
      kind: 'shut',
      refusal: { kind: 'refused', reason: 'day', waitMs: 9_000 },
    });
    expect(gate(stopped(late, late))).toMatchObject({ refusal: { reason: 'circuit' } });
  });

  it('lets one probe through at the instant itself, and others wait for a call', () => {
    const refusal = { kind: 'refused', reason: 'day', waitMs: 700 };

    expect(gate(stopped(undefined, NOON_MS, { callMs: 700 }))).toStrictEqual({ kind: 'probe', refusal });
    expect(gate(stopped(undefined, NOON_MS + 1))).toMatchObject({ kind: 'shut' });
    expect(
      gate(stopped(undefined, NOON_MS, { callMs: 700, slots: { 'a-0': slotOf(), 'a-1': slotOf({ probe: true }) } })),
    ).toStrictEqual({ kind: 'shut', refusal });
    expect(gate(stopped(undefined, NOON_MS, { slots: { 'a-0': slotOf() } }))).toMatchObject({ kind: 'probe' });
  });

  it('names whole milliseconds, and 50 of them at least', () => {
    expect(refused('slots', 49)).toStrictEqual({ kind: 'refused', reason: 'slots', waitMs: 50 });
    expect(refused('slots', 50.2, 'why')).toStrictEqual({
      kind: 'refused',
      reason: 'slots',
      waitMs: 51,
      detail: 'why',
    });
  });
});
