import type { Secret } from '../marketo/secret.ts';
import type { Log, Random } from '../ports.ts';
import type { Observe } from '../telemetry/events.ts';
import type { Journal, JournalEntry } from './entry.ts';
import { createKeyHash, type KeyHash } from './key-hash.ts';
import { toLine } from './line.ts';
import { type JournalStore, MAX_OBJECT_LINES, objectKey, packLines } from './object.ts';

interface JournalOptions {
  readonly store: JournalStore;
  /** Reads the salt of the key hashes. @throws whatever keeps it from being read. */
  readonly salt: () => Promise<Secret>;
  readonly random: Random;
  readonly observe: Observe;
  readonly log: Log;
}

/** A word for the metric, and what kept the entries from being written. */
interface Failure {
  readonly reason: 'salt' | 'store';
  readonly error: unknown;
}

/** Lower than anything that says what it is not: a salt of less could be guessed. */
const LEAST_SALT_CHARACTERS = 32;

/**
 * A journal in a bucket: one compressed object for what one invocation settled (more for the largest batches, of
 * {@link MAX_OBJECT_LINES} lines). Objects are written once and never read here.
 *
 * What cannot be written is counted and left out: delivery goes on, and nobody waits longer than the store's own deadline,
 * since the first failure ends the write. Without the salt nothing is written either: a line without its hashes
 * could not be found by an address, and so not be erased by one.
 *
 * @example
 * const journal = createJournal({ store, salt, random, observe, log });
 * await journal.write(entries);
 */
function createJournal({ store, salt, random, observe, log }: JournalOptions): Journal {
  const writer = Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0');
  let objects = 0;
  let hash: KeyHash | undefined;

  function failed(entries: readonly JournalEntry[], { reason, error }: Failure): void {
    log.error('the journal lacks these entries', { reason, entries: entries.length, error: describe(error) });
    observe({ kind: 'unjournaled', reason, records: entries.length });
  }

  async function hasher(): Promise<KeyHash> {
    const read = await salt();
    if (read.reveal().length < LEAST_SALT_CHARACTERS) {
      throw new Error(`the salt has fewer than ${LEAST_SALT_CHARACTERS} characters`);
    }
    return createKeyHash(read);
  }

  return {
    async write(entries) {
      const [first] = entries;
      if (first === undefined) return;
      try {
        hash ??= await hasher();
      } catch (error) {
        failed(entries, { reason: 'salt', error });
        return;
      }
      for (let start = 0; start < entries.length; start += MAX_OBJECT_LINES) {
        const hashKey = hash;
        const some = entries.slice(start, start + MAX_OBJECT_LINES);
        objects += 1;
        try {
          const body = packLines(some.map((entry) => toLine(entry, hashKey)));
          await store.put(objectKey(first.settledAtMs, writer, objects), body);
        } catch (error) {
          failed(entries.slice(start), { reason: 'store', error });
          return;
        }
      }
    },
  };
}

/** Of AWS's errors, which name the bucket or the secret, never what is in it. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export type { JournalOptions };
export { createJournal, LEAST_SALT_CHARACTERS };
