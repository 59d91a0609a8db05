/**
 * What the relay remembers of a message from one copy to the next, as the message attribute `relay`. The body stays as it
 * was published.
 */
interface RelayState {
  /** The publisher's `id`, else the first SQS message id: the identity of a message across all its copies. */
  readonly relayId: string;
  /** Calls made for it that failed for a passing reason. Waiting for a limit is not an attempt. */
  readonly attempts: number;
  readonly firstSeenMs: number;
  /** Those among them whose call carried this message alone: only these can end it. */
  readonly attemptsAlone: number;
  /** An attempt ended without anybody knowing whether Marketo had executed it. */
  readonly mayBeDone?: true;
  /**
   * When the first attempt failed, or the message first waited for its paused operation: the age budget counts from here.
   * While the whole line is stopped it stands still.
   */
  readonly firstFailedMs?: number;
  /** Code of the last reply. */
  readonly lastCode?: string;
  /** One entry an attempt, the newest last, at most {@link MAX_HISTORY}. */
  readonly history: readonly HistoryEntry[];
  /** Positions in the original `input` of the records still to deliver; absent while that is all of them. */
  readonly positions?: readonly number[];
  /** How often records have been taken out: two copies of different parts are not the same message. */
  readonly part: number;
  /** How often its last attempt was refused for its token and is still to be made anew. */
  readonly tokenTries?: number;
  /** Most messages it may share a call with, while a shared call's fault is being isolated. */
  readonly shareAtMost?: number;
  /** The page of a read that comes next, when it is not the first. */
  readonly page?: NextPage;
  /** So many of its records may be in one call. */
  readonly recordsAtMost?: number;
  /** How often an operator has sent it again out of the dead-letter queue. Absent: never. */
  readonly resends?: number;
  /** A suspect: a worker ended without an outcome for it. It is delivered in a group of so many at most. */
  readonly group?: number;
  /** How often a worker ended that had it alone. */
  readonly diedAlone?: number;
  /** It went back to the queue before anybody read its body: a publisher's `id` in it is not known yet. */
  readonly unread?: true;
  /** Among messages of its millisecond: its place in the batch that it first went back from. */
  readonly place?: number;
  /** Its keys are marked at least until then, so that newer messages of them wait. Absent: not all of them are. */
  readonly markedUntilMs?: number;
  /** While it waits for its turn: see {@link Behind}. */
  readonly behind?: Behind;
  /** Of an import: how far it came. Absent: nothing of it was uploaded. */
  readonly file?: FileProgress;
}

/** What Marketo took, refused, and took with a warning. */
interface RowCounts {
  readonly imported: number;
  readonly failed: number;
  readonly warned: number;
}

/** The lists of rows that Marketo gives of a complete job. */
const ROW_LISTS = ['failures', 'warnings'] as const;
type RowList = (typeof ROW_LISTS)[number];

/** Where a message stands among those of its keys. */
interface Behind {
  /** The fewest messages before it that it ever found on the queue. */
  readonly ahead: number;
  /** Looks since they last became fewer. */
  readonly looks: number;
}

/** How far the import of a file came. Its pieces are uploaded one after another. */
interface FileProgress {
  /** Names the content of the object: another one is another file. */
  readonly etag: string;
  /** Of the whole object, and of its header row. */
  readonly bytes: number;
  readonly headerBytes: number;
  /** The piece that is uploaded next, or at work: from 0. */
  readonly piece: number;
  /** Where that piece begins in the object. */
  readonly fromByte: number;
  /** Rows before it. */
  readonly rowsBefore: number;
  /** Of the piece that is at work: what Marketo calls it, where it ends, and its rows. */
  readonly job?: { readonly id: string; readonly toByte: number; readonly rows: number };
  /** Of a job that is complete: its rows, and which lists of them were asked for. */
  readonly complete?: RowCounts & { readonly asked: readonly RowList[] };
  /** How often this step has waited. */
  readonly waits: number;
  /** Rows of all complete pieces. */
  readonly imported: number;
  readonly failed: number;
  readonly warned: number;
  /** Pieces of which rows failed. */
  readonly failedPieces: readonly number[];
}

/** Where a read of several pages goes on. */
interface NextPage {
  readonly number: number;
  /** Marketo's `nextPageToken`; empty for the first page of other values. */
  readonly token: string;
  /** Of a read of more values than a call takes: the place of the first value that this page asks for. */
  readonly from?: number;
}

interface HistoryEntry {
  readonly atMs: number;
  readonly code: string;
}

const RELAY_ATTRIBUTE = 'relay';
const MAX_HISTORY = 20;
/** Marketo's paging tokens have some 60 characters (Marketo: rest-api, "Paging Tokens"). */
const MAX_PAGE_TOKEN_LENGTH = 2_048;

export type { Behind, FileProgress, HistoryEntry, NextPage, RelayState, RowCounts, RowList };
export { MAX_HISTORY, MAX_PAGE_TOKEN_LENGTH, RELAY_ATTRIBUTE, ROW_LISTS };
