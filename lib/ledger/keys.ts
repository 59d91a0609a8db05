import { hash } from 'node:crypto';

/**
 * How long a hash is. Two different keys with one hash merely wait for each other: of two calls of 300 records each, one in 750, and
 * of ten calls at once each 80th waits for the end of another.
 */
const KEY_BITS = 26;

/** Hash of a record's key as the ledger holds it. */
function keyHash(key: string): number {
  return withinKeyBits(Number.parseInt(hash('sha256', key, 'hex').slice(0, 8), 16));
}

/** Of a longer hash, as older relays wrote them: the same key has the same bits. */
function withinKeyBits(longer: number): number {
  return longer & (2 ** KEY_BITS - 1);
}

export { KEY_BITS, keyHash, withinKeyBits };
