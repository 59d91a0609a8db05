import { describe, expect, it } from 'vitest';
import { admit } from '../../lib/ledger/admit.ts';
import type { Lanes } from '../../lib/ledger/lane.ts';
import type { PermitAnswer, PermitAsk } from '../../lib/ledger/ledger.ts';
import type { LedgerLimits } from '../../lib/ledger/limits.ts';
import { newLiveHours } from '../../lib/ledger/live-hours.ts';
import type { LedgerState, Slot } from '../../lib/ledger/state.ts';
import { askOf, endOf, NOON_MS, slotOf, stateOf, viewAt } from './support/builders.ts';

const LIMITS: Partial<LedgerLimits> = { windowCalls: 50, slots: 10, backfill: { dayCalls: 50_000 } };
const live = askOf();
const backfill = askOf({ lane: 'backfill' });

function ask(state: LedgerState, asks: readonly PermitAsk[], change: Partial<LedgerLimits> = {}, nowMs = NOON_MS) {
  const ids = asks.map((_, index) => `me-${index}`);
  return admit(state, asks, ids, viewAt(nowMs, { ...LIMITS, ...change }));
}

const kinds = (answers: readonly PermitAnswer[]): string[] =>
  answers.map((one) => (one.kind === 'granted' ? 'granted' : `${one.reason} ${one.detail ?? ''}`.trim()));
/** So many calls that ended one after the other, the newest just now. */
const ended = (count: number, everyMs = 350) =>
  Array.from({ length: count }, (_, index) => ({ atMs: NOON_MS - everyMs * index, worker: 'x' }));
const slots = (...list: Partial<Slot>[]): Record<string, Slot> =>
  Object.fromEntries(list.map((slot, index) => [`x-${index}`, slotOf({ grantedAtMs: NOON_MS - 200, ...slot })]));

function lanesOf(change: Partial<Lanes['pressure']> = {}, more: Partial<Lanes> = {}): Lanes {
  return {
    pressure: { surge: 0, usualSurge: 0, usualSlots: 0, atMs: NOON_MS, ...change },
    // Hours without a live call, so that the day is not what refuses.
    hours: { ...newLiveHours(NOON_MS), byHour: Array.from({ length: 24 }, () => 0) },
    backfillStartMs: NOON_MS - 1_000,
    ...more,
  };
}

describe('the window, for a backfill', () => {
  it('is granted while a place stays free, and refused the last one with the time until another opens', () => {
    const before = stateOf({ windowCalls: ended(48, 300), lanes: lanesOf() });
    const full = stateOf({ windowCalls: ended(49, 300), lanes: lanesOf() });

    expect(kinds(ask(before, [backfill]).answers)).toEqual(['granted']);
    // The oldest call, 48 x 300 ms ago, leaves the window 20 s after its end.
    expect(ask(full, [backfill]).answers).toEqual([
      { kind: 'refused', reason: 'lane', waitMs: 20_002 - 48 * 300, detail: 'window' },
    ]);
    expect(kinds(ask(full, [live]).answers)).toEqual(['granted']);
  });

  it('keeps free what live lately took at once, beyond what comes free while a call lasts', () => {
    // 500 ms a call let 1.25 of 50 places come free: of 10, 9 are kept.
    const lanes = lanesOf({ usualSurge: 10 });

    expect(kinds(ask(stateOf({ windowCalls: ended(40), lanes }), [backfill]).answers)).toEqual(['granted']);
    expect(kinds(ask(stateOf({ windowCalls: ended(41), lanes }), [backfill]).answers)).toEqual(['lane window']);
  });

  it('keeps less free while live is at it: what it has taken is in the window', () => {
    const lanes = lanesOf({ usualSurge: 10, surge: 6 });

    expect(kinds(ask(stateOf({ windowCalls: ended(46), lanes }), [backfill]).answers)).toEqual(['granted']);
  });

  it('keeps at most half of it free, whatever live does now and then', () => {
    const lanes = lanesOf({ usualSurge: 45 });

    expect(kinds(ask(stateOf({ windowCalls: ended(24), lanes }), [backfill]).answers)).toEqual(['granted']);
    expect(kinds(ask(stateOf({ windowCalls: ended(25), lanes }), [backfill]).answers)).toEqual(['lane window']);
  });

  it('is all but its least place again when live has been silent for long', () => {
    const lanes = lanesOf({ usualSurge: 10, atMs: NOON_MS - 3_600_000 });

    expect(kinds(ask(stateOf({ windowCalls: ended(48, 300), lanes }), [backfill]).answers)).toEqual(['granted']);
  });

  it('is learnt from live calls that come at once', () => {
    const first = ask(
      stateOf({ lanes: lanesOf() }),
      Array.from({ length: 8 }, () => live),
    );

    expect(kinds(first.answers)).toEqual(Array.from({ length: 8 }, () => 'granted'));
    expect(first.state.lanes?.pressure).toMatchObject({ surge: 8 });
    expect(first.state.lanes?.pressure.usualSurge).toBeCloseTo(7.76);
    expect(first.state.lanes?.pressure.usualSlots).toBeCloseTo(7.76);
  });
});

describe('the slots, for a backfill', () => {
  const ofBackfill = (count: number) => Array.from({ length: count }, () => ({ lane: 'backfill' as const }));

  it('are all but one, and one more for each that live holds', () => {
    const nine = stateOf({ slots: slots(...ofBackfill(9)), lanes: lanesOf() });
    const withLive = stateOf({ slots: slots(...ofBackfill(7), {}, {}), lanes: lanesOf() });

    expect(kinds(ask(nine, [backfill]).answers)).toEqual(['lane slots']);
    expect(kinds(ask(nine, [live]).answers)).toEqual(['granted']);
    expect(kinds(ask(withLive, [backfill]).answers)).toEqual(['lane slots']);
  });

  it('are fewer where live lately held more at once, and half of them at least', () => {
    const lanes = lanesOf({ usualSlots: 4 });
    const greedy = lanesOf({ usualSlots: 9 });

    expect(kinds(ask(stateOf({ slots: slots(...ofBackfill(6)), lanes }), [backfill]).answers)).toEqual(['lane slots']);
    expect(kinds(ask(stateOf({ slots: slots(...ofBackfill(4)), lanes: greedy }), [backfill]).answers)).toEqual([
      'granted',
    ]);
  });

  it('are its too where there is only one', () => {
    expect(kinds(ask(stateOf({ lanes: lanesOf() }), [backfill], { slots: 1 }).answers)).toEqual(['granted']);
  });
});

describe('a live call', () => {
  it('does not queue behind the starts of a backfill', () => {
    // The last live call was long ago; a backfill call starts every 320 ms.
    const lanes = lanesOf({}, { backfillStartMs: NOON_MS + 100 });
    const state = stateOf({ windowCalls: ended(40), lastStartMs: NOON_MS - 60_000, lanes });

    expect(ask(state, [live]).answers).toMatchObject([{ permit: { notBeforeMs: NOON_MS } }]);
    expect(ask(state, [backfill]).answers).toMatchObject([{ permit: { notBeforeMs: NOON_MS + 100 + 320 } }]);
  });

  it('finds at most one place taken by a backfill that waits for its start', () => {
    const waiting = { lane: 'backfill', notBeforeMs: NOON_MS + 400 } as const;
    const state = stateOf({
      slots: slots(waiting),
      windowCalls: ended(40),
      lanes: lanesOf({}, { backfillStartMs: NOON_MS + 400 }),
    });

    expect(kinds(ask(state, [backfill]).answers)).toEqual(['lane window']);
  });

  it('is admitted as ever where there is no backfill lane, and nothing is remembered', () => {
    const { state, answers } = admit(stateOf({ windowCalls: ended(49) }), [live], ['me-0'], viewAt(NOON_MS));

    expect(kinds(answers)).toEqual(['granted']);
    expect('lanes' in state).toBe(false);
  });
});

describe('a backfill that live leaves nothing', () => {
  it('is admitted as live is when it has had no call for a window', () => {
    const starved = lanesOf({ usualSurge: 20 }, { backfillStartMs: NOON_MS - 20_600 });
    const state = stateOf({ windowCalls: ended(49), lanes: starved });

    const { state: next, answers } = ask(state, [backfill, backfill]);

    expect(kinds(answers)).toEqual(['granted', 'lane window']);
    expect(next.lanes?.backfillStartMs).toBe(NOON_MS);
  });
});

describe('the day, for a backfill', () => {
  const dayOf = (used: number, ofBackfill = 5_000) => ({ ...stateOf().day, used, backfill: ofBackfill });
  /** Twelve hours are left until the reset. */
  const busyHours = { ...newLiveHours(NOON_MS), byHour: Array.from({ length: 24 }, () => 1_000) };

  it('is what live is not expected to call until the reset, and a fifth of that more', () => {
    // 12 x 1,000 x 1.2, and 2 % of the half of the day that is left: 14,900.
    const lanes = lanesOf({}, { hours: busyHours });

    expect(kinds(ask(stateOf({ day: dayOf(35_000), lanes }), [backfill]).answers)).toEqual(['granted']);
    expect(kinds(ask(stateOf({ day: dayOf(35_200), lanes }), [backfill]).answers)).toEqual(['day backfillShare']);
    expect(kinds(ask(stateOf({ day: dayOf(35_200), lanes }), [live]).answers)).toEqual(['granted']);
  });

  it('opens again when so many hours of live are over', () => {
    const lanes = lanesOf({}, { hours: busyHours });
    // 1,201 calls are missing: 1,000.8 expected ones at 1,000 an hour.
    const state = stateOf({ day: dayOf(36_300), lanes });

    const [answer] = ask(state, [backfill]).answers;

    expect(answer).toMatchObject({ kind: 'refused', reason: 'day', detail: 'backfillShare' });
    expect(answer?.kind === 'refused' && answer.waitMs / 3_600_000).toBeCloseTo(1, 2);
  });

  it('is half of the rest of a first day, whose hours nobody knows', () => {
    const lanes = lanesOf({}, { hours: newLiveHours(NOON_MS) });
    // 12 hours at 50,000 / 48, and the margins: 15,500.
    expect(kinds(ask(stateOf({ day: dayOf(34_000), lanes }), [backfill]).answers)).toEqual(['granted']);
    expect(kinds(ask(stateOf({ day: dayOf(35_000), lanes }), [backfill]).answers)).toEqual(['day backfillShare']);
  });

  it('is never over the share that is set, and a hundredth in any case', () => {
    const share = { backfill: { dayCalls: 5_000 } };
    const lanes = lanesOf({}, { hours: busyHours });

    expect(ask(stateOf({ day: dayOf(6_000), lanes }), [backfill], share).answers).toMatchObject([
      { reason: 'day', detail: 'backfillShare', waitMs: 12 * 3_600_000 + 500 },
    ]);
    expect(kinds(ask(stateOf({ day: dayOf(49_000, 499), lanes }), [backfill]).answers)).toEqual(['granted']);
    expect(kinds(ask(stateOf({ day: dayOf(50_000, 499), lanes }), [backfill]).answers)).toEqual(['day quotaUsed']);
  });

  it('counts its calls apart, and gives back what was not sent or not counted', () => {
    const granted = ask(stateOf({ lanes: lanesOf() }), [backfill, live, backfill]).state;
    expect(granted.day).toMatchObject({ used: 3, backfill: 2 });
    expect([granted.slots['me-0']?.lane, granted.slots['me-1']?.lane]).toEqual(['backfill', undefined]);

    const releases = { 'me-0': endOf({ outcome: 'unused' }), 'me-1': endOf({ counted: false }) };
    const { day } = ask({ ...granted, releases }, [live], {}, NOON_MS + 1_000).state;
    expect(day).toMatchObject({ used: 2, backfill: 1 });
  });
});
