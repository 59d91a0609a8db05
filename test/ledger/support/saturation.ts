import { NO_FAULTS, type Scenario } from '../../../lib/simulation/fleet/fleet-scenario.ts';
import { limitsOf } from './builders.ts';

/**
 * Ten workers who always want more, with clocks up to half a second apart, calls of 200 to 500 ms and a table that
 * answers in 4 to 12 ms.
 */
function saturation(change: {
  windowCalls?: number;
  slots?: number;
  asksAtOnce?: number;
  keysPerCall?: number;
  seconds?: number;
  seed?: number;
}): Scenario {
  const { windowCalls = 100, slots = 10, asksAtOnce = 1, keysPerCall = 0, seconds = 600, seed = 1 } = change;
  return {
    seed,
    limits: limitsOf({ windowCalls, slots, dayCalls: 1_000_000 }),
    startMs: Date.UTC(2026, 1, 10, 12),
    durationMs: seconds * 1_000,
    workers: 10,
    clocks: Array.from({ length: 10 }, (_, index) => ({
      offsetMs: -240 + 48 * index,
      driftPpm: 20 * ((index % 3) - 1),
    })),
    asksAtOnce,
    keyPool: 1_000_000,
    keysPerCall,
    operations: 1,
    brokenOperations: 0,
    uplinkMs: [20, 60],
    workMs: [160, 380],
    downlinkMs: [20, 60],
    tableMs: [4, 12],
    serverTimeoutMs: 30_000,
    outageMs: [0, 0],
    faults: NO_FAULTS,
  };
}

export { saturation };
