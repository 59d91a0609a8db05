import type { NamedObject } from '../marketo/reply.ts';

/** What became of one record in one invocation, or of one message that stands or falls as a whole. */
interface JournalEntry {
  readonly relayId: string;
  /** SQS's id of the copy that was settled. */
  readonly messageId: string;
  /** How often SQS had delivered that copy by then, from 1. */
  readonly receiveCount: number;
  /** A worker ended over this message, or a copy of it, without an outcome. */
  readonly suspect?: true;
  /** Which part of the message: it grows whenever some of its records are done and the others go back. */
  readonly part: number;
  /** In the `input` that the publisher wrote; absent for a whole message. */
  readonly position?: number;
  /** `unknown` where the message was no request that the relay accepts. */
  readonly operation: string;
  /** Whether the request may be repeated. */
  readonly idempotent: boolean;
  /** When the message, or the first of its copies, came to the queue. */
  readonly publishedAtMs: number;
  readonly settledAtMs: number;
  readonly outcome: 'delivered' | 'requeued' | 'dead';
  /** `ok`, Marketo's code, or one of the relay's own. */
  readonly code: string;
  /** Attempts that counted so far, this one included. */
  readonly attempts: number;
  /** When the call was sent that decided it; absent where no call did. */
  readonly sentAtMs?: number;
  /** Marketo's own id of that call. */
  readonly requestId?: string;
  /** What Marketo calls what it made or changed. */
  readonly objects?: readonly NamedObject[];
  /** Fields that it was sent without, because Marketo does not have them. */
  readonly stripped?: readonly string[];
  /** Nobody can tell whether Marketo has executed it. */
  readonly outcomeUnknown?: true;
  /** Of a file that has come to its end: what became of its rows. */
  readonly rows?: FileRows;
  /** What it changes, in clear: `lead:email:ada@example.com`. Never written as it is. */
  readonly keys: readonly string[];
}

/** The rows of a file, of all jobs that are complete. */
interface FileRows {
  readonly imported: number;
  readonly failed: number;
  /** Imported with a warning. */
  readonly warned: number;
  /** Numbers of those that failed, as far as Marketo names them: 1,000 at most, the first below the header is 1. */
  readonly failedRows?: readonly number[];
}

/** Where outcomes are kept. */
interface Journal {
  /** Keeps these entries, together. Never throws: without its journal the relay delivers all the same. */
  write(entries: readonly JournalEntry[]): Promise<void>;
}

const NO_JOURNAL: Journal = { write: async () => {} };

export type { FileRows, Journal, JournalEntry };
export { NO_JOURNAL };
