import * as real from '../../node_modules/fast-check/lib/fast-check.js';

/**
 * What tests of mutants get for `fast-check`: fewer runs of each property, and no search for the smallest counterexample,
 * because a mutant needs to fail only once.
 */
const RUNS = Number(process.env.MUTATION_PROPERTY_RUNS ?? 50);

const assert = ((property: never, parameters?: real.Parameters<unknown>) =>
  real.assert(property, {
    ...parameters,
    numRuns: Math.min(parameters?.numRuns ?? RUNS, RUNS),
    endOnFailure: true,
  })) as typeof real.assert;

export * from '../../node_modules/fast-check/lib/fast-check.js';
export { assert };
export default { ...real, assert };
