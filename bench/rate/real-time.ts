import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbLedgerRegister } from '../../lib/aws/dynamodb-ledger.ts';
import { startTable } from '../../lib/emulators/table.ts';
import type { PermitAsk } from '../../lib/ledger/ledger.ts';
import { DEFAULT_LIMITS } from '../../lib/ledger/limits.ts';
import type { LedgerRegister } from '../../lib/ledger/register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import type { Clock, Log } from '../../lib/ports.ts';
import { countUnits } from './capacity-units.ts';
import type { Load, Run } from './figures.ts';

const sleep = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
const nothing = (): void => undefined;
const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The same load in real time, over DynamoDB's wire protocol: clocks 50 ms apart, calls that only take their time. */
async function runInRealTime(load: Load): Promise<Run> {
  const table = await startTable();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: table.url, region: 'us-east-1', credentials });
  const { windowCalls, windowMs, slots } = load;
  const limits = { ...DEFAULT_LIMITS, windowCalls, windowMs, slots, dayCalls: 10_000_000 };
  const inner = createDynamoDbLedgerRegister({ client, tableName: table.tableName, subscription: 'bench', limits });
  const traffic = { swaps: 0, conflicts: 0, ends: 0, reads: 0 };
  const { units, register: counting } = countUnits(inner, limits);
  const register: LedgerRegister = {
    read: () => {
      traffic.reads += 1;
      return counting.read();
    },
    swap: async (from, to) => {
      traffic.swaps += 1;
      const won = await counting.swap(from, to);
      if (!won) traffic.conflicts += 1;
      return won;
    },
    recordReleases: (ends) => {
      traffic.ends += 1;
      return counting.recordReleases(ends);
    },
  };
  const refusals: Record<string, number> = {};
  const arrivalsAtMs: number[] = [];
  let inFlight = 0;
  let worstSlots = 0;
  const untilMs = Date.now() + load.seconds * 1_000;

  async function call(): Promise<void> {
    arrivalsAtMs.push(Date.now());
    inFlight += 1;
    worstSlots = Math.max(worstSlots, inFlight);
    const [low, high] = load.latencyMs;
    await sleep(low + Math.random() * (high - low));
    inFlight -= 1;
  }

  async function work(index: number): Promise<void> {
    const clock: Clock = { nowMs: () => Date.now() + 50 * index - 250, sleep };
    const ledger = createSharedLedger({ register, limits, clock, random: Math.random, log });
    while (Date.now() < untilMs) {
      const ask: PermitAsk = { operation: 'syncLeads', keys: [], hasKeyless: true, callTimeoutMs: 30_000 };
      let wanted = Array.from({ length: load.atOnce }, () => ask);
      const underWay: Promise<void>[] = [];
      while (wanted.length > 0 && Date.now() < untilMs) {
        const answers = await ledger.acquire(wanted);
        let waitMs = 5_000;
        for (const answer of answers) {
          if (answer.kind === 'refused') {
            refusals[answer.reason] = (refusals[answer.reason] ?? 0) + 1;
            waitMs = Math.min(waitMs, answer.waitMs);
            continue;
          }
          const { permit } = answer;
          const run = async (): Promise<void> => {
            await sleep(Math.max(0, permit.notBeforeMs - clock.nowMs()));
            await call();
            const end = { permit, operation: ask.operation, outcome: 'success', counted: true } as const;
            await ledger.release([{ ...end, endedAtMs: clock.nowMs() }]);
          };
          underWay.push(run());
        }
        wanted = answers.filter(({ kind }) => kind === 'refused').map(() => ask);
        if (wanted.length > 0) await sleep(waitMs * (1 + Math.random() / 2));
      }
      await Promise.all(underWay);
    }
  }

  try {
    await Promise.all(Array.from({ length: load.workers }, (_, index) => work(index)));
  } finally {
    client.destroy();
    await table.stop();
  }
  return { ...traffic, ...units, arrivalsAtMs, refusals, worstSlots, worstWindow: worstOf(arrivalsAtMs, windowMs) };
}

function worstOf(arrivalsAtMs: readonly number[], windowMs: number): number {
  let worst = 0;
  let first = 0;
  for (const [index, atMs] of arrivalsAtMs.entries()) {
    while ((arrivalsAtMs[first] ?? 0) <= atMs - windowMs) first += 1;
    worst = Math.max(worst, index - first + 1);
  }
  return worst;
}

export { runInRealTime };
