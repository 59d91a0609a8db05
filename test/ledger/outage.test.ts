import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FleetParts, REAL_PARTS, runFleet } from '../../lib/simulation/fleet/fleet.ts';
import { saturation } from './support/saturation.ts';

const OUTAGE_SECONDS = [100, 700] as const;

/** Calls that Marketo received in each part of a run of 1,200 s, with every call failing for ten minutes of it. */
async function arrivalsAround(parts: FleetParts = REAL_PARTS) {
  const calm = saturation({ seconds: 1_200 });
  const outageMs = [OUTAGE_SECONDS[0] * 1_000, OUTAGE_SECONDS[1] * 1_000] as const;
  const { arrivalsAtMs, findings } = await runFleet({ ...calm, outageMs }, parts);
  const within = (from: number, to: number): number =>
    arrivalsAtMs.filter((atMs) => atMs >= calm.startMs + from * 1_000 && atMs < calm.startMs + to * 1_000).length;
  // Those that were under way when the circuit opened are not yet the circuit's work.
  return { during: within(OUTAGE_SECONDS[0] + 10, OUTAGE_SECONDS[1]), after: within(1_020, 1_180), findings };
}

describe('an outage of ten minutes', () => {
  afterEach(() => {
    vi.doUnmock('../../lib/ledger/circuit.ts');
    vi.resetModules();
  });

  it('costs one call at each end of a growing pause, and is over by itself', async () => {
    const { during, after, findings } = await arrivalsAround();

    // 5, 10, 20, 40, 80, 160, 300 seconds after one another.
    expect(during).toBeGreaterThan(3);
    expect(during).toBeLessThanOrEqual(7);
    expect(after / 8).toBeGreaterThan(95);
    expect(findings).toEqual([]);
  });

  it('is noticed by this test when the circuit does not open', async () => {
    vi.resetModules();
    vi.doMock('../../lib/ledger/circuit.ts', async (importOriginal) => {
      const real = await importOriginal<typeof import('../../lib/ledger/circuit.ts')>();
      return { ...real, afterCall: () => real.CLOSED };
    });
    const { createSharedLedger } = await import('../../lib/ledger/shared-ledger.ts');

    const { during } = await arrivalsAround({ ...REAL_PARTS, createLedger: createSharedLedger });

    expect(during).toBeGreaterThan(1_000);
  });
});
