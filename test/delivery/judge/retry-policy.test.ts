import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs, toDelaySeconds } from '../../../lib/delivery/judge/retry-policy.ts';

const LEAST = () => 0;
const MOST = () => 1 - Number.EPSILON;

describe('the delay of a retry', () => {
  it.each([
    ['growing', [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]],
    ['long', [60, 120, 240, 480, 900, 900]],
    ['soon', [5, 10, 20, 20]],
  ] as const)('of pace %s doubles', (pace, seconds) => {
    expect(seconds.map((_, index) => retryDelayMs(pace, index + 1, LEAST) / 1_000)).toEqual(seconds);
    expect(seconds.map((_, index) => retryDelayMs(pace, index + 1, MOST) / 1_000)).toEqual(
      seconds.map((one) => expect.closeTo(one * 1.3, 6)),
    );
  });

  it('is whole seconds that SQS takes, never less than promised below its limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000, max: 2_000_000 }), (delayMs) => {
        const seconds = toDelaySeconds(delayMs);
        expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 900).toBe(true);
        expect(seconds * 1_000).toBeGreaterThanOrEqual(Math.min(delayMs, 900_000));
      }),
      { numRuns: 1_000, seed: 4 },
    );
  });

  it('stays bounded however many attempts there were', () => {
    expect(retryDelayMs('growing', 1_000_000, MOST)).toBeLessThanOrEqual(900_000 * 1.3);
  });
});
