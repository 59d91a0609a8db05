import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClockBounds } from '../../lib/ledger/clocks.ts';
import { RUNS } from './support/runs.ts';

const SKEW = 500;
const NOW = 1_000_000;

describe('the clock bounds', () => {
  it('allow for the whole skew of a worker that was never seen', () => {
    expect(createClockBounds('me', SKEW).aheadOf('other', NOW)).toBe(SKEW);
  });

  it('know the worker itself', () => {
    const bounds = createClockBounds('me', SKEW);

    bounds.observe('me', NOW - 10_000, NOW);

    expect(bounds.aheadOf('me', NOW)).toBe(0);
  });

  it('keep the least difference seen', () => {
    const bounds = createClockBounds('me', SKEW);

    for (const ageMs of [300, 40, 200]) bounds.observe('other', NOW - ageMs, NOW);

    expect(bounds.aheadOf('other', NOW)).toBe(40);
  });

  it('are negative for a clock that is ahead, within the skew', () => {
    const bounds = createClockBounds('me', SKEW);

    bounds.observe('other', NOW + 200, NOW);
    bounds.observe('crazy', NOW + 9_000, NOW);

    expect(bounds.aheadOf('other', NOW)).toBe(-200);
    expect(bounds.aheadOf('crazy', NOW)).toBe(-SKEW);
  });

  it('loosen with age, and are forgotten', () => {
    const bounds = createClockBounds('me', SKEW);

    bounds.observe('other', NOW - 40, NOW);

    expect(bounds.aheadOf('other', NOW + 60_000)).toBeGreaterThan(40);
    expect(bounds.aheadOf('other', NOW + 60_000)).toBeLessThan(60);
    expect(bounds.aheadOf('other', NOW + 121_000)).toBe(SKEW);
  });

  it('keep the least of the minute that runs and of the one before, each loosened by its age', () => {
    const bounds = createClockBounds('me', SKEW);
    const see = (ageMs: number, atMs: number): void => bounds.observe('other', atMs - ageMs, atMs);

    for (const ageMs of [40, 200, 300]) see(ageMs, NOW);
    see(300, NOW + 1_000);
    expect(bounds.aheadOf('other', NOW + 1_000)).toBeCloseTo(40.2, 6);

    see(300, NOW + 60_001);
    expect(bounds.aheadOf('other', NOW + 60_001)).toBeCloseTo(52.0002, 6);
    expect(bounds.aheadOf('other', NOW + 121_000)).toBeCloseTo(64.2, 6);

    see(300, NOW + 121_000);
    expect(bounds.aheadOf('other', NOW + 121_000)).toBeCloseTo(300, 6);
  });

  it('begin another minute when one has passed, not before', () => {
    const bounds = createClockBounds('me', SKEW);

    bounds.observe('other', NOW - 40, NOW);
    bounds.observe('other', NOW + 60_000 - 300, NOW + 60_000);

    expect(bounds.aheadOf('other', NOW + 120_000)).toBeCloseTo(64, 6);
    expect(bounds.aheadOf('other', NOW + 120_001)).toBe(SKEW);
  });

  it('forget a minute that is two minutes old, not before', () => {
    const seenAgainAfter = (ms: number): number => {
      const bounds = createClockBounds('me', SKEW);
      bounds.observe('other', NOW - 40, NOW);
      bounds.observe('other', NOW + ms - 300, NOW + ms);
      return bounds.aheadOf('other', NOW + ms);
    };

    expect(seenAgainAfter(120_000)).toBeCloseTo(64, 6);
    expect(seenAgainAfter(120_001)).toBe(300);
  });

  it('remember 500 workers beside the worker itself, and forget the one not seen for longest', () => {
    const bounds = createClockBounds('me', SKEW);
    const see = (worker: string): void => bounds.observe(worker, NOW - 10, NOW);

    for (let index = 0; index < 500; index++) see(`w${index}`);
    see('me');
    expect(bounds.aheadOf('w0', NOW)).toBe(10);

    see('w0');
    see('w500');
    expect(bounds.aheadOf('w0', NOW)).toBe(10);
    expect(bounds.aheadOf('w1', NOW)).toBe(SKEW);
  });

  it('remember a bounded number of workers, the latest seen', () => {
    const bounds = createClockBounds('me', SKEW);

    for (let index = 0; index < 600; index++) bounds.observe(`w${index}`, NOW - 10, NOW);

    expect(bounds.aheadOf('w0', NOW)).toBe(SKEW);
    expect(bounds.aheadOf('w599', NOW)).toBe(10);
  });

  it('are never below the true difference, of clocks that drift by 50 parts in a million', () => {
    const sight = fc.record({ afterMs: fc.nat(30_000), ageMs: fc.nat(5_000) });
    fc.assert(
      fc.property(
        fc.integer({ min: -490, max: 490 }),
        fc.integer({ min: -50, max: 50 }),
        fc.array(sight, { maxLength: 30 }),
        (differenceMs, driftPpm, sights) => {
          const bounds = createClockBounds('me', SKEW);
          let mine = NOW;
          // My clock less the other's, as mine goes on.
          const difference = (atMs: number): number => differenceMs + ((atMs - NOW) * driftPpm) / 1_000_000;
          for (const { afterMs, ageMs } of sights) {
            mine += afterMs;
            const stampedAt = mine - ageMs;
            bounds.observe('other', stampedAt - difference(stampedAt), mine);
            const within = Math.abs(difference(mine)) <= SKEW;
            if (within) expect(bounds.aheadOf('other', mine)).toBeGreaterThanOrEqual(difference(mine) - 0.001);
          }
        },
      ),
      RUNS,
    );
  });
});
