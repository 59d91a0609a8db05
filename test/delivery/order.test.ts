import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelays } from '../../lib/delivery/settle/retry-delays.ts';
import { toWorkItems } from '../../lib/delivery/work-item.ts';
import { keyHash } from '../../lib/ledger/keys.ts';
import type { HttpReply } from '../../lib/marketo/http.ts';
import type { OutgoingMessage } from '../../lib/message/queue.ts';
import { runsOf } from '../support/runs-of.ts';
import { messageOf } from './fixtures.ts';
import { done, failed, json, LOST, leads, page, type SentCall, skipped, World } from './harness.ts';

const person = (key: number, serial: string) => ({ email: `${key}@x.test`, serial });
const sync = (input: readonly object[]) => ({ path: '/rest/v1/leads.json', body: { input } });

/** Records of a few people, each with its place in the queue; Marketo remembers in which order it took them. */
function createMarketo(troubles: ReadonlyMap<number, HttpReply | 'passing'>) {
  const effects = new Map<string, string[]>();
  let records = 0;
  const script = (call: SentCall): HttpReply => {
    const trouble = troubles.get(call.index);
    if (trouble !== undefined && trouble !== 'passing') return trouble;
    return done(call.input, ({ email, serial }) => {
      records += 1;
      if (trouble === 'passing' && records % 2 === 0) return skipped('1016');
      const own = effects.get(String(email)) ?? [];
      effects.set(String(email), [...own, String(serial)]);
      return { id: 1, status: 'updated' };
    });
  };
  return { script, effects };
}

const batch = fc
  .array(fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 15 })
  .map((all) =>
    all.map((keys, message) => keys.map((key, record) => person(key, String(message * 100 + record).padStart(5, '0')))),
  );
const troubles = fc
  .array(
    fc.tuple(
      fc.nat({ max: 25 }),
      fc.constantFrom<HttpReply | 'passing'>(
        'passing',
        'passing',
        page(502),
        failed('606'),
        failed('602'),
        failed('713'),
        LOST,
        json({ success: true, result: [] }),
      ),
    ),
    { maxLength: 8 },
  )
  .map((list) => new Map(list));

/** Later calls often answer first. */
const slow = (index: number): number => ((index * 7) % 5) * 900;

function keysIn(copy: OutgoingMessage): readonly string[] {
  return JSON.parse(copy.body).body.input.map(({ email }: { email: string }) => email);
}

describe('the order of one key', () => {
  it('is that of the queue, whatever fails and is tried again', async () => {
    await fc.assert(
      fc.asyncProperty(batch, troubles, fc.integer({ min: 1, max: 4 }), async (all, faults, slots) => {
        const marketo = createMarketo(faults);
        const world = new World({ script: marketo.script, limits: { slots }, retryMaxAttempts: 50, latencyMs: slow });
        await world.deliverAll(world.messages(all.map(sync)));
        expect(world.letters).toEqual([]);
        const expected = new Map<string, string[]>();
        for (const { email, serial } of all.flat()) expected.set(email, [...(expected.get(email) ?? []), serial]);
        expect(new Map([...marketo.effects].sort())).toEqual(new Map([...expected].sort()));
      }),
      { numRuns: runsOf(1_000), seed: 4 },
    );
  });

  it('brings copies back one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(batch, troubles, async (all, faults) => {
        const world = new World({ script: createMarketo(faults).script, retryMaxAttempts: 50 });
        await world.deliverAll(world.messages(all.map(sync)), undefined, ({ copies }) => {
          const last = new Map<string, number>();
          for (const copy of copies) {
            for (const key of new Set(keysIn(copy))) {
              expect(copy.delaySeconds).toBeGreaterThan(last.get(key) ?? -1);
              last.set(key, copy.delaySeconds);
            }
          }
        });
      }),
      { numRuns: runsOf(300), seed: 5 },
    );
  });

  it('has a second call wait for the reply of the first', async () => {
    const world = new World({ script: createMarketo(new Map()).script, latencyMs: 5_000 });
    const { calls } = await world.deliver(world.messages(['a', 'b', 'c'].map((serial) => sync([person(1, serial)]))));
    expect(calls.map((call) => call.input[0]?.serial)).toEqual(['a', 'b', 'c']);
    for (const [index, call] of calls.entries()) {
      expect(call.sentAtMs).toBeGreaterThanOrEqual(calls[index - 1]?.endedAtMs ?? 0);
    }
  });

  it('does not hold up other keys', async () => {
    const world = new World({ script: createMarketo(new Map()).script });
    const { calls } = await world.deliver(
      world.messages([sync([person(1, 'a')]), sync([person(1, 'b')]), sync([person(2, 'c')]), sync([person(3, 'd')])]),
    );
    expect(calls.map((call) => call.input.map(({ serial }) => serial))).toEqual([['a', 'c', 'd'], ['b']]);
  });

  it('waits for another worker that has the key in flight, and lets the neighbours go', async () => {
    const world = new World({ script: createMarketo(new Map()).script });
    const keys = [keyHash('lead:email:1@x.test')];
    const ask = { operation: 'syncLeads', keys, hasKeyless: false, callTimeoutMs: 100_000 };
    const [held] = await world.time.finish(world.deps.ledger.acquire([ask]));
    if (held?.kind !== 'granted') throw new Error('a permit is expected');
    const { permit } = held;
    const endedAtMs = world.time.nowMs + 3_000;
    const released = world.time
      .sleep(3_000)
      .then(() =>
        world.deps.ledger.release([{ permit, operation: ask.operation, outcome: 'success', counted: true, endedAtMs }]),
      );
    const { calls, copies } = await world.deliver(
      world.messages([sync([person(1, 'a')]), sync([person(2, 'b')]), sync([person(1, 'c')])]),
    );
    await world.time.finish(released);
    expect(copies).toEqual([]);
    expect(calls.map((call) => call.input.map(({ serial }) => serial))).toEqual([['b'], ['a'], ['c']]);
    expect(calls[1]?.sentAtMs).toBeGreaterThanOrEqual(endedAtMs);
  });

  it('reads e-mail addresses as Marketo does', async () => {
    const world = new World({ script: ({ input }) => done(input) });
    const { calls } = await world.deliver(world.messages([leads('Ann@X.test'), leads(' ann@x.test ')]));
    expect(calls).toHaveLength(2);
  });

  const update = (...records: readonly object[]) => ({
    path: '/rest/v1/leads.json',
    body: { action: 'updateOnly', lookupField: 'id', input: records },
  });

  it('keeps an update by id that sets an e-mail address apart from an upsert by that address', async () => {
    const world = new World({ script: ({ input }) => done(input), latencyMs: 5_000 });
    const renamed = update({ id: 7, email: 'New@x.test' });
    const { calls } = await world.deliver(
      world.messages([renamed, leads('new@x.test'), leads('other@x.test'), renamed]),
    );
    expect(calls.map(({ input }) => input.map(({ id, email }) => id ?? email))).toEqual([
      [7],
      ['other@x.test'],
      ['new@x.test'],
      [7],
    ]);
    const [first, , second, third] = calls;
    expect(second?.sentAtMs).toBeGreaterThanOrEqual(first?.endedAtMs ?? Number.POSITIVE_INFINITY);
    expect(third?.sentAtMs).toBeGreaterThanOrEqual(second?.endedAtMs ?? Number.POSITIVE_INFINITY);
  });

  it('lets 300 people with one address share a call when each is found by id, and return together', async () => {
    const world = new World({ script: ({ index, input }) => (index === 0 ? failed('606') : done(input)) });
    const bodies = Array.from({ length: 300 }, (_, id) => update({ id, email: 'shop@x.test' }));
    const { calls, copies } = await world.deliver(world.messages(bodies));
    expect(calls.map(({ input }) => input.length)).toEqual([300]);
    expect(Math.max(...copies.map(({ delaySeconds }) => delaySeconds))).toBeLessThanOrEqual(31);
    expect(copies).toHaveLength(300);
  });

  it('lets custom activities of one lead share a call, in the order of the queue', async () => {
    const activity = (leadId: number) => ({
      path: '/rest/v1/activities/external.json',
      body: { input: [{ leadId, activityTypeId: 1, primaryAttributeValue: 'x' }] },
    });
    const world = new World({ script: ({ input }) => done(input, () => ({ id: 1, status: 'added' })) });
    const { calls } = await world.deliver(world.messages([1, 2, 3, 1, 1].map(activity)));
    expect(calls.map((call) => call.input.map(({ leadId }) => leadId))).toEqual([[1, 2, 3, 1, 1]]);
  });
});

describe('the delays of copies', () => {
  type Entries = readonly (readonly [keys: readonly string[], delayMs: number])[];
  const returned = (entries: Entries) =>
    entries.map(([keys, delayMs], index) => {
      const message = messageOf(leads(...keys), `m${index}`);
      const again = { kind: 'requeue', reason: 'wait', code: 'x', delayMs } as const;
      return [message, toWorkItems(message).map((item) => [item, again] as const)] as const;
    });
  const delaysOf = (entries: Entries): readonly number[] => [...retryDelays(new Map(returned(entries))).values()];

  it.each<[string, Entries, readonly number[]]>([
    ['are rounded up', [[['a@x.test'], 1]], [1]],
    ['are none where none is asked for', [[['a@x.test'], 0]], [0]],
    [
      'are those of the slowest record',
      [
        [['a@x.test'], 5_000],
        [['b@x.test'], 1_000],
      ],
      [5, 1],
    ],
    [
      'grow along one key',
      [
        [['a@x.test'], 5_000],
        [['a@x.test'], 0],
        [['a@x.test'], 0],
      ],
      [5, 6, 7],
    ],
    [
      'grow along a chain of keys',
      [
        [['a@x.test'], 5_000],
        [['a@x.test', 'b@x.test'], 0],
        [['b@x.test'], 0],
      ],
      [5, 6, 7],
    ],
    [
      'stay longer where that is asked for',
      [
        [['a@x.test'], 5_000],
        [['a@x.test'], 30_000],
      ],
      [5, 30],
    ],
    [
      'leave room below the longest that SQS has',
      [
        [['a@x.test'], 2_000_000],
        [['b@x.test'], 1],
        [['a@x.test'], 0],
      ],
      [899, 1, 900],
    ],
  ])('%s', (_name, entries, expected) => {
    expect(delaysOf(entries)).toEqual(expected);
  });

  it('are of those messages only that return', () => {
    expect(retryDelays(new Map([[messageOf(leads('a@x.test'), 'm'), []]])).size).toBe(0);
  });

  it('never leave a line of followers in the wrong order, or beyond what SQS takes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }), fc.nat({ max: 1_500_000 })),
          {
            maxLength: 60,
          },
        ),
        (entries) => {
          const all = returned(
            entries.map(([keys, delayMs]) => [keys.map((key) => `${key}@x.test`), delayMs] as const),
          );
          const delays = retryDelays(new Map(all));
          const last = new Map<string, number>();
          for (const [message, items] of all) {
            const delay = delays.get(message) ?? -1;
            expect(Number.isInteger(delay) && delay >= 0 && delay <= 900).toBe(true);
            for (const key of items.flatMap(([item]) => item.keys)) {
              expect(delay).toBeGreaterThan(last.get(key) ?? -1);
              last.set(key, delay);
            }
          }
        },
      ),
      { numRuns: runsOf(1_000), seed: 4 },
    );
  });
});
