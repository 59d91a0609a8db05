import { describe, expect, it } from 'vitest';
import { keyHash } from '../../lib/ledger/keys.ts';

describe('keyHash', () => {
  it('is the same 32 bits for the same key everywhere', () => {
    expect(keyHash('email:a@example.com')).toBe(keyHash('email:a@example.com'));
    expect(keyHash('')).toBe(0xe3b0c442);
  });

  it('tells keys apart', () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => keyHash(`email:${index}@example.com`));

    expect(new Set(keys).size).toBe(1_000);
  });
});
