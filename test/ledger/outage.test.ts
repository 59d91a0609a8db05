import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FleetParts, REAL_PARTS, runFleet } from '../../lib/simulation/fleet/fleet.ts';
import { saturation } from './support/saturation.ts';

const OUTAGE_SECONDS = [100, 700] as const;

/** Calls that Marketo received in each part of a run of 1,200 s, with every call failing for ten minutes of it. */
async function arrivalsAround(operations: number, parts: FleetParts = REAL_PARTS) {
  const calm = { ...saturation({ seconds: 1_200 }), operations };
  const outageMs = [OUTAGE_SECONDS[0] * 1_000, OUTAGE_SECONDS[1] * 1_000] as const;
  const { arrivalsAtMs, findings } = await runFleet({ ...calm, outageMs }, parts);
  const within = (from: number, to: number): number =>
    arrivalsAtMs.filter((atMs) => atMs >= calm.startMs + from * 1_000 && atMs < calm.startMs + to * 1_000).length;
  // Those that were under way when the circuit opened are not yet the circuit's work.
  return { during: within(OUTAGE_SECONDS[0] + 10, OUTAGE_SECONDS[1]), after: within(1_020, 1_180), findings };
}

describe('an outage of ten minutes', () => {
  afterEach(() => {
    vi.doUnmock('../../lib/ledger/line-circuit.ts');
    vi.doUnmock('../../lib/ledger/operation-circuits.ts');
    vi.resetModules();
  });

  it.each([1, 5])(
    'costs one call at each end of a growing pause, and is over by itself: %i operations',
    async (operations) => {
      const { during, after, findings } = await arrivalsAround(operations);

      // Health checks 5, 10, 20, 40, 80, 160, 300 seconds after one another.
      expect(during).toBeGreaterThan(3);
      expect(during).toBeLessThanOrEqual(7);
      expect(after / 8).toBeGreaterThan(95);
      expect(findings).toEqual([]);
    },
  );

  it('is noticed by this test when no circuit opens', async () => {
    vi.resetModules();
    vi.doMock('../../lib/ledger/line-circuit.ts', () => ({
      lineAfter: <T>(line: T) => line,
      stopLine: <T>(line: T) => line,
    }));
    vi.doMock('../../lib/ledger/operation-circuits.ts', () => ({
      circuitsAfter: () => ({}),
      withoutForgotten: () => ({}),
    }));
    const { createSharedLedger } = await import('../../lib/ledger/shared-ledger.ts');

    const { during } = await arrivalsAround(5, { ...REAL_PARTS, createLedger: createSharedLedger });

    expect(during).toBeGreaterThan(1_000);
  });
});
