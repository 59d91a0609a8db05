import { describe, expect, it } from 'vitest';
import { RUNNING_LINE } from '../../lib/ledger/state.ts';
import { statusOf } from '../../lib/ledger/status.ts';
import { limitsOf, NOON_MS, slotOf, stateOf } from './support/builders.ts';

const LIMITS = limitsOf({ dayCalls: 1_000 });

describe('the status', () => {
  it('names nothing that is not stopped', () => {
    expect(statusOf(stateOf(), LIMITS)).toStrictEqual({
      pausedOperations: [],
      leftToday: 1_000,
      dailyQuota: 1_000,
      callsInWindow: 0,
      slotsTaken: 0,
    });
  });

  it('names the stop of the line, paused operations in order, the spent day, and what is taken', () => {
    const stop = { reason: 'transientFailures', sinceMs: NOON_MS, untilMs: NOON_MS + 5_000 } as const;
    const circuit = { failures: 5, denials: 0, failedAtMs: NOON_MS };
    const state = stateOf({
      line: { ...RUNNING_LINE, stop },
      circuits: { syncLeads: { ...circuit, stop }, deleteLeads: { ...circuit, stop }, getLeads: circuit },
      day: { ...stateOf().day, used: 300, probeAtMs: NOON_MS + 9_000 },
      slots: { 'a-0': slotOf(), 'a-1': slotOf() },
      windowCalls: [{ atMs: NOON_MS, worker: 'a' }],
    });

    expect(statusOf(state, LIMITS)).toStrictEqual({
      lineStop: stop,
      pausedOperations: [
        { operation: 'deleteLeads', ...stop },
        { operation: 'syncLeads', ...stop },
      ],
      daySpentUntilMs: NOON_MS + 9_500,
      leftToday: 700,
      dailyQuota: 1_000,
      callsInWindow: 3,
      slotsTaken: 2,
    });
  });
});
