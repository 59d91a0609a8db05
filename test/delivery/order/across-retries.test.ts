import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryMarks } from '../../../lib/delivery/order/memory-marks.ts';
import type { MarkChange, OrderMarks } from '../../../lib/delivery/order/order-marks.ts';
import { DELIVERY_POLICY } from '../../../lib/delivery/policy.ts';
import type { OutgoingMessage } from '../../../lib/message/queue.ts';
import { decodeRelayState } from '../../../lib/message/relay-attribute.ts';
import { done, failed, leads, page, type SentCall, skipped, World, type WorldOptions } from '../harness.ts';

const serial = (email: string, value: number) => ({
  path: '/rest/v1/leads.json',
  body: { input: [{ email, serial: value }] },
});
const later = (ms: number) => (world: World) => world.time.finish(world.time.sleep(ms));
const second = later(1_000);

/** What Marketo has of each address in the end, and all that it ever took. */
function marketo(troubles: (call: SentCall) => ReturnType<typeof failed> | undefined) {
  const taken: string[] = [];
  const script = (call: SentCall) =>
    troubles(call) ??
    done(call.input, ({ email, serial: value }) => {
      taken.push(`${String(email)} ${String(value)}`);
      return { id: 1, status: 'updated' };
    });
  return { script, taken };
}

/** Marks that are watched: how often they were read and written. */
function watched(change: Partial<OrderMarks> = {}) {
  const log: ('read' | 'change')[] = [];
  const make = (world: { nowMs(): number }): OrderMarks => {
    const marks = createMemoryMarks(world);
    return {
      read: (keys) => {
        log.push('read');
        return (change.read ?? marks.read)(keys);
      },
      change: (changes) => {
        log.push('change');
        return (change.change ?? marks.change)(changes);
      },
    };
  };
  return { log, make };
}

describe('the order of a key across retries', () => {
  let failures: number;
  let world: World;
  let taken: string[];
  let log: ('read' | 'change')[];

  function open(options: Partial<WorldOptions> = {}, change: Partial<OrderMarks> = {}): void {
    const model = marketo(() => (failures-- > 0 ? failed('713') : undefined));
    const seen = watched(change);
    let nowMs = (): number => 0;
    world = new World({ script: model.script, orderMarks: seen.make({ nowMs: () => nowMs() }), ...options });
    nowMs = () => world.time.nowMs;
    taken = model.taken;
    log = seen.log;
  }

  beforeEach(() => {
    failures = 0;
    open();
  });

  const stateOf = (copy: OutgoingMessage | undefined) => decodeRelayState(copy?.attributes ?? {}, world.time.nowMs);
  const publish = (...values: readonly number[]) =>
    values.flatMap((value) => world.messages([serial('a@x.test', value)]));

  it('lets a newer message wait behind an older one that failed, without an attempt', async () => {
    failures = 1;
    const [old] = (await world.deliver(publish(1))).copies;
    await second(world);
    const { copies, calls } = await world.deliver(publish(2));

    expect(calls).toEqual([]);
    expect(copies).toHaveLength(1);
    expect(stateOf(copies[0])).toMatchObject({ attempts: 0, lastCode: 'order' });

    await world.deliver([world.received(old as OutgoingMessage)]);
    await second(world);
    await world.deliver([world.received(copies[0] as OutgoingMessage)]);
    expect(taken).toEqual(['a@x.test 1', 'a@x.test 2']);
  });

  it('lets many come after each other, in whatever order they come back', async () => {
    failures = 1;
    const waiting: OutgoingMessage[] = [];
    for (const value of [1, 2, 3, 4]) {
      waiting.push(...(await world.deliver(publish(value))).copies);
      await second(world);
    }
    for (let round = 0; waiting.length > 0 && round < 20; round++) {
      const last = waiting.pop() as OutgoingMessage;
      waiting.unshift(...(await world.deliver([world.received(last)])).copies);
      await later(61_000)(world);
    }
    expect(taken.map((one) => one.slice(-1))).toEqual(['1', '2', '3', '4']);
  });

  it('puts a batch into order of publication, however SQS brings it', async () => {
    failures = 1;
    const [old] = (await world.deliver(publish(1))).copies;
    await second(world);
    const fresh = publish(2);
    await second(world);
    await world.deliver([...publish(3), ...fresh, world.received(old as OutgoingMessage)]);

    expect(taken.map((one) => one.slice(-1))).toEqual(['1', '2', '3']);
  });

  it('keeps the order of a batch among messages of one millisecond', async () => {
    failures = 1;
    const { copies } = await world.deliver(publish(1, 2));
    expect(copies.map((copy) => stateOf(copy)?.place)).toEqual([0, 1]);

    const behind = await world.deliver([world.received(copies[1] as OutgoingMessage)]);
    expect(behind.calls).toEqual([]);
    expect(stateOf(behind.copies[0])?.lastCode).toBe('order');
  });

  it('costs no read and no write while nothing goes back, nor for messages without a key', async () => {
    await world.deliver(world.messages([leads('a@x.test', 'b@x.test'), leads('b@x.test')]));
    expect(log).toEqual([]);

    failures = 1;
    await world.deliver(world.messages([{ path: '/rest/v1/lists.json' }]));
    expect(log).toEqual([]);
  });

  it('marks what is unfinished before its keys are free, and once for all rounds of waiting', async () => {
    const order: string[] = [];
    const { ledger } = world.deps;
    failures = 1;
    open({}, { change: async () => new Set(order.push('marked') > 0 ? [] : []) });
    const { release } = world.deps.ledger;
    Object.assign(world.deps.ledger, {
      release: (...given: Parameters<typeof ledger.release>) => {
        order.push(given[0][0]?.marksUntilMs === undefined ? 'released' : 'released, and told');
        return release(...given);
      },
    });
    await world.deliver(publish(1));
    expect(order.slice(0, 2)).toEqual(['marked', 'released, and told']);

    failures = 1;
    open();
    const [old] = (await world.deliver(publish(1))).copies;
    let waiting = (await world.deliver(publish(2))).copies[0] as OutgoingMessage;
    const writes = log.filter((one) => one === 'change').length;
    for (let round = 0; round < 5; round++) {
      await second(world);
      waiting = (await world.deliver([world.received(waiting)])).copies[0] as OutgoingMessage;
    }
    expect(log.filter((one) => one === 'change')).toHaveLength(writes);
    expect(old).toBeDefined();
  });

  it('lets nothing wait behind a message that is dead', async () => {
    open({ retryMaxAttempts: 2 });
    failures = 2;
    const [first] = (await world.deliver(publish(1))).copies;
    await second(world);
    const { letters } = await world.deliver([world.received(first as OutgoingMessage)]);
    expect(letters).toHaveLength(1);

    await second(world);
    await world.deliver(publish(2));
    expect(taken).toEqual(['a@x.test 2']);
  });

  it('lets nothing wait longer than a mark lasts, for a message that nobody brings back', async () => {
    failures = 1;
    await world.deliver(publish(1));
    await later(DELIVERY_POLICY.markSlackMs + DELIVERY_POLICY.markGridMs + 900_000)(world);
    await world.deliver(publish(2));

    expect(taken).toEqual(['a@x.test 2']);
  });

  it('marks what waits for a limit, though no call was made of it', async () => {
    open({ limits: { windowCalls: 1, slots: 1 } });
    await world.deliver(world.messages([leads('other@x.test')]));
    const waiting = await world.deliver(publish(1), 30_000);
    expect(waiting.calls).toEqual([]);

    expect(stateOf(waiting.copies[0])?.markedUntilMs).toBeGreaterThan(world.time.nowMs);
    await later(21_000)(world);
    const { copies } = await world.deliver(publish(2));
    expect(stateOf(copies[0])?.lastCode).toBe('order');
  });

  it('lets the records of a message go that wait for nothing', async () => {
    failures = 1;
    await world.deliver(publish(1));
    await second(world);
    const { copies } = await world.deliver(world.messages([leads('a@x.test', 'b@x.test')]));

    expect(taken).toEqual(['b@x.test undefined']);
    expect(JSON.parse(copies[0]?.body ?? '').body.input).toEqual([{ email: 'a@x.test' }]);
  });

  it('does not make a message older while it waits for its turn', async () => {
    failures = 1;
    const first = (await world.deliver(publish(1))).copies[0] as OutgoingMessage;
    failures = 1;
    const second_ = (await world.deliver(world.messages([serial('b@x.test', 1)]))).copies[0] as OutgoingMessage;
    const age = (copy: OutgoingMessage) => world.time.nowMs - (stateOf(copy)?.firstFailedMs ?? Number.NaN);
    // One message of both keys, that failed once, behind the first.
    const both = {
      ...second_,
      body: JSON.stringify({ path: '/rest/v1/leads.json', body: { input: [{ email: 'a@x.test' }] } }),
    };
    await later(30_000)(world);
    const before = age(both);
    const { copies } = await world.deliver([world.received(both)]);
    expect(copies[0]?.delaySeconds).toBeGreaterThan(1);
    await later((copies[0]?.delaySeconds ?? 0) * 1_000)(world);

    expect(stateOf(copies[0])?.lastCode).toBe('order');
    expect(age(copies[0] as OutgoingMessage)).toBeLessThan(before + 1_000);
    expect(first).toBeDefined();
  });

  it('waits when the marks cannot be read, and goes back unmarked, and says so, when they cannot be written', async () => {
    failures = 1;
    open({}, { read: () => Promise.reject(new Error('throttled')) });
    await world.deliver(publish(1));
    const { copies, calls } = await world.deliver(publish(2));
    expect(calls).toEqual([]);
    expect(stateOf(copies[0])?.lastCode).toBe('tableUnreachable');

    failures = 1;
    open({}, { change: async (changes: ReadonlyMap<number, MarkChange>) => new Set(changes.keys()) });
    const settled = await world.deliver(publish(1));
    expect(stateOf(settled.copies[0])?.markedUntilMs).toBeUndefined();
    expect(world.events).toContainEqual({ kind: 'orderGivenUp', reason: 'table', messages: 1 });
  });

  it('gives up the newest of more messages of one key than are marked', async () => {
    failures = 1;
    const values = Array.from({ length: DELIVERY_POLICY.maxMarksOfKey + 2 }, (_, index) => index);
    const { copies } = await world.deliver(publish(...values));

    const unmarked = copies.filter((copy) => stateOf(copy)?.markedUntilMs === undefined);
    expect(unmarked).toHaveLength(2);
    expect(unmarked).toEqual(copies.slice(-2));
    expect(world.events).toContainEqual({ kind: 'orderGivenUp', reason: 'bound', messages: 2 });
  });

  it('ends what was delivered once more where its marks cannot be ended', async () => {
    let isDown = false;
    const memory = createMemoryMarks({ nowMs: () => world.time.nowMs });
    failures = 1;
    open({}, { ...memory, change: async (changes) => (isDown ? new Set(changes.keys()) : memory.change(changes)) });
    const old = (await world.deliver(publish(1))).copies[0] as OutgoingMessage;
    isDown = true;
    const received = world.received(old);
    expect(await world.deliver([received])).toMatchObject({ unsettled: new Set([received.messageId]) });
  });

  it('is not kept where nobody asks for it', async () => {
    failures = 1;
    open({ orderMarks: 'none' });
    const { copies } = await world.deliver(publish(1));
    expect(stateOf(copies[0])?.markedUntilMs).toBeUndefined();
    await second(world);
    await world.deliver(publish(2));
    expect(taken).toEqual(['a@x.test 2']);
  });

  it('holds while Marketo is down: what came first goes first when it is back', async () => {
    let isDown = true;
    const model = marketo(() => (isDown ? page(503) : undefined));
    world = new World({ script: model.script });
    world.isDown = true;
    const waiting: OutgoingMessage[] = [];
    for (let value = 1; value <= 6; value++) {
      waiting.push(...(await world.deliver(publish(value))).copies);
      await second(world);
    }
    expect(waiting.map((copy) => (stateOf(copy)?.markedUntilMs ?? 0) > world.time.nowMs)).toEqual(Array(6).fill(true));
    // Longer than the mark of a message that fails by itself.
    await later(2 * 3_600_000)(world);
    isDown = false;
    world.isDown = false;
    for (let round = 0; waiting.length > 0 && round < 60; round++) {
      const last = waiting.pop() as OutgoingMessage;
      waiting.unshift(...(await world.deliver([world.received(last)])).copies);
      await later(20_000)(world);
    }
    expect(model.taken.map((one) => one.slice(-1))).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('keeps apart what a record finds its object by, and what it only sets', async () => {
    const byId = (id: number, value: number) => ({
      path: '/rest/v1/leads.json',
      body: { lookupField: 'id', action: 'updateOnly', input: [{ id, email: 'a@x.test', serial: value }] },
    });
    failures = 1;
    await world.deliver(world.messages([byId(1, 1)]));
    await second(world);
    await world.deliver(world.messages([byId(2, 2)]));
    expect(taken).toEqual(['a@x.test 2']);

    await second(world);
    const { calls } = await world.deliver(publish(3));
    expect(calls).toEqual([]);
  });

  it('does not let a refused record hold anything up', async () => {
    const model = marketo((call) =>
      call.input[0]?.serial === 1 ? done(call.input, () => skipped('1003')) : undefined,
    );
    world = new World({ script: model.script });
    const { letters } = await world.deliver(publish(1));
    expect(letters).toHaveLength(1);
    await world.deliver(publish(2));
    expect(model.taken).toEqual(['a@x.test 2']);
  });
});
