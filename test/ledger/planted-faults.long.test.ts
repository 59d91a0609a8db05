import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Ledger, PermitAnswer, PermitAsk, Release } from '../../lib/ledger/ledger.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import type { LedgerRegister } from '../../lib/ledger/register.ts';
import { createSharedLedger, type SharedLedgerOptions } from '../../lib/ledger/shared-ledger.ts';
import type { Slot } from '../../lib/ledger/state.ts';
import { type Finding, type FleetParts, REAL_PARTS, runFleet } from '../../lib/simulation/fleet/fleet.ts';
import { arbitraryScenario, orderlyScenario } from './support/arbitrary-scenario.ts';
import { RUNS } from './support/runs.ts';

/**
 * Tests of the tests: the ledger with one fault planted in it, each of which the checks of the properties must find
 * within fifteen hundred scenarios. What the real ledger does in the very same scenarios is the first case.
 */
const SCENARIOS = 1_500;
const wild = fc.sample(arbitraryScenario, { numRuns: SCENARIOS, seed: RUNS.seed });
const orderly = fc.sample(orderlyScenario, { numRuns: SCENARIOS, seed: RUNS.seed });

async function firstFindings(parts: FleetParts): Promise<readonly (Finding | 'miscounted')[]> {
  for (let index = 0; index < SCENARIOS; index++) {
    const [some, calm] = [wild[index], orderly[index]];
    if (some === undefined || calm === undefined) break;
    const { findings } = await runFleet(some, parts);
    if (findings.length > 0) return findings;
    const report = await runFleet(calm, parts);
    if (report.findings.length > 0) return report.findings;
    if (report.state.day.used !== report.server.countedToday) return ['miscounted'];
  }
  return [];
}

/** A fault in what reaches the ledger, or in what comes from it. */
function around(change: {
  ask?: (ask: PermitAsk) => PermitAsk;
  answer?: (answer: PermitAnswer) => PermitAnswer;
  end?: (end: Release) => Release;
}): FleetParts {
  const { ask = (one) => one, answer = (one) => one, end = (one) => one } = change;
  const createLedger = (options: SharedLedgerOptions): Ledger => {
    const ledger = createSharedLedger(options);
    return {
      ...ledger,
      acquire: async (asks) => (await ledger.acquire(asks.map(ask))).map(answer),
      release: (ends) => ledger.release(ends.map(end)),
    };
  };
  return { ...REAL_PARTS, createLedger };
}

function onPermit(change: (permit: Extract<PermitAnswer, { kind: 'granted' }>['permit']) => object): FleetParts {
  return around({
    answer: (one) => (one.kind === 'granted' ? { ...one, permit: { ...one.permit, ...change(one.permit) } } : one),
  });
}

/** A fault in the table. */
function withRegister(change: (register: LedgerRegister) => Partial<LedgerRegister>): FleetParts {
  const createRegister = (): LedgerRegister => {
    const register = createMemoryRegister();
    return { ...register, ...change(register) };
  };
  return { ...REAL_PARTS, createRegister };
}

/** Modules that stand in for real ones until the test is over. */
const planted: string[] = [];

/** A fault in one of the ledger's own functions: the module as it is, but for what is changed. */
async function inside<Module extends object>(path: string, change: (real: Module) => Partial<Module>) {
  vi.resetModules();
  planted.push(path);
  vi.doMock(path, async (importOriginal) => {
    const real = await importOriginal<Module>();
    return { ...real, ...change(real) };
  });
  const { createSharedLedger: createLedger } = await import('../../lib/ledger/shared-ledger.ts');
  return { ...REAL_PARTS, createLedger };
}

type Fold = typeof import('../../lib/ledger/fold.ts');
type Gate = typeof import('../../lib/ledger/gate.ts');
type Day = typeof import('../../lib/ledger/day.ts');
type Clocks = typeof import('../../lib/ledger/clocks.ts');
type Window = typeof import('../../lib/ledger/window.ts');

/** The slot as it would be of a call that tries nothing. */
function ordinary({ operation: _operation, healthCheck: _healthCheck, ...slot }: Slot): Slot {
  return { ...slot, probes: [] };
}

const FAULTS: Record<string, { plant: () => FleetParts | Promise<FleetParts>; found: readonly string[] }> = {
  'counts a call from its grant instead of its completion': {
    plant: () => around({ end: (end) => ({ ...end, endedAtMs: end.permit.notBeforeMs }) }),
    found: ['window'],
  },
  'lets one more call into the window': {
    plant: () =>
      inside<Window>('../../lib/ledger/window.ts', (real) => ({
        nextOpeningMs: (limit, ...rest) => real.nextOpeningMs(limit + 1, ...rest),
      })),
    found: ['window'],
  },
  'sends before its place opens': { plant: () => onPermit(() => ({ notBeforeMs: 0 })), found: ['window'] },
  'sends although it stood still until the permit was void': {
    plant: () => onPermit(() => ({ sendByMs: Number.POSITIVE_INFINITY })),
    found: ['window', 'slots', 'keys', 'day', 'probes'],
  },
  'trusts all clocks': {
    plant: () =>
      inside<Clocks>('../../lib/ledger/clocks.ts', () => ({
        createClockBounds: () => ({ observe: () => undefined, aheadOf: () => 0 }),
      })),
    found: ['window', 'slots'],
  },
  'takes a slot back before the call can be over': {
    plant: () => around({ ask: (ask) => ({ ...ask, callTimeoutMs: -4_900 }) }),
    // The end of a call whose slot is gone is not counted either.
    found: ['slots', 'keys', 'window', 'probes', 'miscounted'],
  },
  'forgets the lease: the slot of a dead worker stays taken': {
    plant: () => around({ ask: (ask) => ({ ...ask, callTimeoutMs: 1e9 }) }),
    found: ['leaked'],
  },
  'takes a call without reply for over': {
    plant: () => around({ end: ({ holdMs: _hold, ...end }) => end }),
    found: ['slots', 'keys', 'window', 'probes'],
  },
  'ignores keys': { plant: () => around({ ask: (ask) => ({ ...ask, keys: [] }) }), found: ['keys'] },
  'gives back twice': {
    plant: () =>
      inside<Fold>('../../lib/ledger/fold.ts', (real) => ({
        fold: (state, view) => {
          const late = Object.entries(state.releases).filter(([id, end]) => !state.slots[id] && !end.counted).length;
          const folded = real.fold(state, view);
          return { ...folded, day: { ...folded.day, used: Math.max(0, folded.day.used - late) } };
        },
      })),
    found: ['day', 'usedTooLow', 'miscounted'],
  },
  'gives back a call that nobody answered': {
    plant: () => around({ end: (end) => ({ ...end, counted: end.counted && end.holdMs === undefined }) }),
    found: ['day', 'usedTooLow'],
  },
  'never gives back': {
    plant: () => around({ end: (end) => ({ ...end, counted: true, outcome: 'success' }) }),
    found: ['miscounted'],
  },
  'begins the day with nothing carried over': {
    plant: () =>
      inside<Day>('../../lib/ledger/day.ts', (real) => ({
        freshDay: (nowMs, _carried, limits) => real.freshDay(nowMs, 0, limits),
      })),
    found: ['day', 'usedTooLow'],
  },
  'lets two probes through a half-open circuit': {
    plant: () =>
      inside<Gate>('../../lib/ledger/gate.ts', (real) => ({
        gateOf: (state, slots, ask, view) => real.gateOf(state, slots.map(ordinary), ask, view),
      })),
    found: ['probes'],
  },
  'swaps without a condition': {
    plant: () =>
      withRegister((register) => ({
        swap: async (from, to) => register.swap({ ...from, version: (await register.read()).version }, to),
      })),
    found: ['window', 'slots', 'keys', 'day', 'probes', 'usedTooLow'],
  },
  'lets a swap overwrite the ends that were recorded meanwhile': {
    plant: () => {
      const createRegister = (): LedgerRegister => {
        const register = createMemoryRegister();
        let recorded: Record<string, unknown> = {};
        return {
          ...register,
          recordReleases: async (ends) => {
            recorded = { ...recorded, ...ends };
            // Recorded, and lost with the next swap: as if it had never been.
            return register.read();
          },
        };
      };
      return { ...REAL_PARTS, createRegister };
    },
    found: ['miscounted'],
  },
};

describe('the checks of the properties', () => {
  afterEach(() => {
    for (const path of planted.splice(0)) vi.doUnmock(path);
    vi.resetModules();
  });

  it('find nothing in the ledger as it is', async () => {
    expect(await firstFindings(REAL_PARTS)).toEqual([]);
  }, 60_000);

  it.each(Object.entries(FAULTS))(
    'find a ledger that %s',
    async (_name, { plant, found }) => {
      const findings = await firstFindings(await plant());

      expect(findings.length).toBeGreaterThan(0);
      expect(findings.filter((finding) => !found.includes(finding))).toEqual([]);
    },
    60_000,
  );
});
