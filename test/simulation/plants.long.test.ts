import { describe, expect, it } from 'vitest';
import { CHECK_NAMES } from '../../lib/simulation/checks.ts';
import { PLANTED_BUGS } from '../../lib/simulation/plants.ts';
import { seedsUntilFound } from '../../lib/simulation/sweep.ts';

const MOST_SEEDS = 200;

describe('the checks of the simulator', () => {
  it('have a planted bug each', () => {
    const found = new Set(PLANTED_BUGS.map((bug) => bug.finds));

    expect(CHECK_NAMES.filter((name) => !found.has(name))).toEqual([]);
  });

  it.each(PLANTED_BUGS)('find code that $what ($finds)', { timeout: 240_000 }, async (bug) => {
    const seeds = await seedsUntilFound(bug, MOST_SEEDS);

    expect(seeds, `not found within ${MOST_SEEDS} seeds`).toBeDefined();
  });
});
