import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeItem, encodePlain } from '../../lib/ledger/item.ts';
import { EMPTY_STATE } from '../../lib/ledger/state.ts';
import { arbitraryState } from './support/arbitrary-state.ts';
import { limitsOf, NOON_MS, stateOf } from './support/builders.ts';
import { itemOf } from './support/item-size.ts';
import { RUNS } from './support/runs.ts';

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
  });

  it('tells an operator in the console what there is to know', () => {
    const state = stateOf({
      day: { ...stateOf().day, used: 120, others: 30 },
      ended: [{ atMs: NOON_MS, worker: 'a' }],
      circuit: { failures: 5, denials: 0, stop: { reason: 'accessDenied', untilMs: NOON_MS, pauseMs: 60_000 } },
      learnedWindow: { limit: 37, atMs: NOON_MS },
    });

    expect(encodePlain(state, limitsOf())).toMatchObject({
      usedToday: { N: '120' },
      leftToday: { N: '49850' },
      othersToday: { N: '30' },
      dayResetsAt: { S: '2026-02-11T06:00:00.000Z' },
      callsInWindow: { N: '1' },
      seatsTaken: { N: '0' },
      circuit: { S: 'accessDenied' },
      stoppedUntil: { S: '2026-02-10T18:00:00.000Z' },
      learnedWindow: { S: '37 at 2026-02-10T18:00:00.000Z' },
    });
  });
});
