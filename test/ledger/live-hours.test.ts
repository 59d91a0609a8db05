import { describe, expect, it } from 'vitest';
import { expectedCalls, expectedUntilMs, hoursAt, type LiveHours, newLiveHours } from '../../lib/ledger/live-hours.ts';
import { NOON_MS } from './support/builders.ts';

const HOUR_MS = 3_600_000;
const EVEN: LiveHours = { ...newLiveHours(NOON_MS), byHour: Array.from({ length: 24 }, () => 120) };

describe('the hours of live calls', () => {
  it('are closed when they are over, those without a call among them', () => {
    const { byHour, hour, calls } = hoursAt({ ...newLiveHours(NOON_MS), calls: 70 }, NOON_MS + 3 * HOUR_MS + 5);

    expect([hour, calls]).toEqual([NOON_MS / HOUR_MS + 3, 0]);
    expect(byHour.slice(17, 23)).toEqual([-1, 70, 0, 0, -1, -1]);
  });

  it('move towards the newest day by three tenths', () => {
    const { byHour } = hoursAt({ ...EVEN, calls: 220 }, NOON_MS + HOUR_MS);

    expect(byHour[18]).toBe(150);
  });

  it('stay as they are for a clock that is behind, and for days without a call become quiet ones', () => {
    expect(hoursAt(EVEN, NOON_MS - HOUR_MS)).toBe(EVEN);
    expect(Math.max(...hoursAt(EVEN, NOON_MS + 60 * HOUR_MS).byHour)).toBe(84);
  });

  it('tell what is expected by parts of hours', () => {
    expect(expectedCalls(EVEN, NOON_MS - HOUR_MS / 4, NOON_MS + 1.5 * HOUR_MS, 50_000)).toBeCloseTo(210);
    expect(expectedCalls(EVEN, NOON_MS, NOON_MS, 50_000)).toBe(0);
  });

  it('tell when so many of those are over, or that they will not be', () => {
    expect(expectedUntilMs(EVEN, NOON_MS, NOON_MS + 9 * HOUR_MS, 50_000, 180)).toBeCloseTo(NOON_MS + 1.5 * HOUR_MS);
    expect(expectedUntilMs(EVEN, NOON_MS, NOON_MS + HOUR_MS, 50_000, 180)).toBe(NOON_MS + HOUR_MS);
  });
});
