import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueAfterMs, nextBatch, RAMP_SECONDS } from '../../../lib/dead-letter/triage/order.ts';

interface Sent {
  readonly n: number;
  readonly keys: readonly string[];
}

describe('batches', () => {
  it('hold no key twice, leave nothing out, and keep the order of each key', () => {
    const letters = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }), { maxLength: 60 });
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 10 }), (lists, most) => {
        let waiting: readonly Sent[] = lists.map((keys, n) => ({ n, keys }));
        const sent: Sent[] = [];
        while (waiting.length > 0) {
          const { batch, left } = nextBatch(waiting, most);
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(most);
          const keys = batch.flatMap((one) => [...new Set(one.keys)]);
          expect(new Set(keys).size).toBe(keys.length);
          sent.push(...batch);
          waiting = left;
        }
        expect(sent.map(({ n }) => n).sort((one, other) => one - other)).toEqual([...lists.keys()]);
        for (const key of ['a', 'b', 'c', 'd']) {
          const order = sent.filter((one) => one.keys.includes(key)).map(({ n }) => n);
          expect(order).toEqual(order.toSorted((one, other) => one - other));
        }
      }),
    );
  });
});

describe('the pace', () => {
  it('begins at a tenth, and is whole after the ramp', () => {
    const rate = 100;
    const between = (sent: number): number => dueAfterMs(sent + 1, rate) - dueAfterMs(sent, rate);
    expect(dueAfterMs(0, rate)).toBe(0);
    expect(between(0)).toBeGreaterThan(80);
    expect(between(2_000)).toBeCloseTo(10);
  });

  it('never grows slower, nor jumps', () => {
    const dues = Array.from({ length: 2_000 }, (_, sent) => dueAfterMs(sent, 100));
    const gaps = dues.slice(1).map((due, index) => due - (dues[index] ?? 0));
    for (const [index, gap] of gaps.slice(1).entries()) expect(gap).toBeLessThanOrEqual((gaps[index] ?? 0) + 1e-6);
    expect(dues.filter((due) => due <= RAMP_SECONDS * 1_000)).toHaveLength(551);
  });
});
