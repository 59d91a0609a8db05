import { describe, expect, it } from 'vitest';
import { simulate } from '../../lib/simulation/simulate.ts';

describe('a run of the simulator', () => {
  it.each([3, 17, 26, 54])('does the same again for the same seed (%i)', async (seed) => {
    const [one, other] = [await simulate(seed, { traced: true }), await simulate(seed, { traced: true })];

    expect(other.tally).toEqual(one.tally);
    expect(other.virtualMs).toBe(one.virtualMs);
    expect(other.trace).toEqual(one.trace);
  });

  it('does something else for another seed', async () => {
    const [one, other] = [await simulate(1, { traced: true }), await simulate(2, { traced: true })];

    expect(other.trace).not.toEqual(one.trace);
  });
});
