/** From so many culprits on, their share is evidence. */
const DENSE_LEAST = 3;
/** So many good units for each culprit: what waits is called in several groups at once. */
const SPARSE_SHARE = 8;

/** How many of the units are culprits, as far as is known. */
function createDensity() {
  let [culprits, good] = [0, 0];
  let from = DENSE_LEAST;
  /** The last units that were called one by one, and what was known before. */
  let run: { readonly size: number; readonly culprits: number; readonly good: number } | undefined;
  return {
    found(): void {
      culprits += 1;
    },
    passed(units: number): void {
      good += units;
    },
    isSparse: () => good >= SPARSE_SHARE * culprits,
    isDense: () => culprits >= from && good <= culprits,
    /** How many units to call one by one: twice as many each time, while most of them are culprits. 0 for none. */
    singles(): number {
      const isBad =
        run === undefined ? culprits >= from && good <= culprits : good - run.good <= culprits - run.culprits;
      if (!isBad && run !== undefined) from = 2 * culprits;
      run = isBad ? { size: run === undefined ? DENSE_LEAST + 1 : 2 * run.size, culprits, good } : undefined;
      return run?.size ?? 0;
    },
  };
}

export { createDensity };
