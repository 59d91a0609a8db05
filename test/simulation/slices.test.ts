import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { simulate } from '../../lib/simulation/simulate.ts';
import { createKeptSlices, SEEDS_A_SLICE, slicesOf } from '../../lib/simulation/slices.ts';
import { sweep } from '../../lib/simulation/sweep.ts';

const folder = mkdtempSync(join(tmpdir(), 'slices-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a run in slices', () => {
  it('covers each seed once, in the same slices however many there are', () => {
    const slices = slicesOf(7, 2 * SEEDS_A_SLICE + 3);

    expect(slices).toEqual([
      { firstSeed: 7, seeds: SEEDS_A_SLICE },
      { firstSeed: 7 + SEEDS_A_SLICE, seeds: SEEDS_A_SLICE },
      { firstSeed: 7 + 2 * SEEDS_A_SLICE, seeds: 3 },
    ]);
    expect(slices.slice(0, 2)).toEqual(slicesOf(7, 2 * SEEDS_A_SLICE));
  });

  it('takes the figures of a slice from its folder as they were', async () => {
    const [slice = { firstSeed: 0, seeds: 0 }] = slicesOf(1, 2);
    const figures = await sweep([1, 2]);

    expect(createKeptSlices(folder).read(slice)).toBeUndefined();
    createKeptSlices(folder).keep(slice, figures);
    expect(createKeptSlices(folder).read(slice)).toEqual(figures);
    expect(readdirSync(folder)).toEqual(['1-2.json']);
  });

  it('runs a slice again in which a seed has failed', async () => {
    const [slice = { firstSeed: 0, seeds: 0 }] = slicesOf(1, 1);
    const figures = await sweep([1]);
    const failed = { ...figures, failures: [await simulate(1)] };

    expect(createKeptSlices(folder).keep(slice, failed)).toBe(failed);
    expect(createKeptSlices(folder).read(slice)).toBeUndefined();
  });

  it('looks for planted bugs until all are found', () => {
    const found = { what: 'a bug', check: 'nothingLost', seeds: 3 } as const;
    const kept = createKeptSlices(folder);

    kept.keepBugs([found, { ...found, seeds: undefined }]);
    expect(kept.readBugs()).toBeUndefined();
    kept.keepBugs([found]);
    expect(kept.readBugs()).toEqual([found]);
  });
});
