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

  it('takes two bytes a call beside the names', () => {
    const ended = Array.from({ length: 100 }, (_, index) => ({
      atMs: NOON_MS + 200 * index,
      worker: `w${index % 10}`,
    }));

    expect(encodeWindow(ended).length).toBe(3 + 10 * 3 + 6 + 200);
  });

  const workers = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ atMs: NOON_MS, worker: String(100 + index) }));
  const spanOf = (ms: number, count = 17) => [...workers(count), { atMs: NOON_MS + ms, worker: '100' }];
  const bytesOf = (ended: Parameters<typeof encodeWindow>[0]) => {
    expect(decodeWindow(encodeWindow(ended))).toEqual(ended);
    return encodeWindow(ended).length;
  };

  it('takes the shorter forms up to 16 or 255 workers and 65,535 ms, not beyond', () => {
    expect(bytesOf(workers(16))).toBe(3 + 16 * 4 + 6 + 16 * 2);
    expect(bytesOf(workers(17))).toBe(3 + 17 * 4 + 6 + 17 * 3);
    expect(bytesOf(workers(255))).toBe(3 + 255 * 4 + 6 + 255 * 3);
    expect(bytesOf(workers(256))).toBe(3 + 256 * 4 + 6 + 256 * 4);
    expect(bytesOf(spanOf(65_535))).toBe(3 + 17 * 4 + 6 + 18 * 3);
    expect(bytesOf(spanOf(65_536))).toBe(3 + 17 * 4 + 6 + 18 * 4);
  });

  it('takes four bytes more for a call that ended two seconds after the one before, or before it', () => {
    const steps = (...ms: number[]) => ms.map((after) => ({ atMs: NOON_MS + after, worker: 'a' }));

    expect(bytesOf(steps(0, 2_046))).toBe(3 + 2 + 6 + 2 * 2);
    expect(bytesOf(steps(0, 2_047))).toBe(3 + 2 + 6 + 2 * 2 + 4);
    expect(bytesOf(steps(2_046, 0))).toBe(3 + 2 + 6 + 2 * 2);
    expect(bytesOf(steps(2_047, 0))).toBe(3 + 2 + 6 + 2 * 2 + 4);
    expect(bytesOf(steps(2_049, 2_048, 0))).toBe(3 + 2 + 6 + 3 * 2 + 4);
    expect(bytesOf(steps(2_046, 1_000, 0, 2_046))).toBe(3 + 2 + 6 + 4 * 2);
  });

  it('reads the form of an older relay', () => {
    const older = Uint8Array.of(0, 0, 1, 1, 97, 1, 2, 3, 4, 5, 6, 0, 0, 7);

    expect(decodeWindow(older)).toEqual([{ atMs: 0x010203040506 + 7, worker: 'a' }]);
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
