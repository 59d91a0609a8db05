import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbLedgerRegister } from '../../lib/aws/dynamodb-ledger.ts';
import { keyHash } from '../../lib/ledger/keys.ts';
import type { LedgerLimits } from '../../lib/ledger/limits.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import type { LedgerRegister } from '../../lib/ledger/register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import { EMPTY_STATE, type LedgerState, type Slot } from '../../lib/ledger/state.ts';
import { REAL_PARTS, runFleet } from '../../lib/simulation/fleet/fleet.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import { askOf, endOf, limitsOf, NOON_MS, slotOf, stateOf } from './support/builders.ts';
import { connect, createTable, TABLE } from './support/dynamo-client.ts';
import { startEmbeddedDynamo } from './support/embedded-dynamo.ts';
import { bytesOf, itemOf, writeUnits } from './support/item-size.ts';
import { saturation } from './support/saturation.ts';

const FULL = limitsOf({ windowCalls: 100, slots: 10 });

/** A window and slots as full as they get, of calls by so many workers. */
function fullState(workers: number, keysPerCall: number, limits: LedgerLimits = FULL): LedgerState {
  const name = (index: number): string => `w${(index % workers).toString(36).padStart(5, '0')}`;
  const keys = (index: number) => Array.from({ length: keysPerCall }, (_, key) => keyHash(`${index} ${key}`));
  const slots: [string, Slot][] = Array.from({ length: limits.slots }, (_, index) => [
    `${name(index)}-zzz`,
    slotOf({ notBeforeMs: NOON_MS + 1_900, keys: keys(index) }),
  ]);
  return stateOf({
    version: 10_000_000,
    slots: Object.fromEntries(slots),
    windowCalls: Array.from({ length: limits.windowCalls - limits.slots }, (_, index) => ({
      atMs: NOON_MS - 200 * index,
      worker: name(index),
    })),
    lastStartMs: NOON_MS,
    day: { ...stateOf().day, used: 12_345, others: 6_789, othersAtMs: NOON_MS },
    lastSuccess: { atMs: NOON_MS, token: 0x9abcdef0 },
  });
}

/** What the embedded DynamoDB says that each operation since the last look consumed. */
function meter(client: DynamoDBClient): () => number[] {
  let units: number[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      const reply = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      const output = reply.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      units.push(output.ConsumedCapacity?.CapacityUnits ?? Number.NaN);
      return reply;
    },
    { step: 'initialize', name: 'meter' },
  );
  return () => {
    const taken = units;
    units = [];
    return taken;
  };
}

describe('what each operation consumes', () => {
  let server: Awaited<ReturnType<typeof startEmbeddedDynamo>>;
  let client: DynamoDBClient;
  let units: () => number[];
  beforeAll(async () => {
    server = await startEmbeddedDynamo();
    client = connect(server.url);
    await createTable(client);
    units = meter(client);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const registerOf = (subscription: string): LedgerRegister =>
    createDynamoDbLedgerRegister({ client, tableName: TABLE, subscription, limits: FULL });

  it('is one unit to read, to swap, to end, with a full window of ten workers', async () => {
    const register = registerOf('one');
    const state = fullState(10, 1);
    units();

    await register.swap(EMPTY_STATE, state);
    const read = await register.read();
    const { [Object.keys(state.slots)[0] ?? '']: _freed, ...slots } = read.slots;
    await register.swap(read, { ...read, version: read.version + 1, slots });
    await register.recordReleases({ 'w00001-zzz': endOf({ token: 0x9abcdef0 }) });

    expect(units()).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [10, 0],
    [10, 3],
    [50, 20],
    [100, 300],
  ])('is what the size of the item says: %i workers, %i keys a call', async (workers, keysPerCall) => {
    const register = registerOf(`${workers}-${keysPerCall}`);
    const state = fullState(workers, keysPerCall);
    units();

    await register.swap(EMPTY_STATE, state);

    expect(units().at(-1)).toBe(writeUnits(bytesOf(itemOf(state, FULL))));
  });
});

describe('the size of the item', () => {
  it.each<[string, LedgerState, LedgerLimits, number]>([
    ['a full window of ten workers, few keys', fullState(10, 3), FULL, 1_024],
    ['a full window, every call of another worker', fullState(100, 0), FULL, 2_048],
    ['ten slots of 300 keys each', fullState(10, 300), FULL, 13 * 1_024],
    [
      'the largest limits that the settings allow',
      fullState(200, 300, limitsOf({ windowCalls: 200, slots: 30 })),
      limitsOf({ windowCalls: 200, slots: 30 }),
      41 * 1_024,
    ],
  ])('is bounded: %s', (name, state, limits, mostBytes) => {
    const bytes = bytesOf(itemOf(state, limits));

    process.stdout.write(`item of ${name}: ${bytes} bytes\n`);
    expect(bytes).toBeLessThanOrEqual(mostBytes);
  });
});

describe('what a call costs under saturation', () => {
  it.each([
    [100, 10, 1, 2.2],
    [50, 5, 1, 2.2],
    [100, 10, 4, 1.2],
    [50, 5, 4, 1.2],
  ])(
    'of %i calls and %i slots, %i at once for each of ten workers, is at most %d writes',
    async (windowCalls, slots, asksAtOnce, most) => {
      const { server, traffic, findings } = await runFleet(saturation({ windowCalls, slots, asksAtOnce }));

      const writes = (traffic.swaps + traffic.ends) / server.arrivals;
      const reads = traffic.reads / server.arrivals;
      process.stdout.write(
        `${windowCalls} in 20 s, ${slots} slots, ten workers of ${asksAtOnce}: ${writes.toFixed(2)} writes and ${reads.toFixed(2)} reads a call, ${traffic.conflicts} of ${traffic.swaps} swaps lost\n`,
      );
      expect(findings).toEqual([]);
      expect(writes).toBeLessThanOrEqual(most);
    },
  );

  it('is as many units as writes, but for one in two hundred, while calls carry few keys', async () => {
    let writes = 0;
    let units = 0;
    let largest = 0;
    const charge = (state: LedgerState): void => {
      writes += 1;
      const bytes = bytesOf(itemOf(state, FULL));
      units += writeUnits(bytes);
      largest = Math.max(largest, bytes);
    };
    const createRegister = (): LedgerRegister => {
      const register = createMemoryRegister();
      return {
        ...register,
        swap: async (from, to) => {
          const won = await register.swap(from, to);
          charge(await register.read());
          return won;
        },
        recordReleases: async (ends) => {
          const state = await register.recordReleases(ends);
          charge(state);
          return state;
        },
      };
    };

    await runFleet(saturation({ keysPerCall: 3, seconds: 200 }), { ...REAL_PARTS, createRegister });

    process.stdout.write(`${units} units in ${writes} writes, the largest item: ${largest} bytes\n`);
    expect(writes).toBeGreaterThan(1_500);
    expect(units).toBeLessThanOrEqual(1.005 * writes);
  });

  it('is nothing for a refusal', async () => {
    const time = new VirtualTime(NOON_MS);
    const register = createMemoryRegister();
    await register.swap(EMPTY_STATE, fullState(10, 0));
    const swapless: LedgerRegister = {
      ...register,
      swap: () => Promise.reject(new Error('a refusal was written')),
      recordReleases: () => Promise.reject(new Error('a refusal was written')),
    };
    const options = { limits: FULL, clock: time.clock(), random: () => 0.5, log: silentLog };
    const ledger = createSharedLedger({ ...options, register: swapless });

    const answers = await ledger.acquire([askOf(), askOf()]);

    expect(answers.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
  });
});
