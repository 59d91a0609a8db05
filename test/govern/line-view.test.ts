import { describe, expect, it } from 'vitest';
import { lineViewOf } from '../../lib/govern/line-view.ts';
import { DEFAULT_LIMITS } from '../../lib/ledger/limits.ts';
import { EMPTY_STATE, type LedgerState, RUNNING_LINE } from '../../lib/ledger/state.ts';

const NOW_MS = Date.parse('2027-01-20T12:00:00Z');
const LATER_MS = NOW_MS + 3_600_000;
const DAY = { startedAtMs: NOW_MS - 1, resetsAtMs: LATER_MS, used: 10, others: 5, othersAtMs: NOW_MS - 60_000 };
const RUNNING: LedgerState = { ...EMPTY_STATE, version: 1, day: DAY };

const viewOf = (state: LedgerState) => lineViewOf(state, DEFAULT_LIMITS, NOW_MS);

describe('the line as governing sees it', () => {
  it('runs while nothing stops it', () => {
    const view = viewOf(RUNNING);
    expect(view).not.toHaveProperty('stop');
    expect(view).toMatchObject({ usedToday: 10, othersToday: 5, windowCalls: 50, slots: 5, slotsTaken: 0 });
    expect(view.usage).toEqual({ isDue: false, askedAtMs: NOW_MS - 60_000 });
  });

  it('of a ledger that nobody has written yet runs, too', () => {
    expect(viewOf(EMPTY_STATE)).not.toHaveProperty('stop');
  });

  it('is stopped by an open circuit, until its probe', () => {
    const stop = { reason: 'credentialsRefused', sinceMs: NOW_MS, untilMs: NOW_MS + 60_000 } as const;
    expect(viewOf({ ...RUNNING, line: { ...RUNNING_LINE, stop } }).stop).toEqual({
      reason: 'credentialsRefused',
      sinceMs: NOW_MS,
      untilMs: NOW_MS + 60_000,
      needsProbe: true,
    });
  });

  it('is stopped by a 607, until its probe', () => {
    expect(viewOf({ ...RUNNING, day: { ...DAY, probeAtMs: LATER_MS } }).stop).toMatchObject({
      reason: 'daySpent',
      needsProbe: true,
    });
  });

  it('is stopped by its own count until the reset, without a probe', () => {
    expect(viewOf({ ...RUNNING, day: { ...DAY, used: 50_000 } }).stop).toEqual({
      reason: 'daySpent',
      sinceMs: DAY.startedAtMs,
      untilMs: LATER_MS + DEFAULT_LIMITS.clockSkewMs,
      needsProbe: false,
    });
  });

  it('is stopped by what lasts longest', () => {
    const stop = { reason: 'transientFailures', sinceMs: NOW_MS, untilMs: NOW_MS + 5_000 } as const;
    const both = { ...RUNNING, line: { ...RUNNING_LINE, stop }, day: { ...DAY, probeAtMs: LATER_MS } };
    expect(viewOf(both).stop?.reason).toBe('daySpent');
  });

  it('knows which operations are paused, and when a call last worked', () => {
    const stop = { reason: 'accessDenied', sinceMs: NOW_MS, untilMs: LATER_MS } as const;
    const circuits = { syncLeads: { failures: 0, denials: 5, failedAtMs: NOW_MS, stop } };
    expect(viewOf({ ...RUNNING, circuits, lastSuccess: { atMs: NOW_MS - 5 } })).toMatchObject({
      pausedOperations: [{ operation: 'syncLeads', reason: 'accessDenied', untilMs: LATER_MS }],
      worksAtMs: NOW_MS - 5,
    });
  });
});
