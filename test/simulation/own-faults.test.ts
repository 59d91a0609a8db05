import { describe, expect, it } from 'vitest';
import { Dice } from '../../lib/simulation/dice.ts';
import { describeFailure } from '../../lib/simulation/failure.ts';
import { NO_FAULTS } from '../../lib/simulation/faults.ts';
import type { KindName } from '../../lib/simulation/kinds.ts';
import { drawOwnFault, type OwnFault } from '../../lib/simulation/own-faults.ts';
import { drawScenario, NEVER_MS, type Scenario } from '../../lib/simulation/scenario.ts';
import { simulate } from '../../lib/simulation/simulate.ts';

/** A world that is sound but for what a test puts into it, with the limits of Marketo itself. */
function soundScenario(seed: number, rest: Partial<Scenario>): Scenario {
  return {
    ...drawScenario(seed),
    faultsMs: 60_000,
    publishMs: 1_000,
    workers: 4,
    clockSkewMs: 50,
    functionTimeoutMs: 420_000,
    visibilityMs: 440_000,
    maxReceiveCount: 60,
    batchSize: 300,
    gatherMs: 2_000,
    // So many that no two messages are about one: what has a key in common with a message that fails has its turn after it.
    people: 1_000_000_000,
    limits: { windowCalls: 100, slots: 10, dayCalls: 50_000, retryMaxAttempts: 8, retryMaxAgeSeconds: 86_400 },
    faults: NO_FAULTS,
    outageMs: NEVER_MS,
    tableOutageMs: NEVER_MS,
    wrongSecretMs: NEVER_MS,
    rotationMs: undefined,
    othersPerSecond: 0,
    othersToday: 0,
    shortDay: false,
    tokenLifeSeconds: 3_600,
    poison: 0,
    usageShare: 0,
    redrives: 0,
    uncopiable: 0,
    operations: ['sync'],
    governs: false,
    personPauseMs: NEVER_MS,
    files: undefined,
    fields: undefined,
    ...rest,
  };
}

const MINUTE_MS = 60_000;
const own = (
  messages: number,
  operations: Partial<Record<KindName, OwnFault>> = {},
  failsFromRecords?: number,
  killers = 0,
) => ({
  messages,
  killers,
  operations,
  failsFromRecords,
});

async function run(seed: number, rest: Partial<Scenario>) {
  const report = await simulate(seed, { scenario: soundScenario(seed, rest) });
  expect(report.findings.length === 0 ? 'held' : await describeFailure(report)).toBe('held');
  return report;
}

describe('faults that belong to single messages', () => {
  it.each([1, 2, 3])(
    '26 among 684, of every kind, leave the others delivered within ten minutes (seed %i)',
    async (seed) => {
      const { slowestHealthyMs, mostCallsOfFaulty } = await run(seed, { messages: 684, own: own(26) });

      expect(slowestHealthyMs).toBeGreaterThan(0);
      expect(slowestHealthyMs).toBeLessThan(10 * MINUTE_MS);
      expect(mostCallsOfFaulty).toBeLessThanOrEqual(30);
    },
  );

  it('end after their attempts on an empty queue, where nothing else shows that Marketo works', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { tally, virtualMs } = await run(seed, { messages: 1, own: own(1), people: 4 });
      // Its attempts, their health checks, and the tries of a refused token.
      expect(tally.calls).toBeLessThanOrEqual(40);
      expect(virtualMs).toBeLessThan(4 * 60 * MINUTE_MS);
    }
  });
});

describe('a fault of one operation', () => {
  it.each(['603', '611', '502', ''])('%s keeps no other operation waiting', async (code) => {
    const fault: OwnFault = { kind: 'response', code };

    const { slowestHealthyMs } = await run(7, {
      messages: 120,
      operations: ['sync', 'listAdd', 'status'],
      own: own(0, { listAdd: fault }),
    });

    expect(slowestHealthyMs).toBeGreaterThan(0);
    expect(slowestHealthyMs).toBeLessThan(2 * MINUTE_MS);
  });
});

describe('messages that end their workers', () => {
  it('are dead alone, and all others are delivered', async () => {
    const { slowestHealthyMs, tally } = await run(5, { messages: 100, own: own(0, {}, undefined, 2) });

    expect(tally.faults.get('own kills')).toBeGreaterThanOrEqual(4);
    expect(tally.letters).toBeGreaterThanOrEqual(2);
    expect(slowestHealthyMs).toBeGreaterThan(0);
    expect(slowestHealthyMs).toBeLessThan(15 * MINUTE_MS);
  });
});

describe('a fault of the size of a call', () => {
  it('parts calls until they are small enough, on a quiet queue too', async () => {
    const { slowestHealthyMs } = await run(5, { messages: 200, own: own(0, {}, 12) });

    expect(slowestHealthyMs).toBeGreaterThan(0);
    expect(slowestHealthyMs).toBeLessThan(15 * MINUTE_MS);
  });
});

describe('the kinds of fault', () => {
  it('are all drawn', () => {
    const dice = new Dice(1);
    const kinds = new Set(Array.from({ length: 500 }, () => drawOwnFault(dice).kind));
    expect([...kinds].sort()).toEqual(['hang', 'http', 'noErrors', 'record', 'reset', 'response']);
  });
});
