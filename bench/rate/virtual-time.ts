import { KEY_BITS } from '../../lib/ledger/keys.ts';
import { DEFAULT_LIMITS } from '../../lib/ledger/limits.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import { REAL_PARTS, runFleet } from '../../lib/simulation/fleet/fleet.ts';
import { NO_FAULTS, type Scenario } from '../../lib/simulation/fleet/fleet-scenario.ts';
import { countUnits } from './capacity-units.ts';
import type { Load, Run } from './figures.ts';

/** Half an hour in a second: the real ledger over the register in memory, which answers in 4 to 12 ms. */
async function runInVirtualTime(load: Load): Promise<Run> {
  const { windowCalls, windowMs, slots, latencyMs, workers, keysPerCall = 0 } = load;
  const [low, high] = latencyMs;
  const limits = { ...DEFAULT_LIMITS, windowCalls, windowMs, slots, dayCalls: 10_000_000 };
  const { units, register } = countUnits(createMemoryRegister(), limits);
  const scenario: Scenario = {
    seed: load.seed,
    limits,
    startMs: Date.UTC(2026, 1, 10, 12),
    durationMs: load.seconds * 1_000,
    workers,
    // Spread over nearly all of the half second that the limits allow for, and drifting.
    clocks: Array.from({ length: workers }, (_, index) => ({
      offsetMs: Math.round(-245 + (490 * index) / Math.max(1, workers - 1)),
      driftPpm: 20 * ((index % 3) - 1),
    })),
    asksAtOnce: load.atOnce,
    // As many as there are hashes: two calls seldom have one in common.
    keyPool: 2 ** KEY_BITS,
    keysPerCall,
    leastKeysPerCall: keysPerCall,
    operations: 1,
    brokenOperations: 0,
    uplinkMs: [low * 0.2, high * 0.2],
    workMs: [low * 0.6, high * 0.6],
    downlinkMs: [low * 0.2, high * 0.2],
    tableMs: [4, 12],
    serverTimeoutMs: 30_000,
    outageMs: [0, 0],
    faults: NO_FAULTS,
  };
  const fleet = await runFleet(scenario, { ...REAL_PARTS, createRegister: () => register });
  const { arrivalsAtMs, server, traffic, refusals } = fleet;
  const { worstSlots, worstWindow } = server;
  return { ...traffic, ...units, arrivalsAtMs, refusals, worstSlots, worstWindow };
}

export { runInVirtualTime };
