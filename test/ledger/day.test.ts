import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayOpensAtMs,
  daySpent,
  freshDay,
  leftToday,
  nextMidnightMs,
  nextPossibleResetMs,
} from '../../lib/ledger/day.ts';
import { limitsOf } from './support/builders.ts';
import { RUNS } from './support/runs.ts';

const CHICAGO = 'America/Chicago';
const HOUR = 3_600_000;
const utc = (text: string): number => Date.parse(`${text}Z`);

describe('nextMidnightMs', () => {
  it('is 06:00 UTC in winter and 05:00 in summer', () => {
    expect(nextMidnightMs(CHICAGO, utc('2026-01-15T12:00'))).toBe(utc('2026-01-16T06:00'));
    expect(nextMidnightMs(CHICAGO, utc('2026-07-15T12:00'))).toBe(utc('2026-07-16T05:00'));
  });

  it('gives the day on which summer time begins 23 hours', () => {
    const began = nextMidnightMs(CHICAGO, utc('2026-03-07T12:00'));

    expect((nextMidnightMs(CHICAGO, began) - began) / HOUR).toBe(23);
  });

  it('gives the day on which summer time ends 25 hours', () => {
    const began = nextMidnightMs(CHICAGO, utc('2026-10-31T12:00'));

    expect((nextMidnightMs(CHICAGO, began) - began) / HOUR).toBe(25);
  });

  it.each(['2026-03-08T06:30', '2026-03-08T08:30', '2026-11-01T06:30', '2026-11-01T07:30'])(
    'is the same midnight before and after the change (%s UTC)',
    (instant) => {
      const midnight = instant.startsWith('2026-03') ? '2026-03-09T05:00' : '2026-11-02T06:00';

      expect(nextMidnightMs(CHICAGO, utc(instant))).toBe(utc(midnight));
    },
  );

  it("knows the rule of Marketo's zone as the runtime does, each hour near a change and else each day of twenty years", () => {
    const nearChange = (atMs: number): boolean => /-(03-(0[6-9]|1[0-6])|10-3|11-0)/.test(new Date(atMs).toISOString());
    const differ: string[] = [];
    for (
      let atMs = utc('2024-01-01T00:30');
      atMs < utc('2044-01-01T00:00');
      atMs += nearChange(atMs) ? HOUR : 24 * HOUR
    ) {
      // The same zone by its older name, which is looked up.
      if (nextMidnightMs(CHICAGO, atMs) !== nextMidnightMs('US/Central', atMs))
        differ.push(new Date(atMs).toISOString());
    }
    expect(differ).toEqual([]);
  });

  it('is the first instant of a day whose midnight the clocks skip', () => {
    // Cairo goes from 00:00 to 01:00 on the last Friday of April.
    expect(nextMidnightMs('Africa/Cairo', utc('2026-04-23T12:00'))).toBe(utc('2026-04-23T22:00'));
  });

  it('is always later, by 25 hours at most, and midnight there', () => {
    const zones = fc.constantFrom(CHICAGO, 'UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Auckland');
    fc.assert(
      fc.property(zones, fc.integer({ min: utc('2025-01-01T00:00'), max: utc('2029-01-01T00:00') }), (zone, atMs) => {
        const midnight = nextMidnightMs(zone, atMs);
        const clock = new Date(midnight).toLocaleTimeString('en-GB', { timeZone: zone });

        expect(midnight).toBeGreaterThan(atMs);
        expect(midnight - atMs).toBeLessThanOrEqual(25 * HOUR);
        expect(clock).toBe('00:00:00');
      }),
      RUNS,
    );
  });
});

describe('nextPossibleResetMs', () => {
  it('has two readings of "12:00 AM CST" in summer, an hour apart', () => {
    const first = nextPossibleResetMs(CHICAGO, utc('2026-07-15T20:00'));
    const second = nextPossibleResetMs(CHICAGO, first + 500);
    const third = nextPossibleResetMs(CHICAGO, second + 500);

    expect([first, second, third]).toEqual(
      ['2026-07-16T05:00', '2026-07-16T06:00', '2026-07-17T05:00'].map((text) => utc(text)),
    );
  });

  it('has one in winter', () => {
    const first = nextPossibleResetMs(CHICAGO, utc('2026-01-15T20:00'));

    expect([first, nextPossibleResetMs(CHICAGO, first + 500)]).toEqual([
      utc('2026-01-16T06:00'),
      utc('2026-01-17T06:00'),
    ]);
  });
});

describe('leftToday', () => {
  const limits = limitsOf({ dayCalls: 1_000, dayReserve: 200 });

  it('is the quota less what was used and what is reserved', () => {
    expect(leftToday({ ...freshDay(utc('2026-01-15T12:00'), 100, limits), others: 50 }, limits)).toBe(700);
  });

  it('is less by what others used when that is more than their share', () => {
    expect(leftToday({ ...freshDay(utc('2026-01-15T12:00'), 100, limits), others: 400 }, limits)).toBe(500);
  });

  it('is never negative', () => {
    expect(leftToday({ ...freshDay(utc('2026-01-15T12:00'), 900, limits), others: 400 }, limits)).toBe(0);
  });
});

describe('a spent day', () => {
  const limits = limitsOf({ dayCalls: 1_000, clockSkewMs: 500 });
  const spentAt = (text: string, used = 100) =>
    daySpent(freshDay(utc('2026-07-15T12:00'), used, limits), utc(text), limits);
  const opensAt = (text: string, used?: number) =>
    new Date(dayOpensAtMs(spentAt(text, used), limits) ?? 0).toISOString();

  it('is tried half an hour after the 607, or at the reset that comes before, by either reading', () => {
    expect(opensAt('2026-07-15T20:00')).toBe('2026-07-15T20:30:00.500Z');
    expect(opensAt('2026-07-16T04:50')).toBe('2026-07-16T05:00:00.500Z');
    expect(opensAt('2026-07-16T05:40')).toBe('2026-07-16T06:00:00.500Z');
  });

  it('is tried at its resets only where all that is configured is used up', () => {
    expect(opensAt('2026-07-15T20:00', 1_000)).toBe('2026-07-16T05:00:00.500Z');
    expect(opensAt('2026-07-16T05:00', 1_000)).toBe('2026-07-16T06:00:00.500Z');
  });

  it('is no day without a 607', () => {
    expect(dayOpensAtMs(freshDay(utc('2026-07-15T12:00'), 1_000, limits), limits)).toBeUndefined();
  });
});
