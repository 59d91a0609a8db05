import type { FileRows } from './entry.ts';
import type { JournalLine } from './line.ts';
import { checkObject } from './verify-object.ts';
import { checkRecord, type RecordLines } from './verify-record.ts';

/**
 * What a journal can show to be wrong. Each is a promise of the relay's, and none can be broken by what is allowed: a worker
 * that ends, a message that SQS brings twice, a line that is there twice or, where the journal could not be written, is missing.
 * One thing that is allowed can break `oneEnd` and `nothingAfterSuccess`, since lines do not show it: SQS took one copy twice, because its
 * reply to the first sending was lost.
 *
 * | rule | promise |
 * | --- | --- |
 * | `settledOnce` | one invocation settles a record once |
 * | `keyOrder` | records of one key in one invocation are sent in their order, and none goes past one that goes back |
 * | `oneEnd` | a record is not both delivered and dead |
 * | `nothingAfterSuccess` | what was delivered is not in a later part of its message |
 * | `sameCopy` | a copy has the same part and attempts behind it however often it comes |
 * | `notTwice` | what may not be repeated is sent to success once |
 * | `rowsFit` | a file that is delivered has no row that failed, and one that is dead because rows failed has some |
 * | `endsInTime` | every record has an end within the longest life of a message |
 */
type VerifyRule =
  | 'settledOnce'
  | 'keyOrder'
  | 'oneEnd'
  | 'nothingAfterSuccess'
  | 'sameCopy'
  | 'notTwice'
  | 'rowsFit'
  | 'endsInTime';

interface Violation {
  readonly rule: VerifyRule;
  readonly relayId: string;
  readonly position?: number;
  /** What the lines say, for the reader. */
  readonly detail: string;
}

interface VerifyReport {
  readonly lines: number;
  /** Records, and messages that stand or fall as a whole, each time that they were published. */
  readonly records: number;
  readonly delivered: number;
  readonly dead: number;
  /** Their last line says that they went back to the queue. */
  readonly onTheWay: number;
  /** Of files that have come to an end. */
  readonly rows: Pick<FileRows, 'imported' | 'failed' | 'warned'>;
  /** Ended more than once, in accordance: a worker ended, or SQS brought a message twice. */
  readonly endedAgain: number;
  /** Messages with attempts that have no line: a worker ended, or the journal could not be written. */
  readonly withGaps: number;
  readonly violations: readonly Violation[];
}

interface JournalCheck {
  /** Takes the lines of one object, in their order. */
  add(lines: readonly JournalLine[]): void;
  /** @param endsByMs a record that was published before has an end, or is in violation */
  report(endsByMs: number): VerifyReport;
}

/** More than this many are told by their number. */
const MOST_VIOLATIONS = 1_000;

/**
 * Checks a journal, object by object. Pure: the simulator, the tests and `relay verify` hand over their lines.
 *
 * @example
 * const check = createJournalCheck();
 * for (const object of objects) check.add(unpackLines(object).lines);
 * check.report(nowMs - LONGEST_LIFE_MS).violations; // [{ rule: 'notTwice', relayId: 'order-7', detail: '...' }]
 */
function createJournalCheck(): JournalCheck {
  const messages = new Map<string, Map<string, RecordLines>>();
  const violations: Violation[] = [];
  let lines = 0;

  function recordOf(line: JournalLine): RecordLines {
    const message = `${line.relay_id}\n${line.published_at}`;
    const records = messages.get(message) ?? new Map<string, RecordLines>();
    messages.set(message, records);
    const place = String(line.position ?? 'whole');
    const record: RecordLines = records.get(place) ?? [];
    records.set(place, record);
    return record;
  }

  return {
    add(some) {
      lines += some.length;
      violations.push(...checkObject(some));
      for (const line of some) recordOf(line).push(slim(line));
    },
    report(endsByMs) {
      const found = [...violations];
      const counts = { records: 0, delivered: 0, dead: 0, onTheWay: 0, endedAgain: 0, withGaps: 0 };
      const rows = { imported: 0, failed: 0, warned: 0 };
      const sentOnce = new Map<string, string>();
      for (const records of messages.values()) {
        const wholeDead = (records.get('whole') ?? []).find(({ outcome }) => outcome === 'dead');
        const isRepeated = hasSeenWorkersEnd(records);
        if (skipsAttempts([...records.values()].flat())) counts.withGaps += 1;
        for (const record of records.values()) {
          const checked = checkRecord(record, { isRepeated, wholeDead, endsByMs, sentOnce });
          found.push(...checked.violations);
          counts.records += 1;
          counts[checked.state] += 1;
          if (checked.ends > 1) counts.endedAgain += 1;
          addRows(rows, checked.last);
        }
      }
      return { lines, ...counts, rows, violations: found.slice(0, MOST_VIOLATIONS) };
    },
  };
}

function addRows(
  rows: { imported: number; failed: number; warned: number },
  { rows_imported = 0, rows_failed = 0, rows_warned = 0 }: Partial<JournalLine> = {},
): void {
  rows.imported += rows_imported;
  rows.failed += rows_failed;
  rows.warned += rows_warned;
}

/** Whether something says that copies of a message were processed more than once, which excuses what follows from that. */
function hasSeenWorkersEnd(records: ReadonlyMap<string, RecordLines>): boolean {
  const copies = new Set<string>();
  for (const [place, record] of records) {
    for (const { message_id: copy, receive_count: receives, suspect } of record) {
      const once = `${place}\n${copy}`;
      if (receives > 1 || suspect === true || copies.has(once)) return true;
      copies.add(once);
    }
  }
  return false;
}

/** Each attempt of a message that counts leaves a line. */
function skipsAttempts(lines: RecordLines): boolean {
  const seen = new Set(lines.map(({ attempts }) => attempts));
  const most = Math.max(0, ...seen);
  return Array.from({ length: Math.max(0, most - 1) }, (_, index) => index + 1).some((attempts) => !seen.has(attempts));
}

/** What is looked at later: a journal of a day has millions of lines. */
function slim(line: JournalLine): RecordLines[number] {
  const { keys: _, statuses: __, request_id: ___, ...rest } = line;
  return rest;
}

export type { JournalCheck, VerifyReport, VerifyRule, Violation };
export { createJournalCheck };
