import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runFleet } from '../../lib/simulation/fleet/fleet.ts';
import { arbitraryScenario, orderlyScenario } from './support/arbitrary-scenario.ts';
import { RUNS } from './support/runs.ts';

const PATIENCE_MS = 120_000;

/**
 * The real ledger, many workers, virtual time: random latency, lost replies, duplicated and late releases, deaths,
 * frozen workers, clocks up to 500 ms apart that drift, an outage, the day's reset. A model of Marketo counts arrivals
 * for itself and judges.
 */
describe('whatever happens to the workers', () => {
  it(
    'the server never counts a limit broken, two calls with one key, or two probes',
    async () => {
      let arrivals = 0;
      await fc.assert(
        fc.asyncProperty(arbitraryScenario, async (scenario) => {
          const { findings, server } = await runFleet(scenario);
          arrivals += server.arrivals;
          expect(findings).toEqual([]);
        }),
        RUNS,
      );
      // A check of nothing would pass too.
      expect(arrivals).toBeGreaterThan(10 * RUNS.numRuns);
    },
    PATIENCE_MS,
  );

  it(
    'every call is given back once: ledger and server agree on the day to a call, when nobody dies',
    async () => {
      await fc.assert(
        fc.asyncProperty(orderlyScenario, async (scenario) => {
          const { findings, server, state } = await runFleet(scenario);
          expect(findings).toEqual([]);
          expect(state.day.used).toBe(server.countedToday);
        }),
        RUNS,
      );
    },
    PATIENCE_MS,
  );
});
