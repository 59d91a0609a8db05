import { describe, expect, it } from 'vitest';
import { figuresOf, type Load } from '../../bench/rate/figures.ts';
import { runInVirtualTime } from '../../bench/rate/virtual-time.ts';

const LOAD: Load = {
  windowCalls: 100,
  windowMs: 20_000,
  slots: 10,
  workers: 10,
  atOnce: 1,
  latencyMs: [200, 450],
  seconds: 900,
  seed: 1,
};

describe('the rate under saturation, with clocks half a second apart', () => {
  it.each<[string, number, Partial<Load>]>([
    ['ten workers of one call each', 98, {}],
    ["ten workers of one call each, with Adobe's advised limits", 98, { windowCalls: 50, slots: 5 }],
    ['ten workers of four calls each', 98, { atOnce: 4 }],
    ['fifty workers of one call each', 98, { workers: 50, seconds: 300 }],
    // Few looks at the item, looser bounds of the clocks.
    ['three workers of ten calls each', 97.5, { workers: 3, atOnce: 10 }],
  ])('for %s is at least %d hundredths of the limit, and never over it', async (name, least, change) => {
    const load = { ...LOAD, ...change };

    const figures = figuresOf(load, await runInVirtualTime(load));

    const percent = 100 * figures.shareOfLimit;
    process.stdout.write(`${name}: ${percent.toFixed(2)} %, ${figures.writesPerCall.toFixed(2)} writes a call\n`);
    expect(percent).toBeGreaterThanOrEqual(least);
    expect(figures.worstWindow).toBeLessThanOrEqual(load.windowCalls);
    expect(figures.worstSlots).toBeLessThanOrEqual(load.slots);
  });
});
