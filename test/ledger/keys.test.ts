import { describe, expect, it } from 'vitest';
import { keyHash, withinKeyBits } from '../../lib/ledger/keys.ts';

describe('keyHash', () => {
  it('is the same 30 bits for the same key everywhere', () => {
    expect(keyHash('email:a@example.com')).toBe(keyHash('email:a@example.com'));
    expect(keyHash('')).toBe(0x23b0c442);
  });

  it('is part of the hash that older relays wrote', () => {
    // The first 32 bits of SHA-256 of nothing.
    expect(withinKeyBits(0xe3b0c442)).toBe(keyHash(''));
    expect(withinKeyBits(0xffffffff)).toBe(0x3fffffff);
  });

  it('tells keys apart', () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => keyHash(`email:${index}@example.com`));

    expect(new Set(keys).size).toBe(1_000);
  });
});
