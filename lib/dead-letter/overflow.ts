import { createHash } from 'node:crypto';
import { OVERFLOW_PREFIX } from './read.ts';

/** Where dead letters lie that are too large for SQS. Both methods throw when the store cannot be reached or will not answer. */
interface OverflowStore {
  /** Its name, for the pointer in the dead letter. */
  readonly bucket: string;
  put(key: string, body: string): Promise<void>;
  /** Undefined when there is no such dead letter, or none that the relay can have written. */
  get(key: string): Promise<string | undefined>;
}

/** The same dead letter always gets the same key, so a second try writes the same object again. */
function overflowKey(relayId: string, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${OVERFLOW_PREFIX}${encodeURIComponent(relayId)}/${digest}.json`;
}

export type { OverflowStore };
export { overflowKey };
