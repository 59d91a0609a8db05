import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freesAtMs, nextOpeningMs, nextTurnMs } from '../../lib/ledger/window.ts';
import { RUNS } from './support/runs.ts';

const NOW = 1_000_000;

describe('nextOpeningMs', () => {
  it('is now while calls under way and ended ones leave room', () => {
    expect(nextOpeningMs(3, 1, [NOW + 5_000], NOW)).toBe(NOW);
  });

  it('is the instant at which enough ended calls have left', () => {
    const opening = nextOpeningMs(3, 1, [NOW + 1_000, NOW + 2_000, NOW + 3_000], NOW);

    expect(opening).toBe(NOW + 2_000);
  });

  it('does not exist while calls under way alone fill the window', () => {
    expect(nextOpeningMs(3, 3, [], NOW)).toBeUndefined();
  });

  it('leaves room for the call itself, whatever the numbers', () => {
    const times = fc.array(fc.integer({ min: NOW - 100, max: NOW + 30_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(35), times, (limit, outstanding, unsorted) => {
        const freesAt = unsorted.sort((a, b) => a - b);
        const opening = nextOpeningMs(limit, outstanding, freesAt, NOW);
        const countedAt = (atMs: number): number => outstanding + freesAt.filter((frees) => frees > atMs).length;
        if (opening === undefined) expect(outstanding).toBeGreaterThanOrEqual(limit);
        else {
          expect(countedAt(opening)).toBeLessThan(limit);
          // And it is the earliest: just before, the window was full.
          if (opening > NOW) expect(countedAt(opening - 1)).toBeGreaterThanOrEqual(limit);
        }
      }),
      RUNS,
    );
  });
});

describe('freesAtMs', () => {
  it('is a window after the end, later by what the clocks may differ', () => {
    const own = freesAtMs({ atMs: NOW, worker: 'a' }, 20_000, 0);
    const other = freesAtMs({ atMs: NOW, worker: 'b' }, 20_000, 500);

    // Two roundings to a millisecond can lose so much.
    expect(own).toBe(NOW + 20_002);
    expect(other - own).toBe(500);
  });
});

describe('nextTurnMs', () => {
  it('lets a burst go at once', () => {
    expect(nextTurnMs(100, 20_000, 24, NOW)).toBe(0);
  });

  it('spaces free places after it, somewhat closer than the limit itself', () => {
    const spacing = nextTurnMs(100, 20_000, 25, NOW) - NOW;

    expect(spacing).toBeGreaterThan(100);
    expect(spacing).toBeLessThan(200);
  });
});
