import { createHmac } from 'node:crypto';
import type { Secret } from '../marketo/secret.ts';

/**
 * 96 bits of the 256. Among ten thousand million keys, more than Marketo has of anything, two with one hash come up with a
 * chance of one in a thousand million (n² / 2^97); and it is all that a line spends on a key, since no compression
 * shortens it: 16 characters.
 */
const KEY_HASH_BYTES = 12;

/** What stands for a key, or for another text, in a journal. Equal texts have equal hashes. */
type KeyHash = (text: string) => string;

/**
 * HMAC-SHA-256 under a salt that only the relay and its operators can read. Addresses are easily guessed, so that a hash
 * without one would be as good as the address.
 *
 * @example
 * const hash = createKeyHash(await salt.read());
 * hash('lead:email:ada@example.com'); // '3q2-7wAAAAAAAAAA'
 */
function createKeyHash(salt: Secret): KeyHash {
  return (text) =>
    createHmac('sha256', salt.reveal()).update(text).digest().subarray(0, KEY_HASH_BYTES).toString('base64url');
}

export type { KeyHash };
export { createKeyHash, KEY_HASH_BYTES };
