import type { CodeLevel } from '../marketo/catalogue/types.ts';
import type { Json } from '../marketo/request.ts';
import type { RelayCodeEntry } from '../settings/relay-codes.ts';

/** Marketo's four levels, and two of the relay's own: the message itself, or a budget of the relay. */
type FailureLevel = CodeLevel | RelayCodeEntry['level'];

interface Failure {
  readonly level: FailureLevel;
  /** Marketo's code, or one of the relay's own: a `DeadLetterCode`. */
  readonly code: string;
  readonly name: string;
  /** What Marketo said, or every problem of an invalid message. */
  readonly message: string;
  readonly meaning: string;
  readonly remedy: string;
  /** Whether the same message can succeed later without being changed. */
  readonly retriable: boolean;
  /** True when Marketo may have executed the request. */
  readonly outcomeUnknown: boolean;
  readonly attempts: number;
  /** ISO 8601. */
  readonly firstSeen: string;
  readonly lastTried?: string;
  /** Marketo's own, for its support. */
  readonly requestId?: string;
  /** Every error or reason of the reply, when there was more than one; for each rejected record by position. */
  readonly details?: readonly FailureDetail[];
}

interface FailureDetail {
  /** Position in the original `input`; absent for a fault of the whole message. */
  readonly position?: number;
  /** Of a file: the row, the first below the header is 1. */
  readonly row?: number;
  readonly code: string;
  readonly message: string;
}

interface DeadLetter {
  readonly deadLetter: 1;
  readonly relayId: string;
  /** The endpoint's stable name; absent for an invalid message. */
  readonly operation?: string;
  readonly failure: Failure;
  readonly message: {
    /** The original body: as JSON where that loses nothing, else as the string it was. */
    readonly body: Json;
    /** The publisher's own; binary values as base64. */
    readonly attributes: Readonly<Record<string, string>>;
    /** SQS's type of those that are not plain `String`. */
    readonly attributeTypes?: Readonly<Record<string, string>>;
    /** For a partial failure: `body` holds only these positions of the original `input`. */
    readonly positions?: readonly number[];
  };
  readonly request?: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Json;
  };
  readonly response?:
    | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Json }
    | { readonly none: string };
  readonly history: readonly string[];
  /** Of an import: what became of its rows. */
  readonly file?: {
    /** Absent where nobody dared to read the message. */
    readonly bucket?: string;
    readonly key?: string;
    readonly imported: number;
    readonly failed: number;
    readonly warned: number;
    /** CSV files of failed rows, each with Marketo's reason in its last column: mended, they can be loaded. */
    readonly failures?: readonly { readonly bucket: string; readonly key: string }[];
    /** Rows of which nobody knows (`15-24`; `15-` where it is not known how far they go), and from where on nothing was uploaded. */
    readonly unknownRows?: string;
    readonly notUploadedFromRow?: number;
  };
  /** The queue that it came by, and goes back to when it is sent again. Absent: live. */
  readonly lane?: 'backfill';
  /** How often an operator has sent it again out of the dead-letter queue. Absent: never. */
  readonly resends?: number;
  /** Where the whole letter is when it was too large for SQS. */
  readonly overflow?: { readonly bucket: string; readonly key: string; readonly cut: readonly string[] };
}

export type { DeadLetter, Failure, FailureDetail, FailureLevel };
