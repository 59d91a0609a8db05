import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Slot } from '../../lib/ledger/state.ts';
import type { CircuitFinding } from './support/circuit-judge.ts';
import { circuitScenario } from './support/circuit-scenario.ts';
import { type CircuitParts, runCircuits } from './support/circuit-world.ts';
import { RUNS } from './support/runs.ts';

/**
 * Tests of the tests: the circuits with one fault planted in them, each of which the judge must find within a hundred
 * scenarios. What the real ledger does in the very same scenarios is the first case.
 */
const SCENARIOS = 100;
const scenarios = fc.sample(circuitScenario, { numRuns: SCENARIOS, seed: RUNS.seed });

function firstFindings(parts: CircuitParts): readonly CircuitFinding[] {
  for (const scenario of scenarios) {
    const { findings } = runCircuits(scenario, parts);
    if (findings.length > 0) return findings;
  }
  return [];
}

type Policy = typeof import('../../lib/ledger/policy.ts');
type Gate = typeof import('../../lib/ledger/gate.ts');
type Operations = typeof import('../../lib/ledger/operation-circuits.ts');
type Line = typeof import('../../lib/ledger/line-circuit.ts');
type Day = typeof import('../../lib/ledger/day.ts');

const PLANTABLE = ['policy', 'gate', 'operation-circuits', 'line-circuit', 'day'].map(
  (name) => `../../lib/ledger/${name}.ts`,
);

/** The modules of a ledger, one of them changed. */
async function inside<Module extends object>(name: string, change: (real: Module) => Partial<Module>) {
  vi.resetModules();
  vi.doMock(`../../lib/ledger/${name}.ts`, async (importOriginal) => {
    const real = await importOriginal<Module>();
    return { ...real, ...change(real) };
  });
  const { admit } = await import('../../lib/ledger/admit.ts');
  const { fold } = await import('../../lib/ledger/fold.ts');
  const { isHealthCheckDue } = await import('../../lib/ledger/gate.ts');
  return { admit, fold, isHealthCheckDue };
}

const inPolicy = (change: Partial<Record<keyof Policy, number>>) => () => inside<object>('policy', () => change);
const inGate =
  (gateOf: (real: Gate['gateOf'], ...asked: Parameters<Gate['gateOf']>) => ReturnType<Gate['gateOf']>) => () =>
    inside<Gate>('gate', (real) => ({ gateOf: (...asked) => gateOf(real.gateOf, ...asked) }));
const inOperations =
  (
    after: (
      real: Operations['circuitsAfter'],
      ...end: Parameters<Operations['circuitsAfter']>
    ) => ReturnType<Operations['circuitsAfter']>,
  ) =>
  () =>
    inside<Operations>('operation-circuits', (real) => ({
      circuitsAfter: (...end) => after(real.circuitsAfter, ...end),
    }));
const inLine =
  (after: (real: Line['lineAfter'], ...end: Parameters<Line['lineAfter']>) => ReturnType<Line['lineAfter']>) => () =>
    inside<Line>('line-circuit', (real) => ({ lineAfter: (...end) => after(real.lineAfter, ...end) }));

/** The slot as it would be of a call that tries nothing. */
function ordinary({ operation: _operation, healthCheck: _healthCheck, ...slot }: Slot): Slot {
  return { ...slot, probes: [] };
}

/** What each plant must lead to, beside whatever else follows from it. */
const FAULTS: Record<string, { plant: () => Promise<CircuitParts>; finds: CircuitFinding }> = {
  'pauses an operation one failure too soon': { plant: inPolicy({ FAILURES_TO_OPEN: 4 }), finds: 'hasty' },
  'never pauses an operation': { plant: inPolicy({ FAILURES_TO_OPEN: 1e9 }), finds: 'eager' },
  'stops the line for one operation': { plant: inPolicy({ LINE_LEAST_OPERATIONS: 1 }), finds: 'lineAlone' },
  'counts the failures of messages that had failed before': {
    plant: inOperations((real, circuits, end, limits) =>
      real(circuits, end.outcome === 'neutral' ? { ...end, outcome: 'transient' } : end, limits),
    ),
    finds: 'hasty',
  },
  'lets a paused operation hold up all others': {
    plant: inGate((real, state, slots, ask, view) => {
      const paused = Object.entries(state.circuits).find(([, { stop }]) => stop !== undefined)?.[0];
      return real(state, slots, { ...ask, operation: paused ?? ask.operation }, view);
    }),
    finds: 'isolation',
  },
  'lets two probes through': {
    plant: inGate((real, state, slots, ask, view) => real(state, slots.map(ordinary), ask, view)),
    finds: 'probes',
  },
  'tries the line with any call': {
    plant: inGate((real, state, slots, ask, view) =>
      state.line.stop && view.nowMs >= state.line.stop.untilMs
        ? real(state, slots, { ...ask, healthCheck: true }, view)
        : real(state, slots, ask, view),
    ),
    finds: 'ordinaryProbe',
  },
  'tries an operation although nothing shows that Marketo works': {
    plant: inGate((real, state, ...rest) =>
      real({ ...state, lastSuccess: { atMs: Number.MAX_SAFE_INTEGER } }, ...rest),
    ),
    finds: 'blind',
  },
  'closes all circuits with any success': {
    plant: inOperations((real, circuits, end, limits) =>
      end.outcome === 'success' ? {} : real(circuits, end, limits),
    ),
    finds: 'eager',
  },
  'keeps an operation paused although it succeeds': {
    plant: inOperations((real, circuits, end, limits) =>
      end.outcome === 'success' ? circuits : real(circuits, end, limits),
    ),
    finds: 'isolation',
  },
  'keeps the failures of the line although a call succeeds': {
    plant: inLine((real, line, end) => (end.outcome === 'success' && line.stop === undefined ? line : real(line, end))),
    finds: 'lineAlone',
  },
  'does not pause an operation again whose probe fails': {
    plant: inOperations((real, circuits, end, limits) =>
      end.slot.probes.includes('operation') && end.outcome === 'transient' ? circuits : real(circuits, end, limits),
    ),
    finds: 'eager',
  },
  'does not pause an operation again whose probe shows nothing': {
    plant: inOperations((real, circuits, end, limits) =>
      end.outcome === 'neutral' ? circuits : real(circuits, end, limits),
    ),
    finds: 'eager',
  },
  'remembers every operation': { plant: inPolicy({ MOST_CIRCUITS: 1_000 }), finds: 'unbounded' },
  'forgets a paused operation where there is no room': {
    plant: inOperations((real, circuits, end, limits) => {
      const [oldest, ...others] = Object.entries(circuits);
      const isFull = others.length === 15 && circuits[end.operation ?? ''] === undefined;
      return real(isFull && oldest !== undefined ? Object.fromEntries(others) : circuits, end, limits);
    }),
    finds: 'eager',
  },
  'keeps health checks waiting for the pause of their own endpoint': {
    plant: inGate((real, state, slots, ask, view) => {
      const asked = real(state, slots, ask, view);
      const { healthCheck: _none, ...ordinary } = ask;
      const own = ask.healthCheck && state.circuits.getDailyUsage?.stop ? real(state, slots, ordinary, view) : asked;
      return own.kind === 'shut' ? own : asked;
    }),
    finds: 'stuck',
  },
  'takes a 603 of a health check for no answer': {
    plant: () =>
      inside<typeof import('../../lib/ledger/circuit.ts')>('circuit', (real) => ({
        showsMarketoWorks: ({ outcome }) => real.showsMarketoWorks({ outcome, slot: { probes: [] } }),
      })),
    finds: 'lineAlone',
  },
  'parks an operation beyond the reset of its quota': {
    plant: () => inside<Day>('day', () => ({ nextPossibleResetMs: () => Number.MAX_SAFE_INTEGER / 2 })),
    finds: 'late',
  },
  'tries a spent day at its reset only': { plant: inPolicy({ DAY_PROBE_EVERY_MS: 1e12 }), finds: 'late' },
};

describe('the judge of the circuits', () => {
  afterEach(() => {
    for (const path of [...PLANTABLE, '../../lib/ledger/circuit.ts']) vi.doUnmock(path);
    vi.resetModules();
  });

  it('finds nothing in the circuits as they are', async () => {
    expect(firstFindings(await inside<Gate>('gate', () => ({})))).toEqual([]);
  }, 60_000);

  it.each(Object.entries(FAULTS))(
    'finds circuits that: %s',
    async (_name, { plant, finds }) => {
      expect(firstFindings(await plant())).toContain(finds);
    },
    60_000,
  );
});
