import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKnownKinds } from '../../../lib/delivery/plan/known-kinds.ts';
import type { Fault } from '../../../lib/delivery/plan/trait.ts';
import { toWorkItems, type WorkItem } from '../../../lib/delivery/work-item.ts';
import { runsOf } from '../../support/runs-of.ts';
import { messageOf } from '../fixtures.ts';
import { type Isolated, isolateAll } from './isolating.ts';

const MOST = 300;
/** Every so many places are enough where the place does not matter. */
const SOME = 7;
const ITEMS: readonly WorkItem[] = Array.from({ length: MOST }, (_, index) => {
  const record = { email: `${index}@x.test`, score: `s${index}`, country: index % 3 === 0 ? 'US' : 'NZ', crm: 'yes' };
  return messageOf({ path: '/rest/v1/leads.json', body: { lookupField: 'email', input: [record] } }, `m${index}`);
}).flatMap((message) => toWorkItems(message));

const valueIn = (item: WorkItem | undefined, field: string): string => String(item?.record?.value[field]);
type Says = (culprits: readonly WorkItem[], items: readonly WorkItem[]) => Fault;

const SAYS = {
  nothing: () => ({ code: '609', text: 'Invalid JSON' }),
  'the field': () => ({ code: '1003', text: "Invalid value for field 'score'" }),
  'field and value': ([first]) => ({
    code: '1003',
    text: `Invalid value for field 'score' and value '${valueIn(first, 'score')}'`,
  }),
  'a value in brackets': ([first]) => ({ code: '1003', text: `Lead [${valueIn(first, 'email')}] is wrong` }),
  'the place': ([first], items) => ({
    code: '609',
    text: `Malformed entry at index ${first ? items.indexOf(first) : 0}`,
  }),
  'a value that many have': () => ({ code: '1003', text: "Invalid value 'US' for field 'country'" }),
  'the value of a neighbour': (culprits, items) => ({
    code: '1003',
    text: `Invalid value '${valueIn(items.find((item) => !culprits.includes(item)) ?? items[0], 'score')}'`,
  }),
  'a field that all have': () => ({ code: '1006', text: "Field 'crm' is not valid" }),
} as const satisfies Record<string, Says>;
const HELPFUL = ['field and value', 'a value in brackets', 'the place'] as const;

function run(count: number, bad: ReadonlySet<number>, says: Says): Isolated {
  const culprits = new Set([...bad].map((index) => ITEMS[index]));
  return isolateAll(ITEMS.slice(0, count), (item) => culprits.has(item), says);
}

const scene = fc.integer({ min: 2, max: 70 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    bad: fc
      .oneof(
        fc.uniqueArray(fc.nat({ max: count - 1 }), { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(fc.nat({ max: count - 1 }), { minLength: 1, maxLength: count }),
      )
      .map((places) => new Set(places)),
    says: fc.constantFrom(...Object.values<Says>(SAYS)),
  }),
);
/** The calls for one culprit, at every place or at every so many. */
const lone = (says: Says, step = 1): readonly number[] =>
  ITEMS.flatMap((_, index) => (index % step === 0 ? [run(MOST, new Set([index]), says).calls.length] : []));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('isolation', () => {
  it('ends with each culprit dead by a call of its own and all others delivered, whatever Marketo says', () => {
    const property = fc.property(scene, ({ count, bad, says }) => {
      const { passed, dead, calls, proven } = run(count, bad, says);
      const places = (items: readonly WorkItem[]): readonly number[] => items.map((item) => ITEMS.indexOf(item));
      expect(new Set(places(dead))).toEqual(bad);
      expect([dead.length, dead.length + passed.length, proven]).toEqual([bad.size, count, []]);
      for (const item of dead) expect(calls).toContainEqual([item]);
    });
    fc.assert(property, { numRuns: runsOf(500), seed: 15 });
  });

  it('loses nobody where a call has two wrong fields or more', () => {
    const names = fc.array(fc.constantFrom('none', 'wrong', 'lost', 'gone'), { minLength: 2, maxLength: 30 });
    const property = fc.property(names, (fields) => {
      const items = fields.flatMap((field, index) => {
        const record = { email: `${index}@x.test`, ...(field !== 'none' && { [`${field}Field`]: 'x' }) };
        return toWorkItems(messageOf({ path: '/rest/v1/leads.json', body: { input: [record] } }, `m${index}`));
      });
      const wrongIn = (item: WorkItem): readonly string[] =>
        Object.keys(item.record?.value ?? {}).filter((name) => name.endsWith('Field'));
      const isCulprit = (item: WorkItem): boolean => wrongIn(item).length > 0;
      fc.pre(items.some(isCulprit));
      const says: Says = ([first]) => ({ code: '1006', text: `Field '${first && wrongIn(first)[0]}' not found` });

      const { passed, dead } = isolateAll(items, isCulprit, says);

      expect(new Set(dead)).toEqual(new Set(items.filter(isCulprit)));
      expect(dead.length + passed.length).toBe(items.length);
    });
    fc.assert(property, { numRuns: runsOf(300), seed: 17 });
  });

  it('costs at most 2 b (1 + log2(n / b)) + 2 calls for b culprits among n, and two more where hints mislead', () => {
    const property = fc.property(scene, ({ count, bad, says }) => {
      const most = 2 * bad.size * (1 + Math.log2(count / bad.size)) + (bad.size > 1 ? 2 : 1);
      const mayMislead = says !== SAYS.nothing && !HELPFUL.some((name) => SAYS[name] === says);
      expect(run(count, bad, says).calls.length).toBeLessThanOrEqual(most + (mayMislead ? 2 : 0));
    });
    fc.assert(property, { numRuns: runsOf(500), seed: 16 });
  });

  it.each(HELPFUL)('costs three calls for a lone culprit among 300 when Marketo names %s', (what) => {
    expect(new Set(lone(SAYS[what], SOME))).toEqual(new Set([3]));
  });

  it('costs 12 calls at most and 10.8 on average for a lone culprit among 300 of whom Marketo says nothing', () => {
    const calls = lone(SAYS.nothing);
    expect(Math.max(...calls)).toBe(12);
    expect(mean(calls)).toBeCloseTo(10.8, 1);
  });

  it.each(['the value of a neighbour', 'a value that many have', 'a field that all have'] as const)(
    'costs two calls more at most when Marketo names %s',
    (what) => {
      const [silent, misled] = [lone(SAYS.nothing, SOME), lone(SAYS[what], SOME)];
      expect(Math.max(...misled)).toBeLessThanOrEqual(Math.max(...silent) + 2);
      expect(mean(misled)).toBeLessThanOrEqual(mean(silent) + 2);
    },
  );

  it.each(Object.keys(SAYS) as (keyof typeof SAYS)[])(
    'costs 1.05 calls a culprit when all 300 are bad and Marketo names %s',
    (what) => {
      const all = new Set(ITEMS.keys());
      expect(run(MOST, all, SAYS[what]).calls.length).toBeLessThanOrEqual(1.05 * MOST);
    },
  );

  it('never trusts a kind again that somebody with it has disproved', () => {
    const kinds = createKnownKinds();
    const [first] = ITEMS;
    if (first === undefined) throw new Error('an item is needed');
    isolateAll(ITEMS, (item) => item === first, SAYS['a value that many have'], kinds);
    expect(kinds.shownBy(ITEMS).size).toBe(0);
  });
});
