import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRelease } from '../../lib/aws/ledger-calls-codec.ts';
import { decodeItem, encodePlain, OPTIONAL_ATTRIBUTES } from '../../lib/aws/ledger-item.ts';
import { EMPTY_STATE, NO_RUN, RUNNING_LINE } from '../../lib/ledger/state.ts';
import { arbitraryState } from '../ledger/support/arbitrary-state.ts';
import { endOf, limitsOf, NOON_MS, slotOf, stateOf } from '../ledger/support/builders.ts';
import { itemOf } from '../ledger/support/item-size.ts';
import { RUNS } from '../ledger/support/runs.ts';

describe('the item', () => {
  it('holds the whole state', () => {
    fc.assert(
      fc.property(arbitraryState, (state) => {
        expect(decodeItem(itemOf(state, limitsOf()))).toEqual(state);
      }),
      RUNS,
    );
  });

  it('is the empty state where there is none', () => {
    expect(decodeItem(undefined)).toEqual(EMPTY_STATE);
    expect(EMPTY_STATE).toEqual({
      version: 0,
      slots: {},
      releases: {},
      windowCalls: [],
      lastStartMs: 0,
      day: { startedAtMs: 0, resetsAtMs: 0, used: 0, others: 0 },
      line: { failures: { count: 0, operations: [] }, denials: { count: 0, operations: [] } },
      circuits: {},
      callMs: 500,
    });
  });

  it('holds how many calls had been made when the usage endpoint was asked', () => {
    const state = stateOf({ day: { ...stateOf().day, used: 900, othersAtMs: NOON_MS, usedAtAsking: 850 } });

    expect(encodePlain(state, limitsOf())).toMatchObject({ usedWhenAsked: { N: '850' } });
    expect(decodeItem(itemOf(state, limitsOf()))).toEqual(state);
  });

  it('has no attribute for what there is not', () => {
    expect(Object.keys(encodePlain(stateOf(), limitsOf())).sort()).toEqual([
      'callMs',
      'callsInWindow',
      'circuit',
      'dayResetsAt',
      'dayStartedMs',
      'lastStartMs',
      'leftToday',
      'othersToday',
      'slotsTaken',
      'usedToday',
      'version',
      'window',
    ]);
  });

  it('is read where attributes are missing, as an older relay may have written it', () => {
    expect(decodeItem({ version: { N: '3' } })).toEqual({ ...EMPTY_STATE, version: 3, callMs: 0 });
  });

  it('keeps the stop that an older relay wrote, and lets its counts and its probe go', () => {
    const older = {
      version: { N: '3' },
      circuit: { S: 'tokenRefused' },
      failures: { S: '5 0' },
      stoppedUntil: { S: '2026-02-10T18:00:00.000Z' },
      pauseMs: { N: '120000' },
      slots: { M: { 'a-0': { B: Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 9, 1, 0, 0, 0, 7) } } },
    };

    const { line, circuits, slots } = decodeItem(older);

    const stop = { reason: 'tokenRefused', sinceMs: NOON_MS - 120_000, untilMs: NOON_MS };
    expect({ line, circuits }).toEqual({ line: { ...RUNNING_LINE, stop }, circuits: {} });
    expect(slots['a-0']).toMatchObject({ probes: ['line'], keys: [7] });
    expect(OPTIONAL_ATTRIBUTES).toContain('failures');
  });

  it('knows nothing of an operation whose circuit somebody has edited', () => {
    expect(decodeItem({ circuits: { M: { syncLeads: { S: 'closed' } } } }).circuits).toEqual({});
  });

  it('takes an outcome that it does not know for a success, and knows whether it counted', () => {
    const { B } = encodeRelease(endOf({ atMs: NOON_MS, holdMs: 7 }));
    const later = Uint8Array.from(B ?? []).fill(0x7f, 9, 10);

    expect(decodeItem({ releases: { M: { 'a-0': { B: later } } } }).releases).toEqual({
      'a-0': { atMs: NOON_MS, holdMs: 7, outcome: 'success', counted: true, operation: 'syncLeads' },
    });
  });

  it('tells an operator in the console what there is to know', () => {
    const state = stateOf({
      day: { ...stateOf().day, used: 120, others: 30 },
      slots: { 'a-1': slotOf(), 'b-1': slotOf() },
      windowCalls: [{ atMs: NOON_MS, worker: 'a' }],
      line: {
        failures: NO_RUN,
        denials: { count: 5, operations: ['syncLeads', 'getLeads'] },
        stop: { reason: 'accessDenied', sinceMs: NOON_MS - 60_000, untilMs: NOON_MS },
      },
      circuits: {
        syncLeads: { failures: 2, denials: 3, failedAtMs: NOON_MS },
        getLeads: {
          failures: 0,
          denials: 5,
          failedAtMs: NOON_MS,
          stop: { reason: 'accessDenied', sinceMs: NOON_MS, untilMs: NOON_MS + 60_000 },
        },
      },
      lastSuccess: { atMs: NOON_MS, token: 0x1f2e3d4c },
      adaptiveWindow: { limit: 37, atMs: NOON_MS },
    });

    expect(encodePlain(state, limitsOf())).toMatchObject({
      usedToday: { N: '120' },
      leftToday: { N: '49850' },
      othersToday: { N: '30' },
      dayResetsAt: { S: '2026-02-11T06:00:00.000Z' },
      callsInWindow: { N: '3' },
      slotsTaken: { N: '2' },
      circuit: { S: 'accessDenied' },
      stoppedUntil: { S: '2026-02-10T18:00:00.000Z' },
      lineDenials: { S: '5: syncLeads getLeads' },
      circuits: {
        M: {
          syncLeads: { S: '2 failed, 3 denied, last 2026-02-10T18:00:00.000Z' },
          getLeads: {
            S: '0 failed, 5 denied, last 2026-02-10T18:00:00.000Z; accessDenied 2026-02-10T18:00:00.000Z/2026-02-10T18:01:00.000Z',
          },
        },
      },
      lastSuccess: { S: '2026-02-10T18:00:00.000Z 1f2e3d4c' },
      adaptiveWindow: { S: '37 at 2026-02-10T18:00:00.000Z' },
    });
    expect(encodePlain(stateOf(), limitsOf())).toMatchObject({ circuit: { S: 'closed' } });
  });
});
