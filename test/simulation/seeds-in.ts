import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../lib/simulation/failure.ts';
import { sweep } from '../../lib/simulation/sweep.ts';

/** Seeds of one test: enough of them to be worth a line, few enough for a failure to be seen soon. */
const SEEDS_A_TEST = 25;
const TIMEOUT_MS = 240_000;

/** Tests that every invariant holds for the seeds from the first to the last. */
function describeSeeds(first: number, last: number): void {
  describe(`every invariant, in a world that fails, for seeds ${first} to ${last}`, () => {
    for (let from = first; from <= last; from += SEEDS_A_TEST) {
      const to = Math.min(last, from + SEEDS_A_TEST - 1);
      it(`holds for seeds ${from} to ${to}`, { timeout: TIMEOUT_MS }, async () => {
        const seeds = Array.from({ length: to - from + 1 }, (_, index) => from + index);

        const { failures } = await sweep(seeds, true);

        const [failure] = failures;
        expect(failure === undefined ? 'held' : await describeFailure(failure)).toBe('held');
      });
    }
  });
}

export { describeSeeds };
