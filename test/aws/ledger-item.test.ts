import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeItem, encodePlain, encodeRelease } from '../../lib/aws/ledger-item.ts';
import { EMPTY_STATE } from '../../lib/ledger/state.ts';
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
      circuit: { failures: 0, denials: 0 },
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

  it('takes an outcome that it does not know for a success, and knows whether it counted', () => {
    const { B } = encodeRelease(endOf({ atMs: NOON_MS, holdMs: 7 }));
    const later = Uint8Array.from(B ?? []).fill(0xff, 9);

    expect(decodeItem({ releases: { M: { 'a-0': { B: later } } } }).releases).toEqual({
      'a-0': { atMs: NOON_MS, holdMs: 7, outcome: 'success', counted: true },
    });
  });

  it('tells an operator in the console what there is to know', () => {
    const state = stateOf({
      day: { ...stateOf().day, used: 120, others: 30 },
      slots: { 'a-1': slotOf(), 'b-1': slotOf() },
      windowCalls: [{ atMs: NOON_MS, worker: 'a' }],
      circuit: { failures: 5, denials: 0, stop: { reason: 'accessDenied', untilMs: NOON_MS, pauseMs: 60_000 } },
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
      adaptiveWindow: { S: '37 at 2026-02-10T18:00:00.000Z' },
    });
    expect(encodePlain(stateOf(), limitsOf())).toMatchObject({ circuit: { S: 'closed' } });
  });
});
