import { gunzipSync, gzipSync } from 'node:zlib';
import { type JournalLine, parseLine } from './line.ts';

/** Where the objects of a journal lie in its bucket: `journal/dt=2027-01-31/120000123-k3j9x0a1-7.ndjson.gz`. */
const JOURNAL_PREFIX = 'journal/';

/**
 * Some 470 bytes a line as text (`bench/journal.ts`): an object unpacks to 12 MB, so that a reader can have several in hand. A batch
 * of ten thousand messages with a record each is one object.
 */
const MAX_OBJECT_LINES = 25_000;
/** What a reader unpacks at most: a whole message that names thousands of objects has a long line. */
const MAX_UNPACKED_BYTES = 268_435_456;

interface JournalStore {
  /** @throws whatever keeps it from being stored. */
  put(key: string, body: Uint8Array): Promise<void>;
}

/** A journal for those who read it, and erase from it. Each method throws when it cannot be reached. */
interface JournalArchive extends JournalStore {
  /** Keys of a day, or of all days. */
  list(day?: string): Promise<readonly string[]>;
  /** Undefined when there is no such object, or none any more. */
  get(key: string): Promise<Uint8Array | undefined>;
  remove(key: string): Promise<void>;
}

/**
 * The name of a new object, which no other object has.
 *
 * @param settledAtMs of the lines in it: the day is the partition
 * @param writer names the execution environment
 * @param number of the object among those of its writer
 */
function objectKey(settledAtMs: number, writer: string, number: number): string {
  const [day = '', time = ''] = new Date(settledAtMs).toISOString().split('T');
  return `${dayPrefix(day)}${time.replace(/\D/g, '')}-${writer}-${number}.ndjson.gz`;
}

/** @param day such as `2027-01-31`, of the UTC */
function dayPrefix(day: string): string {
  return `${JOURNAL_PREFIX}dt=${day}/`;
}

function packLines(lines: readonly JournalLine[]): Uint8Array {
  return packTexts(lines.map((line) => JSON.stringify(line)));
}

/** Lines as they are written. */
function packTexts(texts: readonly string[]): Uint8Array {
  return gzipSync(texts.map((text) => `${text}\n`).join(''));
}

interface Unpacked {
  readonly lines: readonly JournalLine[];
  /** Texts that are no line of a version that is known here. */
  readonly unknown: readonly string[];
}

/** @throws Error when it is not compressed as a journal is, or unpacks to more than a journal's objects do. */
function unpackLines(body: Uint8Array): Unpacked {
  const texts = gunzipSync(body, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8').split('\n');
  const lines: JournalLine[] = [];
  const unknown: string[] = [];
  for (const text of texts) {
    if (text === '') continue;
    const line = parseLine(text);
    if (line === undefined) unknown.push(text);
    else lines.push(line);
  }
  return { lines, unknown };
}

export type { JournalArchive, JournalStore, Unpacked };
export { dayPrefix, JOURNAL_PREFIX, MAX_OBJECT_LINES, objectKey, packLines, packTexts, unpackLines };
