import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../../lib/delivery/plan/plan.ts';
import { bytesAlone, groupOf } from '../../../lib/delivery/plan/request-group.ts';
import { type Call, messagesOf, toWorkItems, type WorkItem } from '../../../lib/delivery/work-item.ts';
import { toHttpRequest } from '../../../lib/marketo/http-request.ts';
import { MAX_BODY_BYTES } from '../../../lib/marketo/limits.ts';
import type { JsonObject } from '../../../lib/marketo/request.ts';
import type { Message } from '../../../lib/message/message.ts';
import { runsOf } from '../../support/runs-of.ts';
import { messageOf } from '../fixtures.ts';

const RUNS = { numRuns: runsOf(1_000), seed: 4 };
const NOTHING_BUSY: ReadonlySet<string> = new Set();
const SYNC = { path: '/rest/v1/leads.json', body: { input: [{ email: 'a@example.com' }] } };

/** Every call of every round, when each round's calls all end before the next is planned. */
function planAll(items: readonly WorkItem[]): readonly (readonly Call[])[] {
  const rounds: (readonly Call[])[] = [];
  for (let pending = items; pending.length > 0; ) {
    const { calls, later } = plan(pending, NOTHING_BUSY);
    if (calls.length === 0) throw new Error('no progress');
    rounds.push(calls);
    pending = later;
  }
  return rounds;
}

function sentBytes(call: Call): number {
  return Buffer.byteLength(toHttpRequest('https://x.mktorest.com', call.request).body ?? '');
}

/** Items of one message, with sizes of the test's choosing and no keys: the planner looks at nothing else. */
function sized(message: Message, sizes: readonly number[]): readonly WorkItem[] {
  const [record] = message.records ?? [];
  if (record === undefined) throw new Error('a message with records is needed');
  return sizes.map((bytes) => ({ message, record, keys: [], setKeys: [], bytes }));
}

function fewest(items: readonly WorkItem[]): number {
  const [first] = items;
  if (first === undefined) return 0;
  const room = MAX_BODY_BYTES - groupOf(first.message).frameBytes + 1;
  const bytes = items.reduce((sum, item) => sum + item.bytes + 1, 0);
  return Math.max(Math.ceil(items.length / 300), Math.ceil(bytes / room));
}

interface Kind {
  readonly path: string;
  readonly extra: JsonObject;
  readonly record: (key: number) => JsonObject;
}

const ENDPOINTS: readonly [Kind, ...Kind[]] = [
  {
    path: '/rest/v1/leads.json',
    extra: { action: 'createOrUpdate' },
    record: (key: number) => ({ email: `${key}@x.test` }),
  },
  {
    path: '/rest/v1/leads.json',
    extra: { action: 'updateOnly', lookupField: 'id' },
    record: (key: number) => ({ id: key }),
  },
  {
    path: '/rest/v1/leads.json',
    extra: { action: 'updateOnly', lookupField: 'id' },
    record: (key: number) => ({ id: key, email: `${key % 5}@x.test` }),
  },
  { path: '/rest/v1/lists/7/leads.json', extra: {}, record: (key: number) => ({ id: key }) },
  { path: '/rest/v1/lists/8/leads.json', extra: {}, record: (key: number) => ({ id: key }) },
  { path: '/rest/v1/customobjects/car.json', extra: {}, record: (key: number) => ({ vin: `v${key}` }) },
  {
    path: '/rest/v1/activities/external.json',
    extra: {},
    record: (key: number) => ({ leadId: key, activityTypeId: 1 }),
  },
];

const body = fc
  .record({
    endpoint: fc.nat({ max: ENDPOINTS.length - 1 }),
    keys: fc.array(fc.nat({ max: 25 }), { minLength: 1, maxLength: 6 }),
    shareAtMost: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 4 }),
  })
  .map(({ endpoint, keys, shareAtMost }) => {
    const { path, extra, record } = ENDPOINTS[endpoint] ?? ENDPOINTS[0];
    return { body: { path, body: { ...extra, input: keys.map((key) => record(key)) } }, shareAtMost };
  });
const alone = fc.constantFrom(
  { path: '/rest/v1/leads/5/merge.json', method: 'POST', query: { leadId: 6 } },
  { path: '/rest/v1/campaigns/3/trigger.json', body: { input: { leads: [{ id: 1 }] } } },
  { path: '/rest/asset/v1/folders.json', form: { name: 'x' } },
  { path: '/rest/v1/leads/submitForm.json', body: { formId: 1, input: [{ leadFormFields: { email: 'a@x.test' } }] } },
  { path: '/rest/v1/something/new.json', body: { input: [{ a: 1 }] } },
);
const several = fc.uniqueArray(fc.nat({ max: 25 }), { minLength: 2, maxLength: 5 }).map((keys) => ({
  path: '/rest/v1/leads/push.json',
  body: { programName: 'p', input: keys.map((key) => ({ email: `${key}@x.test` })) },
}));
const messages = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: body },
      { weight: 1, arbitrary: fc.oneof(several, alone).map((one) => ({ body: one, shareAtMost: undefined })) },
    ),
    {
      maxLength: 40,
    },
  )
  .map((all) =>
    all.map((one, index) =>
      messageOf(one.body, `m${index}`, one.shareAtMost === undefined ? undefined : { shareAtMost: one.shareAtMost }),
    ),
  );

describe('plan', () => {
  it('loses nothing, doubles nothing, and keeps every limit', () => {
    fc.assert(
      fc.property(messages, (all) => {
        const items = all.flatMap(toWorkItems);
        const calls = planAll(items).flat();
        const planned = calls.flatMap((call) => call.items);
        expect(planned).toHaveLength(items.length);
        expect(new Set(planned)).toEqual(new Set(items));
        for (const call of calls) {
          const [first] = call.items;
          expect(call.items.length).toBeLessThanOrEqual(first?.message.endpoint.recordLimit ?? 1);
          const shares = call.items.flatMap((item) => item.message.state.shareAtMost ?? []);
          expect(messagesOf(call.items).length).toBeLessThanOrEqual(Math.min(...shares, Number.POSITIVE_INFINITY));
          expect(sentBytes(call)).toBeLessThanOrEqual(MAX_BODY_BYTES);
        }
      }),
      RUNS,
    );
  });

  it('puts only requests into one call that differ in their records alone', () => {
    fc.assert(
      fc.property(messages, (all) => {
        for (const { items, request } of planAll(all.flatMap(toWorkItems)).flat()) {
          const { input, ...rest } = request.body ?? {};
          if (items[0]?.record !== undefined) expect(input).toEqual(items.map((item) => item.record?.value));
          for (const { message, record } of items) {
            if (record === undefined) expect(items).toHaveLength(1);
            const { input: own, ...own_rest } = message.request.body ?? {};
            expect([message.request.method, message.request.path, message.request.query, own_rest]).toEqual([
              request.method,
              request.path,
              request.query,
              rest,
            ]);
          }
        }
      }),
      RUNS,
    );
  });

  it('keeps the order of the queue for each key, and has one in two items of a round only where both set it, in one call', () => {
    fc.assert(
      fc.property(messages, (all) => {
        const items = all.flatMap(toWorkItems);
        const place = new Map(items.map((item, index) => [item, index]));
        const lastOf = new Map<string, number>();
        for (const calls of planAll(items)) {
          const inRound = calls.flatMap((call) => [
            ...new Set(call.items.flatMap((item) => item.setKeys)),
            ...call.items.flatMap((item) => item.keys.filter((key) => !item.setKeys.includes(key))),
          ]);
          expect(new Set(inRound).size).toBe(inRound.length);
          for (const item of calls.flatMap((call) => call.items)) {
            const index = place.get(item) ?? -1;
            for (const key of item.keys) {
              expect(index).toBeGreaterThan(lastOf.get(key) ?? -1);
              lastOf.set(key, index);
            }
          }
        }
      }),
      RUNS,
    );
  });

  it('plans nothing whose key is under way, nor what comes after it', () => {
    fc.assert(
      fc.property(messages, fc.nat({ max: 25 }), (all, key) => {
        const busy = new Set([`lead:email:${key}@x.test`, `lead:id:${key}`]);
        const { calls, later } = plan(all.flatMap(toWorkItems), busy);
        expect(calls.flatMap((call) => call.items).some((item) => item.keys.some((one) => busy.has(one)))).toBe(false);
        for (const item of later) expect(item.keys.length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it('takes at most 1.02 times the fewest possible calls, and one, for records of up to 20 KB', () => {
    const message = messageOf(SYNC, 'm');
    const sizes = fc
      .record({
        least: fc.integer({ min: 20, max: 10_000 }),
        spread: fc.integer({ min: 0, max: 10_000 }),
        count: fc.integer({ min: 1, max: 1_500 }),
        seed: fc.integer(),
      })
      .map(({ least, spread, count, seed }) =>
        Array.from(
          { length: count },
          (_, index) => least + ((Math.imul(seed + index, 2_654_435_761) >>> 0) % (spread + 1)),
        ),
      );
    fc.assert(
      fc.property(sizes, (all) => {
        const items = sized(message, all);
        expect(plan(items, NOTHING_BUSY).calls.length).toBeLessThanOrEqual(1.02 * fewest(items) + 1);
      }),
      RUNS,
    );
  });

  it.each([
    [1.02, 300],
    [1.02, 1_500],
    [1.02, 3_000],
    // Where 300 records weigh just 1 MB, both limits are nearly filled at once.
    [1.03, 3_300],
    [1.02, 3_500],
    [1.02, 5_000],
    [1.02, 10_000],
  ])('takes at most %f times the fewest possible calls for a backlog of records of about %i bytes', (most, mean) => {
    const message = messageOf(SYNC, 'm');
    const items = sized(
      message,
      Array.from({ length: 30_000 }, (_, index) => 100 + ((Math.imul(index, 2_654_435_761) >>> 0) % (2 * mean - 200))),
    );
    const calls = plan(items, NOTHING_BUSY).calls.length;
    expect(calls / fewest(items)).toBeLessThanOrEqual(most);
  });

  it('fills calls to the record limit exactly where bytes do not matter', () => {
    const message = messageOf(SYNC, 'm');
    const { calls } = plan(sized(message, Array<number>(1_000).fill(100)), NOTHING_BUSY);
    expect(calls.map((call) => call.items.length)).toEqual([300, 300, 300, 100]);
  });

  it('puts a small record into a call left open before, while it is one of the last sixteen', () => {
    const message = messageOf(SYNC, 'm');
    const counts = (sizes: readonly number[]): readonly number[] =>
      plan(sized(message, sizes), NOTHING_BUSY).calls.map((call) => call.items.length);

    expect(counts([990_000, ...Array<number>(20).fill(20_000), 100])).toEqual([2, 20]);
    expect(counts([...Array<number>(16).fill(900_000), 100])).toEqual([2, ...Array<number>(15).fill(1)]);
    expect(counts([...Array<number>(17).fill(900_000), 100])).toEqual([1, 2, ...Array<number>(15).fill(1)]);
  });

  it('shares a call whatever the order of the members of a request', () => {
    const input = (email: string) => [{ email }];
    const one = { path: SYNC.path, body: { lookupField: 'email', action: 'updateOnly', input: input('a@x.test') } };
    const other = { path: SYNC.path, body: { action: 'updateOnly', input: input('b@x.test'), lookupField: 'email' } };
    const nameOf = (body: object): string => groupOf(messageOf(body, 'm')).name;

    expect(nameOf(one)).toBe(nameOf(other));
    expect(nameOf({ ...one, body: { ...one.body, action: 'createOnly' } })).not.toBe(nameOf(other));
    expect(
      plan(
        [one, other].flatMap((body) => toWorkItems(messageOf(body, 'm'))),
        NOTHING_BUSY,
      ).calls,
    ).toHaveLength(1);
  });

  it('fills a call to the last byte of 1 MB as sent, in UTF-8, and not one further', () => {
    const frame = bytesAlone({ ...(toWorkItems(messageOf(SYNC, 'x'))[0] as WorkItem), bytes: 0 });
    const record = (bytes: number, index: number) => {
      const bare = Buffer.byteLength(JSON.stringify({ email: `${index}@x.test`, n: '' }));
      const umlauts = 'ä'.repeat(Math.floor((bytes - bare) / 2));
      return { email: `${index}@x.test`, n: umlauts + 'x'.repeat(bytes - bare - 2 * umlauts.length) };
    };
    const room = MAX_BODY_BYTES - frame;
    const last = room - 3 * (250_000 + 1);
    const plannedWith = (bytes: number): readonly Call[] => {
      const input = [250_000, 250_000, 250_000, bytes].map(record);
      const all = input.map((one, index) => messageOf({ path: SYNC.path, body: { input: [one] } }, `m${index}`));
      return plan(all.flatMap(toWorkItems), NOTHING_BUSY).calls;
    };
    expect(plannedWith(last).map(sentBytes)).toEqual([MAX_BODY_BYTES]);
    expect(plannedWith(last + 1)).toHaveLength(2);
  });

  it('knows the bytes of every call, exactly but for the only records of small messages, which have no more', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((one) => !one.includes('\uFFFD'));
    const people = fc.array(fc.record({ email: text, name: text, age: fc.double() }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(people, { minLength: 1, maxLength: 5 }), (all) => {
        const items = all.flatMap((input, index) =>
          toWorkItems(messageOf({ path: SYNC.path, body: { lookupField: 'sfdcId', input } }, `m${index}`)),
        );
        const { calls } = plan(items, NOTHING_BUSY);
        const [call] = calls;
        const [first] = items;
        if (call === undefined || first === undefined) throw new Error('a call is expected');
        const expected = groupOf(first.message).frameBytes + items.reduce((sum, item) => sum + item.bytes + 1, 0) - 1;
        const around = all.reduce((sum, input, index) => {
          const isOnly = input.length === 1;
          const own = Buffer.byteLength(JSON.stringify(input[0]));
          return (
            sum + (isOnly ? (items.find(({ message }) => message.state.relayId === `m${index}`)?.bytes ?? 0) - own : 0)
          );
        }, 0);
        expect(around).toBeGreaterThanOrEqual(0);
        expect(sentBytes(call)).toBe(expected - around);
      }),
      { numRuns: runsOf(300), seed: 4 },
    );
  });

  it('measures the only record of a message where the message is large, or a number may become longer', () => {
    const bytesOf = (record: object): number =>
      toWorkItems(messageOf({ path: SYNC.path, body: { input: [record] } }, 'm'))[0]?.bytes ?? 0;
    for (const record of [{ score: 1e21 }, { email: `${'x'.repeat(3_000)}@x.test` }]) {
      expect(bytesOf(record)).toBe(Buffer.byteLength(JSON.stringify(record)));
    }
    const small = { email: 'a@x.test' };
    expect(bytesOf(small)).toBeGreaterThan(Buffer.byteLength(JSON.stringify(small)));
  });

  it('is linear: 20,000 single-lead messages take milliseconds', () => {
    const items = Array.from({ length: 20_000 }, (_, index) =>
      toWorkItems(messageOf({ path: SYNC.path, body: { input: [{ email: `${index}@x.test` }] } }, `m${index}`)),
    ).flat();
    const runs = Array.from({ length: 3 }, () => {
      const startedMs = performance.now();
      plan(items, NOTHING_BUSY);
      return performance.now() - startedMs;
    });
    // Some 20 ms; looking at every pair would take seconds. The best of three, because the machine is shared.
    expect(Math.min(...runs)).toBeLessThan(500);
  });
});
