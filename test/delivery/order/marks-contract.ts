import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Mark, OrderMarks } from '../../../lib/delivery/order/order-marks.ts';
import type { Clock } from '../../../lib/ports.ts';

const START_MS = Date.parse('2027-01-01T00:00:00Z');

interface MarksUnderTest {
  create(clock: Clock): OrderMarks;
  close?(): Promise<void>;
}

/** What every implementation must do; the same tests run on all of them. */
function describeMarks(name: string, open: () => Promise<MarksUnderTest>): void {
  describe(name, () => {
    let under: MarksUnderTest;
    let nowMs: number;
    let marks: OrderMarks;
    let base = 0;
    beforeAll(async () => {
      under = await open();
    }, 60_000);
    afterAll(async () => under?.close?.());
    beforeEach(() => {
      nowMs = START_MS;
      marks = under.create({ nowMs: () => nowMs, sleep: async () => {} });
      // Keys of its own for each test.
      base += 1_000;
    });

    const markOf = (id: string, change: Partial<Mark> = {}): Mark => ({
      id,
      publishedAtMs: START_MS - 5_000,
      place: 0,
      untilMs: START_MS + 60_000,
      dueMs: START_MS + 5_000,
      isSet: false,
      ...change,
    });
    const put = (key: number, ...these: readonly Mark[]) => marks.change(new Map([[key, { put: these, remove: [] }]]));

    it('has no marks of a key that nobody marked', async () => {
      expect(await marks.read([base + 1])).toEqual(new Map());
      expect(await marks.read([])).toEqual(new Map());
    });

    it('gives back what was written, by key', async () => {
      const [one, other] = [markOf('a', { place: 7, isSet: true }), markOf('b', { publishedAtMs: START_MS + 1 })];
      const failed = await marks.change(
        new Map([
          [base + 1, { put: [one, other], remove: [] }],
          [base + 2, { put: [other], remove: [] }],
        ]),
      );

      expect(failed).toEqual(new Set());
      const found = await marks.read([base + 1, base + 2, base + 3]);
      expect([...found.keys()].sort()).toEqual([base + 1, base + 2]);
      expect(new Set(found.get(base + 1))).toEqual(new Set([one, other]));
      expect(found.get(base + 2)).toEqual([other]);
    });

    it('keeps the marks of others, whoever writes or removes', async () => {
      await put(base + 1, markOf('a'));
      await put(base + 1, markOf('b'));
      await marks.change(new Map([[base + 1, { put: [markOf('c')], remove: ['a'] }]]));

      expect(
        (await marks.read([base + 1]))
          .get(base + 1)
          ?.map(({ id }) => id)
          .sort(),
      ).toEqual(['b', 'c']);
    });

    it('lets a mark take the place of the one before it', async () => {
      await put(base + 1, markOf('a', { untilMs: START_MS + 1_000 }));
      await put(base + 1, markOf('a', { untilMs: START_MS + 9_000 }));

      expect((await marks.read([base + 1])).get(base + 1)).toEqual([markOf('a', { untilMs: START_MS + 9_000 })]);
    });

    it('removes what is not there without complaint', async () => {
      expect(await marks.change(new Map([[base + 1, { put: [], remove: ['a'] }]]))).toEqual(new Set());
      expect(await marks.read([base + 1])).toEqual(new Map());
    });

    it('leaves out what has expired', async () => {
      await put(base + 1, markOf('a', { untilMs: START_MS + 1_000 }), markOf('b'));
      nowMs += 1_000;

      expect((await marks.read([base + 1])).get(base + 1)?.map(({ id }) => id)).toEqual(['b']);
    });

    it('reads and writes several hundred keys at once', async () => {
      const keys = Array.from({ length: 250 }, (_, index) => base + index);
      await marks.change(new Map(keys.map((key) => [key, { put: [markOf('a')], remove: [] }])));

      expect((await marks.read(keys)).size).toBe(250);
    });
  });
}

export { describeMarks, START_MS };
