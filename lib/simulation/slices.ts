import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sweep } from './sweep.ts';

/** Seeds that are run, and whose figures are kept, as one. */
interface Slice {
  readonly firstSeed: number;
  readonly seeds: number;
}

/** A few minutes of work: what a run that is broken off loses. */
const SEEDS_A_SLICE = 500;

/** Always the same slices for the same first seed, however many seeds are asked for. */
function slicesOf(firstSeed: number, seeds: number): readonly Slice[] {
  return Array.from({ length: Math.ceil(seeds / SEEDS_A_SLICE) }, (_, index) => {
    const before = index * SEEDS_A_SLICE;
    return { firstSeed: firstSeed + before, seeds: Math.min(SEEDS_A_SLICE, seeds - before) };
  });
}

/**
 * The figures of slices in a folder: a run of many hours that is broken off goes on with the first slice that is missing,
 * and one that was run in parts has one report. A slice in which a seed fails is not kept: it is run again once the cause
 * is mended.
 *
 * @example
 * const kept = createKeptSlices('seeds');
 * const figures = kept.read(slice) ?? kept.keep(slice, await run(slice));
 */
function createKeptSlices(folder: string) {
  const fileOf = ({ firstSeed, seeds }: Slice): string => join(folder, `${firstSeed}-${firstSeed + seeds - 1}.json`);
  return {
    read(slice: Slice): Sweep | undefined {
      const file = fileOf(slice);
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Sweep) : undefined;
    },
    keep(slice: Slice, sweep: Sweep): Sweep {
      if (sweep.failures.length > 0) return sweep;
      mkdirSync(folder, { recursive: true });
      const file = fileOf(slice);
      // A file is there as a whole or not at all.
      writeFileSync(`${file}.part`, JSON.stringify(sweep));
      renameSync(`${file}.part`, file);
      return sweep;
    },
  };
}

export type { Slice };
export { createKeptSlices, SEEDS_A_SLICE, slicesOf };
