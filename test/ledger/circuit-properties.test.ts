import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit } from '../../lib/ledger/admit.ts';
import { fold } from '../../lib/ledger/fold.ts';
import { isHealthCheckDue } from '../../lib/ledger/gate.ts';
import { circuitScenario } from './support/circuit-scenario.ts';
import { runCircuits } from './support/circuit-world.ts';
import { RUNS } from './support/runs.ts';

/**
 * Up to 24 operations, each healthy, broken, forbidden or out of quota for some time, an outage of all, a spent day,
 * workers that die, messages that fail again: a judge with books of its own compares every answer with what it knows.
 */
describe('whatever fails', () => {
  it('each operation is paused for its own failures alone, and all go on in the end', () => {
    let calls = 0;
    let probes = 0;
    fc.assert(
      fc.property(circuitScenario, (scenario) => {
        const report = runCircuits(scenario, { admit, fold, isHealthCheckDue });
        calls += report.calls;
        probes += report.probes;
        expect(report.findings).toEqual([]);
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 5) },
    );
    process.stdout.write(`circuits: ${calls} calls asked for, ${probes} probes and health checks\n`);
    // A check of nothing would pass too.
    expect(probes).toBeGreaterThan(RUNS.numRuns);
  }, 120_000);
});
