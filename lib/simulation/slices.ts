import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundBug } from './report.ts';
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
 * The figures of slices, and after how many seeds the planted bugs were found, in a folder: a run of many hours that is broken off goes on with the first slice that is missing,
 * and one that was run in parts has one report. A slice in which a seed fails is not kept: it is run again once the cause
 * is mended.
 *
 * @example
 * const kept = createKeptSlices('seeds');
 * const figures = kept.read(slice) ?? kept.keep(slice, await run(slice));
 */
function createKeptSlices(folder: string) {
  const fileOf = ({ firstSeed, seeds }: Slice): string => join(folder, `${firstSeed}-${firstSeed + seeds - 1}.json`);
  const bugsFile = join(folder, 'planted-bugs.json');

  function read<T>(file: string): T | undefined {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
  }

  /** A file is there as a whole or not at all. */
  function write(file: string, value: unknown): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.part`, JSON.stringify(value));
    renameSync(`${file}.part`, file);
  }

  return {
    read: (slice: Slice) => read<Sweep>(fileOf(slice)),
    keep(slice: Slice, sweep: Sweep): Sweep {
      if (sweep.failures.length === 0) write(fileOf(slice), sweep);
      return sweep;
    },
    readBugs: () => read<readonly FoundBug[]>(bugsFile),
    /** Those that were not found are looked for again. */
    keepBugs(bugs: readonly FoundBug[]): readonly FoundBug[] {
      if (bugs.every(({ seeds }) => seeds !== undefined)) write(bugsFile, bugs);
      return bugs;
    },
  };
}

export type { Slice };
export { createKeptSlices, SEEDS_A_SLICE, slicesOf };
