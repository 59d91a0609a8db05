import type { FileRows, JournalEntry } from './entry.ts';
import type { KeyHash } from './key-hash.ts';

/**
 * One line of a journal: docs/journal.md describes each member. Names are those of the table's columns, which know no
 * capitals. A line gets a new version when a member changes its meaning or goes; new members may come under the old one.
 */
interface JournalLine {
  readonly v: typeof LINE_VERSION;
  readonly relay_id: string;
  readonly message_id: string;
  readonly receive_count: number;
  readonly suspect?: true;
  readonly part: number;
  readonly position?: number;
  readonly operation: string;
  readonly idempotent: boolean;
  readonly outcome: JournalEntry['outcome'];
  readonly code: string;
  readonly attempts: number;
  /** ISO instants in UTC with milliseconds, so that their order as texts is that of time. */
  readonly published_at: string;
  readonly settled_at: string;
  readonly sent_at?: string;
  readonly request_id?: string;
  /** What Marketo calls what it made or changed: a list of one for a record. */
  readonly marketo_ids?: readonly (string | null)[];
  /** In Marketo's word, beside each of the ids. */
  readonly statuses?: readonly (string | null)[];
  /** Names of fields that it was sent without. */
  readonly stripped?: readonly string[];
  readonly outcome_unknown?: true;
  /** Of a file: its rows. */
  readonly rows_imported?: number;
  readonly rows_failed?: number;
  readonly rows_warned?: number;
  readonly failed_rows?: readonly number[];
  /** Hashes of keys. */
  readonly keys: readonly string[];
  /** Hashes of the addresses in keys of other objects than leads. */
  readonly addresses?: readonly string[];
}

const LINE_VERSION = 1;
const ADDRESS = /[^\s"',:;<>()[\]\\]+@[^\s"',:;<>()[\]\\]+/g;
/** Marks a hash that stands in a place that usually holds the text itself. */
const HASHED = 'hash:';

/** The line for an entry: with hashes in place of its keys, and of whatever else could be an e-mail address. */
function toLine(entry: JournalEntry, hash: KeyHash): JournalLine {
  const { position, sentAtMs, requestId, objects } = entry;
  const plain = (text: string): string => withoutAddress(text, hash);
  return {
    v: LINE_VERSION,
    relay_id: plain(entry.relayId),
    message_id: entry.messageId,
    receive_count: entry.receiveCount,
    ...(entry.suspect && { suspect: true as const }),
    part: entry.part,
    ...(position !== undefined && { position }),
    operation: entry.operation,
    idempotent: entry.idempotent,
    outcome: entry.outcome,
    code: plain(entry.code),
    attempts: entry.attempts,
    published_at: instant(entry.publishedAtMs),
    settled_at: instant(entry.settledAtMs),
    ...(sentAtMs !== undefined && { sent_at: instant(sentAtMs) }),
    ...(requestId !== undefined && { request_id: plain(requestId) }),
    ...(objects && {
      marketo_ids: objects.map(({ id }) => (id === undefined ? null : plain(id))),
      statuses: objects.map(({ status }) => (status === undefined ? null : plain(status))),
    }),
    ...(entry.stripped && { stripped: entry.stripped.map(plain) }),
    ...(entry.outcomeUnknown && { outcome_unknown: true as const }),
    ...(entry.rows && rowsOf(entry.rows)),
    keys: entry.keys.map(hash),
    ...addressesIn(entry.keys, hash),
  };
}

function rowsOf({ imported, failed, warned, failedRows }: FileRows): Partial<JournalLine> {
  return {
    ...{ rows_imported: imported, rows_failed: failed, rows_warned: warned },
    ...(failedRows && { failed_rows: failedRows }),
  };
}

/**
 * Publishers may name a message after a person, and Marketo may answer anything: what has an @ in it is written as its
 * hash, by which it can be looked for all the same.
 */
function withoutAddress(text: string, hash: KeyHash): string {
  return text.includes('@') ? `${HASHED}${hash(text)}` : text;
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** A lead's key is found by its address; that of a custom object may hold one too, in a place that only its definition knows. */
function addressesIn(keys: readonly string[], hash: KeyHash): Pick<JournalLine, 'addresses'> {
  const others = keys.filter((key) => key.includes('@') && !key.startsWith('lead:email:'));
  const found = new Set(others.flatMap((key) => key.toLowerCase().match(ADDRESS) ?? []));
  return found.size === 0 ? {} : { addresses: [...found].map(hash) };
}

/** The line in a text; undefined where it is none, or of a version that this program does not know. */
function parseLine(text: string): JournalLine | undefined {
  try {
    const value = JSON.parse(text) as Partial<JournalLine> | null;
    const isLine =
      typeof value === 'object' &&
      value?.v === LINE_VERSION &&
      typeof value.relay_id === 'string' &&
      typeof value.message_id === 'string' &&
      typeof value.settled_at === 'string' &&
      typeof value.outcome === 'string' &&
      Array.isArray(value.keys);
    return isLine ? (value as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}

export type { JournalLine };
export { LINE_VERSION, parseLine, toLine, withoutAddress };
