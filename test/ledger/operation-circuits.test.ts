import { describe, expect, it } from 'vitest';
import type { CircuitEnd } from '../../lib/ledger/circuit.ts';
import type { CallOutcome } from '../../lib/ledger/ledger.ts';
import { circuitsAfter, withoutForgotten } from '../../lib/ledger/operation-circuits.ts';
import { FAILURES_TO_OPEN, FORGET_AFTER_MS, MOST_CIRCUITS } from '../../lib/ledger/policy.ts';
import type { OperationCircuit } from '../../lib/ledger/state.ts';
import { limitsOf, NOON_MS, RESET_MS } from './support/builders.ts';

type Circuits = Readonly<Record<string, OperationCircuit>>;

const PROBE: Partial<CircuitEnd> = { slot: { probes: ['operation'] } };
const MINUTE_MS = 60_000;

function after(circuits: Circuits, outcome: CallOutcome, change: Partial<CircuitEnd> = {}): Circuits {
  const end = { outcome, operation: 'syncLeads', endedAtMs: NOON_MS, freedAtMs: NOON_MS, slot: { probes: [] } };
  return circuitsAfter(circuits, { ...end, ...change }, limitsOf());
}

function inARow(outcome: CallOutcome, count: number, change: Partial<CircuitEnd> = {}, from: Circuits = {}): Circuits {
  return Array.from({ length: count }).reduce<Circuits>((circuits) => after(circuits, outcome, change), from);
}

const BROKEN = inARow('transient', FAILURES_TO_OPEN);
const pauseOf = ({ syncLeads }: Circuits): number => (syncLeads?.stop?.untilMs ?? 0) - (syncLeads?.stop?.sinceMs ?? 0);

describe('the circuit of an operation', () => {
  it('opens after failures in a row, not before', () => {
    expect(inARow('transient', FAILURES_TO_OPEN - 1)).toEqual({
      syncLeads: { failures: FAILURES_TO_OPEN - 1, denials: 0, failedAtMs: NOON_MS },
    });
    expect(BROKEN.syncLeads?.stop).toEqual({
      reason: 'transientFailures',
      sinceMs: NOON_MS,
      untilMs: NOON_MS + 5_000,
    });
  });

  it('opens with a reason of its own after 603s in a row, not before', () => {
    expect(inARow('denied', FAILURES_TO_OPEN - 1).syncLeads?.stop).toBeUndefined();
    expect(inARow('denied', FAILURES_TO_OPEN).syncLeads?.stop).toMatchObject({
      reason: 'accessDenied',
      untilMs: NOON_MS + MINUTE_MS,
    });
  });

  it('is its own: no end of another operation changes it', () => {
    const both = after(BROKEN, 'transient', { operation: 'getLeads' });

    expect(both).toEqual({ ...BROKEN, getLeads: { failures: 1, denials: 0, failedAtMs: NOON_MS } });
    expect(after(both, 'success', { operation: 'getLeads' })).toEqual(BROKEN);
  });

  it('is forgotten with a success', () => {
    expect(after(inARow('transient', 4), 'success')).toEqual({});
    expect(after(BROKEN, 'success', PROBE)).toEqual({});
  });

  it('closes with a success of a call that was under way when it opened, not with one from before', () => {
    expect(after(BROKEN, 'success', { endedAtMs: NOON_MS })).toEqual({});
    expect(after(BROKEN, 'success', { endedAtMs: NOON_MS - 1 })).toBe(BROKEN);
  });

  it.each(['windowSpent', 'slotsSpent', 'daySpent', 'unused', 'neutral', 'tokenRefused'] as const)(
    'takes no notice of %s',
    (outcome) => {
      expect(after({}, outcome)).toEqual({});
      expect(after(inARow('transient', 4), outcome)).toEqual(inARow('transient', 4));
    },
  );

  it('takes no notice of an end whose operation an older relay did not write', () => {
    const end = { outcome: 'transient', endedAtMs: NOON_MS, freedAtMs: NOON_MS, slot: { probes: [] } } as const;

    expect(circuitsAfter({}, end, limitsOf())).toEqual({});
  });

  it('doubles its pause with each failed probe, up to five minutes, after 603 up to fifteen', () => {
    const pauses = (outcome: CallOutcome, from: Circuits): number[] =>
      Array.from({ length: 8 }, (_, probes) => pauseOf(inARow(outcome, probes, PROBE, from)) / 1_000);

    expect(pauses('transient', BROKEN)).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(pauses('denied', inARow('denied', FAILURES_TO_OPEN))).toEqual([60, 120, 240, 480, 900, 900, 900, 900]);
  });

  it('changes its reason with a probe that is denied', () => {
    expect(after(BROKEN, 'denied', PROBE).syncLeads?.stop).toMatchObject({
      reason: 'accessDenied',
      untilMs: NOON_MS + MINUTE_MS,
    });
  });

  it('is paused for its first time again when the messages of a probe had failed before', () => {
    const freedAtMs = NOON_MS + 7_000;
    const later = inARow('transient', 2, PROBE, BROKEN);

    expect(after(later, 'neutral', { ...PROBE, freedAtMs }).syncLeads).toMatchObject({
      failedAtMs: freedAtMs,
      stop: { reason: 'transientFailures', sinceMs: freedAtMs, untilMs: freedAtMs + 5_000 },
    });
  });

  it.each(['windowSpent', 'unused', 'tokenRefused'] as const)(
    'stays half-open after a probe that ends as %s',
    (outcome) => {
      expect(after(BROKEN, outcome, PROBE)).toEqual(BROKEN);
    },
  );

  it.each(['transient', 'denied', 'operationQuotaSpent', 'neutral'] as const)(
    'learns nothing from %s of a call that was under way when it opened',
    (outcome) => {
      expect(after(BROKEN, outcome, { freedAtMs: NOON_MS + 4_000 })).toBe(BROKEN);
    },
  );
});

describe('a quota of an operation', () => {
  it('parks it at once, for half an hour, an hour, two', () => {
    const pauses = [1, 2, 3].map((times) => pauseOf(inARow('operationQuotaSpent', times, PROBE)) / MINUTE_MS);

    expect(after({}, 'operationQuotaSpent').syncLeads?.stop?.reason).toBe('quotaSpent');
    expect(pauses).toEqual([30, 60, 120]);
  });

  it('never parks it beyond the next possible reset, and begins with half an hour after it', () => {
    const freedAtMs = RESET_MS - 10 * MINUTE_MS;
    const parked = after({}, 'operationQuotaSpent', { freedAtMs });

    expect(parked.syncLeads?.stop?.untilMs).toBe(RESET_MS + 500);
    const again = after(parked, 'operationQuotaSpent', { ...PROBE, freedAtMs: RESET_MS + 900 });
    expect(pauseOf(again)).toBe(30 * MINUTE_MS);
  });
});

describe('the circuits of all operations', () => {
  const many = (count: number, outcome: CallOutcome, each = 1): Circuits =>
    Array.from({ length: count }, (_, at) => at).reduce<Circuits>(
      (circuits, at) => inARow(outcome, each, { operation: `op${at}`, freedAtMs: NOON_MS + at }, circuits),
      {},
    );

  it('are as many as there is room for: the one that failed longest ago is forgotten', () => {
    const full = many(MOST_CIRCUITS + 1, 'transient');

    expect(Object.keys(full)).toHaveLength(MOST_CIRCUITS);
    expect(full).not.toHaveProperty('op0');
    expect(full).toHaveProperty(`op${MOST_CIRCUITS}`);
  });

  it('forget none that is paused: then a failure is counted for the line only', () => {
    const paused = many(MOST_CIRCUITS, 'transient', FAILURES_TO_OPEN);
    const [first, ...rest] = Object.entries(paused);
    const oneRuns = Object.fromEntries([...rest, ['runs', { failures: 1, denials: 0, failedAtMs: NOON_MS + 99 }]]);

    expect(after(paused, 'transient', { operation: 'new' })).toBe(paused);
    expect(after(oneRuns, 'transient', { operation: 'new' })).toHaveProperty('new');
    expect(after(oneRuns, 'transient', { operation: 'new' })).not.toHaveProperty('runs');
    expect(first).toBeDefined();
  });

  it('are forgotten an hour after they last failed, or could have been tried', () => {
    const both = { ...BROKEN, getLeads: { failures: 1, denials: 0, failedAtMs: NOON_MS } };
    const after1h = NOON_MS + FORGET_AFTER_MS;

    expect(withoutForgotten(both, after1h - 1)).toEqual(both);
    expect(withoutForgotten(both, after1h)).toEqual(BROKEN);
    expect(withoutForgotten(both, after1h + 5_000)).toEqual({});
  });
});
