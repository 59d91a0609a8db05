import { describe, expect, it } from 'vitest';
import { createMemorySchemaRegister } from '../../lib/schema/memory-schema-register.ts';
import type { ObjectSchema } from '../../lib/schema/object-schema.ts';
import { createSchemas } from '../../lib/schema/schema-keeper.ts';
import type { DescribeAnswer } from '../../lib/schema/schema-state.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';

const START_MS = Date.UTC(2027, 2, 1);
const schemaOf = (...names: readonly string[]): ObjectSchema => ({
  fields: names.map((name) => ({ name })),
  dedupeFields: [],
});

function setUp() {
  const time = new VirtualTime(START_MS);
  const clock = time.clock();
  const register = createMemorySchemaRegister();
  const worker = () => createSchemas(register, { clock, log: silentLog });
  const answer = (...names: readonly string[]): DescribeAnswer => ({
    kind: 'schema',
    schema: schemaOf(...names),
    sentAtMs: time.nowMs,
  });
  return { time, register, worker, answer, wait: (ms: number) => time.finish(time.sleep(ms)) };
}

describe('the schemas of several workers', () => {
  it('are asked for by one of them at a time', async () => {
    const { time, worker, answer } = setUp();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      await time.sleep(500);
      return answer('email');
    };
    const request = { occasion: 'look', enoughAtMs: START_MS, ask } as const;
    const all = await time.finish(
      Promise.all([worker(), worker(), worker()].map((one) => one.describe('leads', request))),
    );
    expect(asked).toBe(1);
    expect(all.filter(({ waitMs }) => waitMs === 0)).toHaveLength(1);
    expect((await worker().known(['leads'])).get('leads')?.schema).toEqual(schemaOf('email'));
  });

  it('are known to a new worker, without being asked for', async () => {
    const { worker, answer } = setUp();
    await worker().describe('leads', { occasion: 'look', enoughAtMs: START_MS, ask: async () => answer('email') });
    const { waitMs, state } = await worker().describe('leads', {
      occasion: 'look',
      enoughAtMs: START_MS,
      ask: () => Promise.reject(new Error('asked')),
    });
    expect({ waitMs, schema: state?.schema }).toEqual({ waitMs: 0, schema: schemaOf('email') });
  });

  it('can be asked for again once the worker that asked has died over it', async () => {
    const { time, worker, answer, wait } = setUp();
    void worker().describe('leads', { occasion: 'look', enoughAtMs: START_MS, ask: () => new Promise(() => {}) });
    await wait(1_000);
    const request = { occasion: 'look', enoughAtMs: time.nowMs, ask: async () => answer('email') } as const;
    const busy = await worker().describe('leads', request);
    expect(busy.waitMs).toBeGreaterThan(50_000);
    await wait(busy.waitMs);
    expect((await worker().describe('leads', request)).state?.schema).toEqual(schemaOf('email'));
  });

  it('tell what has gone once, to the worker that found it out, and what is back', async () => {
    const { time, worker, answer, wait } = setUp();
    const look = (...names: readonly string[]) =>
      worker().describe('leads', { occasion: 'look', enoughAtMs: time.nowMs, ask: async () => answer(...names) });
    await look('email', 'shoeSize');
    await wait(600_000);
    expect((await look('email')).change).toEqual({ removed: ['shoeSize'], returned: [] });
    await wait(600_000);
    const still = await look('email');
    expect(still.change).toEqual({ removed: [], returned: [] });
    expect(still.state?.removed.get('shoeSize')).toBe(START_MS + 600_000);
    await wait(600_000);
    expect((await look('email', 'ShoeSize')).change).toEqual({ removed: [], returned: ['shoeSize'] });
  });

  it('are what memory has when the table does not answer', async () => {
    const { time, register, answer, wait } = setUp();
    let isDown = false;
    const clock = time.clock();
    const flaky = {
      read: async (type: 'leads') => (isDown ? Promise.reject(new Error('down')) : register.read(type)),
      swap: register.swap,
    };
    const schemas = createSchemas(flaky as typeof register, { clock, log: silentLog });
    await schemas.describe('leads', { occasion: 'look', enoughAtMs: START_MS, ask: async () => answer('email') });
    isDown = true;
    await wait(3_600_000);
    expect((await schemas.known(['leads'])).get('leads')?.schema).toEqual(schemaOf('email'));
  });
});
