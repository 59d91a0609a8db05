import { KEY_BITS } from '../ledger/keys.ts';

/**
 * The key hashes of a slot, sorted, as the differences from one to the next in Rice's code: 300 of 30 bits take 3 bytes each, and no
 * code takes less than 2.9. Every write of the ledger costs by the size of the whole item, and most of that are hashes.
 *
 *     remainder bits: u8
 *     each key:       a one for each 2^remainder bits of the difference, a zero, the remainder; then ones to the next byte
 */
function encodeKeys(keys: readonly number[]): Buffer {
  if (keys.length === 0) return Buffer.alloc(0);
  const sorted = Uint32Array.from(keys).sort();
  const width = remainderBits(sorted.length);
  const bits = createBitWriter();
  let before = 0;
  for (const key of sorted) {
    const difference = key - before;
    for (let ones = Math.floor(difference / 2 ** width); ones > 0; ones--) bits.put(1, 1);
    bits.put(0, 1);
    bits.put(difference % 2 ** width, width);
    before = key;
  }
  return Buffer.concat([Buffer.of(width), bits.bytes()]);
}

function decodeKeys(bytes: Uint8Array): readonly number[] {
  const keys: number[] = [];
  const width = bytes[0] ?? 0;
  let at = 8;
  const ends = 8 * bytes.length;
  const bit = (): number => ((bytes[at >> 3] ?? 0) >> (7 - (at++ & 7))) & 1;
  let before = 0;
  for (;;) {
    let ones = 0;
    while (at < ends && bit() === 1) ones += 1;
    // What is left has no room for a remainder: ones to the next byte.
    if (at + width > ends) return keys;
    let remainder = 0;
    for (let left = width; left > 0; left--) remainder = 2 * remainder + bit();
    before += ones * 2 ** width + remainder;
    keys.push(before);
  }
}

/** So many that a remainder is about as long as the usual difference: log2 of 0.69 of it (the mean of a geometric distribution). */
function remainderBits(count: number): number {
  return Math.max(0, Math.floor(Math.log2((Math.LN2 * 2 ** KEY_BITS) / count)));
}

function createBitWriter() {
  const bytes: number[] = [];
  let pending = 0;
  let count = 0;
  return {
    /** @param width 30 at most */
    put(value: number, width: number): void {
      for (let left = width - 1; left >= 0; left--) {
        pending = (pending << 1) | ((value >>> left) & 1);
        count += 1;
        if (count < 8) continue;
        bytes.push(pending);
        pending = 0;
        count = 0;
      }
    },
    bytes(): Buffer {
      const padding = 8 - count;
      return Buffer.from(count === 0 ? bytes : [...bytes, (pending << padding) | (2 ** padding - 1)]);
    },
  };
}

export { decodeKeys, encodeKeys };
