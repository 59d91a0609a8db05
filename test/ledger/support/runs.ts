import { runsOf } from '../../support/runs-of.ts';

/**
 * How often a property is tried, and from which seed: fixed, so that CI is repeatable; `LEDGER_SEED=n` and
 * `LEDGER_RUNS=n` look elsewhere and longer. A failure prints the seed and the smallest scenario that fast-check found.
 */
const RUNS = {
  numRuns: Number(process.env.LEDGER_RUNS ?? runsOf(1_000)),
  seed: Number(process.env.LEDGER_SEED ?? 20_260_210),
};

export { RUNS };
