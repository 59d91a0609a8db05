const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

interface Cut {
  /** Where the last whole row ends, its line end included. */
  readonly toByte: number;
  /** Whole rows up to there, empty lines not counted. */
  readonly rows: number;
  /** The last row ends with the file, and inside a quoted cell. */
  readonly isUnclosed?: true;
}

interface CutInput {
  readonly bytes: Buffer;
  /** What separates cells: one byte. */
  readonly delimiter: number;
  /** Nothing follows: the end of the bytes ends a row. */
  readonly isLast: boolean;
  /** Stops after so many rows. @default all */
  readonly mostRows?: number;
}

/**
 * Cuts CSV (RFC 4180) at the end of its last whole row. A line end inside a quoted cell ends no row; a quote in the middle
 * of a cell opens none. The bytes begin at the beginning of a row.
 */
function cutPiece({ bytes, delimiter, isLast, mostRows = Number.POSITIVE_INFINITY }: CutInput): Cut {
  let toByte = 0;
  let rows = 0;
  let isQuoted = false;
  let isCellStart = true;
  /** Behind the quote that closed a cell: one more there was a doubled one. */
  let closedAt = -1;
  let at = 0;
  while (at < bytes.length && rows < mostRows) {
    const byte = bytes[at];
    at += 1;
    if (isQuoted) {
      if (byte === QUOTE) {
        isQuoted = false;
        closedAt = at;
      }
      continue;
    }
    if (byte === QUOTE && (isCellStart || closedAt === at - 1)) {
      isQuoted = true;
      isCellStart = false;
    } else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      // Whether a line feed follows shows in the next piece only.
      if (byte === CARRIAGE_RETURN && at === bytes.length && !isLast) break;
      if (byte === CARRIAGE_RETURN && bytes[at] === LINE_FEED) at += 1;
      if (!isBlank(bytes, toByte, at)) rows += 1;
      toByte = at;
      isCellStart = true;
    } else {
      isCellStart = byte === delimiter;
    }
  }
  if (!isLast || at < bytes.length || toByte === at) return { toByte, rows };
  return { toByte: at, rows: rows + 1, ...(isQuoted && { isUnclosed: true }) };
}

/** Nothing but a line end. */
function isBlank(bytes: Buffer, from: number, to: number): boolean {
  return to - from <= 2 && (bytes[from] === LINE_FEED || bytes[from] === CARRIAGE_RETURN);
}

export type { Cut };
export { cutPiece };
