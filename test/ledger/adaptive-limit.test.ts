import { describe, expect, it } from 'vitest';
import { effectiveLimit, lowered } from '../../lib/ledger/adaptive-limit.ts';

const AT = 1_000_000;
const WINDOW = 20_000;

describe('a learned limit', () => {
  it('is three quarters of what was in use', () => {
    expect(lowered(undefined, 40, 100, AT - 500, AT)).toEqual({ limit: 30, atMs: AT });
  });

  it('is never above the limit nor below one', () => {
    expect(lowered(undefined, 400, 100, AT - 500, AT).limit).toBe(75);
    expect(lowered(undefined, 0, 100, AT - 500, AT).limit).toBe(1);
  });

  it('takes one lesson for all calls that were already on their way', () => {
    const first = lowered(undefined, 100, 100, AT - 500, AT);

    expect(lowered(first, 100, 100, AT - 100, AT + 200)).toBe(first);
    expect(lowered(first, 100, 100, AT, AT + 200)).toBe(first);
    expect(lowered(first, 70, 100, AT + 100, AT + 600).limit).toBe(52);
  });

  it('recovers by a twentieth of the limit with each window, to the limit and no further', () => {
    const learned = { limit: 30, atMs: AT };

    const limits = [0, 1, 4, 14, 100].map((windows) => effectiveLimit(100, learned, AT + windows * WINDOW, WINDOW));

    expect(limits).toEqual([30, 35, 50, 100, 100]);
  });

  it('recovers by one at least', () => {
    expect(effectiveLimit(5, { limit: 1, atMs: AT }, AT + 2 * WINDOW, WINDOW)).toBe(3);
  });

  it('does not sink for a reader whose clock is behind', () => {
    expect(effectiveLimit(100, { limit: 30, atMs: AT }, AT - 400, WINDOW)).toBe(30);
  });
});
