import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ASKS_PER_MINUTE } from '../../lib/access-token/policy.ts';
import type { TokenState } from '../../lib/access-token/token-state.ts';
import { runsOf } from '../support/runs-of.ts';
import { busiestMinute, type RefusalRun, type RefusalScenario, runRefusals } from './refusal-model.ts';
import type { Plant } from './token-world.ts';

const QUIET: RefusalScenario = {
  seed: 1,
  workers: 3,
  minutes: 10,
  paceMs: 6_000,
  ownFaults: 0,
  tokenLifeMs: 3_600_000,
  nodeLagMs: 0,
  expiries: [],
  identityDown: [],
  denied: [],
  changing: [],
};

const minutes = fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 3 });
/** Nothing in it is a reason to stop the line. */
const HARMLESS = fc.record<RefusalScenario>({
  seed: fc.nat({ max: 99_999 }),
  workers: fc.integer({ min: 1, max: 6 }),
  minutes: fc.constant(10),
  paceMs: fc.constantFrom(500, 5_000, 60_000),
  ownFaults: fc.constantFrom(0, 0.02, 0.5, 1),
  tokenLifeMs: fc.constantFrom(5_000, 20_000, 60_000, 3_600_000),
  nodeLagMs: fc.constantFrom(0, 0, 1_000, 4_000),
  expiries: minutes,
  identityDown: minutes,
  denied: fc.constant([]),
  changing: fc.constant([]),
});
const ANYTHING = fc
  .tuple(HARMLESS, minutes, minutes)
  .map(([harmless, denied, changing]): RefusalScenario => ({ ...harmless, denied, changing }));

describe('a request that is refused of its own fault', () => {
  it('stops nobody, is found out each time, and costs two identity calls a minute when nothing else succeeds', async () => {
    const run = await runRefusals({ ...QUIET, ownFaults: 1, paceMs: 500 });

    expect(run.wrongStops).toEqual([]);
    expect(run.ownFound).toBe(run.ownMade);
    expect(busiestMinute(run.identityCallsAtMs)).toBeLessThanOrEqual(3);
  });

  it('costs no identity call while others succeed', async () => {
    const run = await runRefusals({ ...QUIET, ownFaults: 0.05, paceMs: 200, workers: 6, minutes: 3 });

    expect(run.ownFound).toBe(run.ownMade);
    expect(run.ownMade).toBeGreaterThan(5);
    expect(run.wronged).toBe(0);
    // One at the start, and the few that were refused at a moment when no other call was under way.
    expect(run.identityCallsAtMs.length).toBeLessThanOrEqual(4);
  });
});

describe('a token that ends before its time', () => {
  it('is replaced without a stop, time and again', async () => {
    const run = await runRefusals({ ...QUIET, expiries: [1, 2, 3, 4, 5, 6, 7, 8], paceMs: 2_000 });

    expect(run.wrongStops).toEqual([]);
    expect(run.identityCallsAtMs.length).toBeLessThanOrEqual(1 + 3 * 8);
    expect(run.successes).toBeGreaterThan(300);
  });
});

describe('nodes that learn of a token seconds late', () => {
  it('stop nobody', async () => {
    for (const nodeLagMs of [1_000, 3_000, 6_000, 9_000]) {
      const run = await runRefusals({ ...QUIET, nodeLagMs, tokenLifeMs: 120_000 });
      expect(run.wrongStops, `${nodeLagMs} ms`).toEqual([]);
      expect(run.successes).toBeGreaterThan(200);
    }
  });
});

describe('tokens that Marketo takes no more', () => {
  it.each([
    ['the same token', { denied: [3, 4, 5, 6, 7, 8, 9] }, 4],
    ['another each time', { changing: [3, 4, 5, 6, 7, 8, 9] }, 5],
  ])(
    'stop the line in time when identity hands out %s, and identity is asked seldom',
    async (_name, faults, byMinute) => {
      const run = await runRefusals({ ...QUIET, ...faults });

      expect(run.wrongStops).toEqual([]);
      expect(run.stoppedAfterMinutes).toBeGreaterThan(3);
      expect(run.stoppedAfterMinutes).toBeLessThan(byMinute);
      expect(run.identityCallsAtMs.length).toBeLessThanOrEqual(20);
    },
  );
});

/** What must hold of every run; the first fault in words, or nothing. */
function faultIn(run: RefusalRun, isHarmless: boolean): string | undefined {
  const most = busiestMinute(run.identityCallsAtMs);
  if (most > MAX_ASKS_PER_MINUTE) return `identity was asked ${most} times in a minute`;
  if (isHarmless && run.wrongStops.length > 0) return `stopped for nothing: ${run.wrongStops[0]}`;
  return undefined;
}

/** Believes the worst of each token at once, and the best of the one before. */
const GULLIBLE: Plant = {
  what: 'takes each refusal for a confirmed one of a token that had served',
  keeper: (sound) => ({
    ...sound,
    replace: (failed, evidence) =>
      sound.replace(failed, { ...evidence, workedSince: false, served: true, confirmed: true }),
  }),
};

describe('whatever the workers report', () => {
  it(`nobody stops for what is no reason to stop, and identity is asked ${MAX_ASKS_PER_MINUTE} times a minute at most`, async () => {
    await fc.assert(
      fc.asyncProperty(HARMLESS, async (scenario) => {
        expect(faultIn(await runRefusals(scenario), true)).toBeUndefined();
      }),
      { numRuns: runsOf(150) },
    );
  }, 120_000);

  it('the bound on identity calls holds when Marketo takes no token at all, and when the evidence is nonsense', async () => {
    await fc.assert(
      fc.asyncProperty(ANYTHING, fc.constantFrom(undefined, GULLIBLE), async (scenario, plant) => {
        expect(faultIn(await runRefusals(scenario, plant), false)).toBeUndefined();
      }),
      { numRuns: runsOf(100) },
    );
  }, 120_000);
});

const PLANTS: readonly (Plant & { readonly where: RefusalScenario })[] = [
  {
    what: 'does not look whether another call succeeded, and takes one refusal for two',
    keeper: (sound) => ({
      ...sound,
      replace: (failed, evidence) => sound.replace(failed, { ...evidence, workedSince: false, confirmed: true }),
    }),
    where: { ...QUIET, ownFaults: 0.5 },
  },
  {
    what: 'counts a token that served and ended as one that never worked',
    keeper: (sound) => ({
      ...sound,
      replace: (failed, evidence) => sound.replace(failed, { ...evidence, served: false, confirmed: true }),
    }),
    where: { ...QUIET, expiries: [1, 2, 3, 4, 5, 6, 7, 8], paceMs: 1_000, workers: 6 },
  },
  {
    ...GULLIBLE,
    what: 'believes the worst, and forgets how often identity was asked',
    register: (sound) => {
      const forgetful = (state: TokenState): TokenState => ({ ...state, asksPaidUntilMs: 0 });
      return { read: async () => forgetful(await sound.read()), swap: (next) => sound.swap(forgetful(next)) };
    },
    where: { ...QUIET, changing: [1, 2, 3, 4], paceMs: 500, workers: 6 },
  },
  {
    what: 'forgets that a token was given a moment ago',
    register: (sound) => ({
      ...sound,
      read: async () => {
        const state = await sound.read();
        const aged = state.token && { ...state.token, firstGivenAtMs: 0, givenAtMs: 0 };
        return { ...state, ...(aged && { token: aged }) };
      },
    }),
    where: { ...QUIET, nodeLagMs: 6_000, tokenLifeMs: 60_000 },
  },
];

describe('a planted bug is found', () => {
  it.each(PLANTS)('that $what', async ({ where, ...plant }) => {
    const isHarmless = where.denied.length + where.changing.length === 0;
    expect(faultIn(await runRefusals(where), isHarmless)).toBeUndefined();
    expect(faultIn(await runRefusals(where, plant), isHarmless)).toBeDefined();
  });
});
