import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWindow, encodeWindow } from '../../lib/aws/ledger-window-codec.ts';
import { NOON_MS } from '../ledger/support/builders.ts';
import { RUNS } from '../ledger/support/runs.ts';

const call = (workers: number, spanMs: number) =>
  fc.record({
    atMs: fc.integer({ min: NOON_MS, max: NOON_MS + spanMs }),
    worker: fc.nat(workers - 1).map((index) => `w${index.toString(36)}`),
  });

describe('the window codec', () => {
  it('gives back what it was given, in order', () => {
    fc.assert(
      fc.property(fc.array(call(10, 40_000), { maxLength: 120 }), (ended) => {
        expect(decodeWindow(encodeWindow(ended))).toEqual(ended);
      }),
      RUNS,
    );
  });

  it('gives back windows of many workers and of five minutes', () => {
    fc.assert(
      fc.property(fc.array(call(600, 300_000), { minLength: 300, maxLength: 700 }), (ended) => {
        expect(decodeWindow(encodeWindow(ended))).toEqual(ended);
      }),
      { ...RUNS, numRuns: 50 },
    );
  });

  it('takes three bytes a call beside the names', () => {
    const ended = Array.from({ length: 100 }, (_, index) => ({
      atMs: NOON_MS + 200 * index,
      worker: `w${index % 10}`,
    }));

    expect(encodeWindow(ended).length).toBe(3 + 10 * 3 + 6 + 300);
  });

  it('takes the shorter form up to 255 workers and 65,535 ms, not beyond', () => {
    const workers = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ atMs: NOON_MS, worker: String(100 + index) }));
    const span = (ms: number) => [NOON_MS, NOON_MS + ms].map((atMs) => ({ atMs, worker: 'a' }));

    expect(encodeWindow(workers(255)).length).toBe(3 + 255 * 4 + 6 + 255 * 3);
    expect(encodeWindow(workers(256)).length).toBe(3 + 256 * 4 + 6 + 256 * 4);
    expect(encodeWindow(span(65_535)).length).toBe(3 + 2 + 6 + 2 * 3);
    expect(encodeWindow(span(65_536)).length).toBe(3 + 2 + 6 + 2 * 4);
  });

  it('never makes a call older, even beyond its span', () => {
    const ended = [
      { atMs: NOON_MS - 30_000_000, worker: 'a' },
      { atMs: NOON_MS, worker: 'b' },
    ];

    const [old, young] = decodeWindow(encodeWindow(ended));

    expect(old?.atMs).toBeGreaterThanOrEqual(NOON_MS - 30_000_000);
    expect(young).toEqual(ended[1]);
  });

  it('reads an empty window', () => {
    expect(decodeWindow(encodeWindow([]))).toEqual([]);
  });
});
