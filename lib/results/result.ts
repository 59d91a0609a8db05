import type { JsonObject } from '../marketo/request.ts';

/**
 * What became of a message, as it is told to whoever listens: one for each time that some of its records are delivered
 * or dead, and one for each page of a read. `docs/results.md` has the schema, `result.schema.json` for machines.
 *
 * At least once: a worker that ends between telling and acknowledging tells again. A consumer deduplicates by `relayId`
 * and each record's `position`; by `relayId` and `page` for a read; by `relayId` alone for a message without records.
 */
interface Result {
  readonly version: 1;
  readonly relayId: string;
  /** The publisher's, unread. */
  readonly correlation?: string;
  /** `syncLeads` ...; `unknown` for what was no message. */
  readonly operation: string;
  /**
   * - `delivered`: all of it.
   * - `partial`: some records are delivered, others dead or still on their way.
   * - `dead`: none of what this result is about.
   */
  readonly status: 'delivered' | 'partial' | 'dead';
  /** Records that go back to the queue: another result will tell of them. */
  readonly waiting: number;
  /** Attempts that counted so far. */
  readonly attempts: number;
  /** ISO 8601. When the message came to the queue, and when this was settled. */
  readonly publishedAt: string;
  readonly settledAt: string;
  /** Marketo's own id of the call, for a message without records. */
  readonly requestId?: string;
  /** One for each record that is settled now, in the order of `input`. */
  readonly records?: readonly RecordResult[];
  /** Of a message without records: fields that it was sent without, because Marketo does not have them. */
  readonly stripped?: readonly string[];
  /** What Marketo names in its reply to a message that stands or falls as a whole. */
  readonly objects?: readonly { readonly id?: string; readonly status?: string }[];
  /** Of a file: what became of its rows. */
  readonly rows?: ResultRows;
  /** Why there is a dead letter. */
  readonly failure?: ResultFailure;
  /** Of a read: Marketo's reply. */
  readonly reply?: Reply;
  /** Of a read of several pages: which this is, from 1, and whether another will come. */
  readonly page?: { readonly number: number; readonly more: boolean };
  /** The message as it was published, where the publisher asked for it. */
  readonly request?: JsonObject | string;
}

interface RecordResult {
  /** In the `input` that was published. */
  readonly position: number;
  readonly outcome: 'delivered' | 'dead';
  /** `ok`, Marketo's code, or one of the relay's own. */
  readonly code: string;
  /** Marketo's `id` or `marketoGUID`, as text. */
  readonly id?: string;
  /** In Marketo's word: `created`, `updated` ... */
  readonly status?: string;
  readonly requestId?: string;
  /** Fields that it was sent without, because Marketo does not have them. */
  readonly stripped?: readonly string[];
}

interface ResultRows {
  readonly imported: number;
  readonly failed: number;
  /** Imported with a warning. */
  readonly warned: number;
  /** Numbers of those that failed, as far as Marketo names them: 1,000 at most, the first below the header is 1. */
  readonly failedRows?: readonly number[];
  /** CSV files of all of them, each with Marketo's reason in its last column. */
  readonly failures?: readonly { readonly bucket: string; readonly key: string }[];
}

interface ResultFailure {
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly outcomeUnknown: boolean;
  /** In Marketo's words, which can repeat what a record holds: only where the publisher asked for the request. */
  readonly message?: string;
}

/** The body as Marketo wrote it, or where it lies when it is large. */
type Reply = { readonly httpStatus: number; readonly contentType?: string } & (
  | { readonly body: string }
  | { readonly object: ResultObject }
);

/** Where something lies that is too large for a message. */
interface ResultObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
}

/** Stands for a result that is too large for where results go: the whole of it lies there as JSON. */
interface ResultPointer extends Pick<Result, 'version' | 'relayId' | 'correlation' | 'operation' | 'status'> {
  readonly object: ResultObject;
}

export type { RecordResult, Reply, Result, ResultFailure, ResultObject, ResultPointer, ResultRows };
