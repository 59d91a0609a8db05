import { describe, expect, it } from 'vitest';
import { NO_FAULTS } from '../../lib/simulation/faults.ts';
import { KIND_NAMES } from '../../lib/simulation/kinds.ts';
import { drawScenario, NEVER_MS, type Scenario } from '../../lib/simulation/scenario.ts';
import { simulate } from '../../lib/simulation/simulate.ts';

/** Faults of the data alone, so that messages end in every way: delivered, rejected, in part, isolated, put back. */
function quietScenario(seed: number): Scenario {
  return {
    ...drawScenario(seed),
    faultsMs: 60_000,
    publishMs: 2_000,
    workers: 2,
    clockSkewMs: 50,
    functionTimeoutMs: 120_000,
    visibilityMs: 240_000,
    maxReceiveCount: 10,
    batchSize: 10,
    gatherMs: 500,
    messages: 10,
    people: 8,
    limits: { windowCalls: 50, slots: 5, dayCalls: 50_000, retryMaxAttempts: 4, retryMaxAgeSeconds: 7_200 },
    faults: { ...NO_FAULTS, recordCode: 0.5, responseCode: 0.3 },
    outageMs: NEVER_MS,
    tableOutageMs: NEVER_MS,
    wrongSecretMs: NEVER_MS,
    rotationMs: undefined,
    othersPerSecond: 0,
    othersToday: 0,
    shortDay: false,
    tokenLifeSeconds: 3_600,
    poison: 1,
    redrives: 2,
    uncopiable: 1,
    own: undefined,
    operations: KIND_NAMES,
    files: undefined,
    fields: undefined,
  };
}

/** One file in pieces, and nothing that fails but its rows. */
function fileScenario(seed: number): Scenario {
  const files = {
    files: 1,
    uploadBytes: 1_400,
    fullMs: NEVER_MS,
    listBusyMs: NEVER_MS,
    givenUp: 0,
    hasEmptyFiles: false,
  };
  return {
    ...quietScenario(seed),
    messages: 1,
    poison: 0,
    uncopiable: 0,
    redrives: 0,
    faults: NO_FAULTS,
    workers: 1,
    files,
  };
}

/** Everything that is broken where the first worker ends at any one of its steps. */
async function brokenAtAnyStep(
  seed: number,
  scenario: Scenario,
): Promise<{ readonly steps: number; broken: string[] }> {
  let steps = 0;
  await simulate(seed, {
    scenario,
    strike: (worker, step) => {
      if (worker === 1) steps = Math.max(steps, step);
      return false;
    },
  });
  const broken: string[] = [];
  for (let last = 1; last <= steps; last++) {
    const { findings } = await simulate(seed, { scenario, strike: (worker, step) => worker === 1 && step === last });
    for (const { check, detail } of findings) broken.push(`ended at step ${last}: ${check}: ${detail}`);
  }
  return { steps, broken };
}

describe('a worker that ends before or after any one of its awaits', () => {
  it.each([11, 12, 13])('breaks no invariant, at whichever it is (seed %i)', { timeout: 240_000 }, async (seed) => {
    const { steps, broken } = await brokenAtAnyStep(seed, quietScenario(seed));

    expect(steps).toBeGreaterThan(50);
    expect(broken).toEqual([]);
  });

  it.each([1, 2, 3])('breaks none while it imports a file (seed %i)', { timeout: 240_000 }, async (seed) => {
    const { steps, broken } = await brokenAtAnyStep(seed, fileScenario(seed));

    expect(steps).toBeGreaterThan(50);
    expect(broken).toEqual([]);
  });
});
