import { describe, expect, it } from 'vitest';
import { leftToday } from '../../lib/ledger/day.ts';
import type { Day } from '../../lib/ledger/state.ts';
import { isUsageDue, learnUsage } from '../../lib/ledger/usage.ts';
import { limitsOf, NOON_MS, RESET_MS, stateOf, viewAt } from './support/builders.ts';

const today = (change: Partial<Day>): Day => ({ ...stateOf().day, used: 1_000, ...change });
const learned = (day: Day, totalToday: number, ownToday: number, atMs = NOON_MS) =>
  learnUsage(stateOf({ day }), { totalToday, ownToday, atMs }, viewAt(NOON_MS + 100))?.day;

describe('learning from the usage endpoint', () => {
  it("takes what is not this relay's for others'", () => {
    expect(learned(today({}), 5_000, 900)).toMatchObject({ used: 1_000, others: 4_100, othersAtMs: NOON_MS });
  });

  it("counts as others' what the endpoint lays to this relay and this relay does not know of", () => {
    // The table was lost at noon: the ledger's day began with nothing.
    expect(learned(today({ used: 10 }), 5_000, 4_900)?.others).toBe(4_990);
  });

  it('follows newer figures down as well as up', () => {
    const day = today({ others: 400, othersAtMs: NOON_MS - 60_000 });

    expect(learned(day, 1_500, 1_000)?.others).toBe(500);
    expect(learned(day, 1_300, 1_000)?.others).toBe(300);
  });

  it('writes another version, of figures asked for as early as the day began', () => {
    const day = today({});

    const next = learnUsage(
      stateOf({ day, version: 7 }),
      { totalToday: 1_300, ownToday: 1_000, atMs: day.startedAtMs },
      viewAt(NOON_MS),
    );

    expect(next).toMatchObject({ version: 8, day: { others: 300 } });
  });

  it('takes no notice of figures that it has', () => {
    expect(learned(today({ others: 400, othersAtMs: NOON_MS }), 9_000, 1_000)).toBeUndefined();
  });

  it('takes no notice of figures older than those it has', () => {
    const day = today({ others: 400, othersAtMs: NOON_MS + 50 });

    expect(learned(day, 9_000, 1_000)).toBeUndefined();
  });

  it("takes no notice of yesterday's figures, nor of any from about the reset", () => {
    const day = today({});
    const usage = { totalToday: 9_000, ownToday: 1_000, atMs: RESET_MS - 900 };

    expect(learned(day, 9_000, 1_000, day.startedAtMs - 1)).toBeUndefined();
    expect(learnUsage(stateOf({ day }), usage, viewAt(RESET_MS - 500))).toBeUndefined();
    expect(learnUsage(stateOf({ day }), usage, viewAt(RESET_MS + 600))).toBeUndefined();
  });

  it('says nothing while a spent day waits for its reset', () => {
    expect(learned(today({ probeAtMs: RESET_MS }), 50_000, 1_000)).toBeUndefined();
  });

  it('leaves the reserve reserved, and takes more than it when others used more', () => {
    const limits = limitsOf({ dayCalls: 10_000, dayReserve: 2_000 });
    const left = (total: number): number => leftToday(learned(today({}), total, 1_000) ?? today({}), limits);

    expect(left(1_100)).toBe(7_000);
    expect(left(4_000)).toBe(6_000);
  });
});

describe('asking the usage endpoint', () => {
  const MINUTE_MS = 60_000;
  const due = (change: Partial<Day>) => isUsageDue({ day: today(change) }, NOON_MS);

  it('is due after 500 calls of its own, and not sooner than a quarter of an hour after the last time', () => {
    const asked = { used: 1_000, usedAtAsking: 500, othersAtMs: NOON_MS - 15 * MINUTE_MS };

    expect(due(asked)).toBe(true);
    expect(due({ ...asked, usedAtAsking: 501 })).toBe(false);
    expect(due({ ...asked, othersAtMs: NOON_MS - 15 * MINUTE_MS + 1 })).toBe(false);
  });

  it('counts from the start of a day in which nobody has asked', () => {
    expect(due({ used: 500, startedAtMs: NOON_MS - 15 * MINUTE_MS })).toBe(true);
    expect(due({ used: 499, startedAtMs: NOON_MS - 15 * MINUTE_MS })).toBe(false);
    expect(due({ used: 500, startedAtMs: NOON_MS - MINUTE_MS })).toBe(false);
  });

  it('remembers how many calls had been made when it was asked', () => {
    expect(learned(today({}), 5_000, 900)).toMatchObject({ usedAtAsking: 1_000 });
  });
});
