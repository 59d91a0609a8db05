import type { RelayCode } from '../settings/relay-codes.ts';
import type { JournalLine } from './line.ts';
import type { Violation } from './verify.ts';
import { violationOf } from './verify-object.ts';

/** The lines of one record of one publication, in any order. */
type RecordLine = Omit<JournalLine, 'keys' | 'statuses' | 'request_id'>;
type RecordLines = RecordLine[];

interface RecordContext {
  /** Copies of its message were processed more than once. */
  readonly isRepeated: boolean;
  /** The line that ended the whole message unread, if there is one. */
  readonly wholeDead: RecordLine | undefined;
  readonly endsByMs: number;
  /** When each record that may not be repeated was sent to success, over all publications. */
  readonly sentOnce: Map<string, string>;
}

interface CheckedRecord {
  readonly state: 'delivered' | 'dead' | 'onTheWay';
  readonly ends: number;
  /** The line that says how it ended. */
  readonly last?: RecordLine;
  readonly violations: readonly Violation[];
}

/** Send-once records are gone after 30 days: under an id that is older a request counts as a new one. */
const SEND_ONCE_MS = 30 * 86_400_000;

function checkRecord(lines: RecordLines, context: RecordContext): CheckedRecord {
  const inOrder = lines.toSorted((one, other) => (one.settled_at < other.settled_at ? -1 : 1));
  const ends = inOrder.filter(({ outcome }) => outcome !== 'requeued');
  const last = ends.at(-1);
  const state = last === undefined ? (context.wholeDead ? 'dead' : 'onTheWay') : stateOf(last);
  const violations = [
    ...sentTwice(ends, context),
    ...(context.isRepeated ? [] : [...twoEnds(ends), ...afterSuccess(inOrder)]),
    ...changedCopy(inOrder),
    ...ends.flatMap(rowsThatDoNotFit),
    ...(state === 'onTheWay' ? withoutEnd(inOrder, context) : []),
  ];
  return { state, ends: ends.length, ...(last && { last }), violations };
}

function stateOf({ outcome }: RecordLine): 'delivered' | 'dead' {
  return outcome === 'delivered' ? 'delivered' : 'dead';
}

function rowsThatDoNotFit(line: RecordLine): readonly Violation[] {
  const { outcome, code, rows_failed: failed } = line;
  if (failed === undefined) return [];
  if (outcome === 'delivered' && failed > 0) {
    return [violationOf('rowsFit', line, `delivered at ${line.settled_at}, and ${failed} rows failed`)];
  }
  if (code !== ('rowsFailed' satisfies RelayCode) || failed > 0) return [];
  return [violationOf('rowsFit', line, `dead at ${line.settled_at} because rows failed, and none did`)];
}

function twoEnds(ends: RecordLines): readonly Violation[] {
  const delivered = ends.find(({ outcome }) => outcome === 'delivered');
  const dead = ends.find(({ outcome }) => outcome === 'dead');
  if (delivered === undefined || dead === undefined) return [];
  const detail = `delivered at ${delivered.settled_at}, and dead (${dead.code}) at ${dead.settled_at}`;
  return [violationOf('oneEnd', dead, detail)];
}

/** A retry message holds what is left: what was delivered in one part is in none of the next. */
function afterSuccess(inOrder: RecordLines): readonly Violation[] {
  const delivered = inOrder.find(({ outcome }) => outcome === 'delivered');
  const later = inOrder.find(({ part }) => delivered !== undefined && part > delivered.part);
  if (delivered === undefined || later === undefined) return [];
  // SQS may have taken one copy twice, and its double was not done with the record in that part.
  const isDouble = inOrder.some(
    ({ part, outcome, message_id: copy }) =>
      part === delivered.part && outcome === 'requeued' && copy !== delivered.message_id,
  );
  if (isDouble) return [];
  const detail = `delivered in part ${delivered.part}, and ${later.outcome} (${later.code}) in part ${later.part}`;
  return [violationOf('nothingAfterSuccess', later, detail)];
}

/** A copy is the same however often it comes: what it has behind it stands in it. */
function changedCopy(inOrder: RecordLines): readonly Violation[] {
  const firsts = new Map<string, RecordLine>();
  for (const line of inOrder) {
    const first = firsts.get(line.message_id);
    if (first === undefined) {
      firsts.set(line.message_id, line);
    } else if (first.part !== line.part || Math.abs(first.attempts - line.attempts) > 1) {
      const said = ({ part, attempts }: RecordLine): string => `part ${part} with ${attempts} attempts`;
      return [violationOf('sameCopy', line, `copy ${line.message_id} was ${said(first)}, and ${said(line)}`)];
    }
  }
  return [];
}

/** Nothing excuses it: not a worker that ended, nor a message that came twice. */
function sentTwice(ends: RecordLines, { sentOnce }: RecordContext): readonly Violation[] {
  return ends.flatMap((line) => {
    const { idempotent, outcome, sent_at: sentAt } = line;
    if (idempotent || outcome !== 'delivered' || sentAt === undefined) return [];
    const name = `${line.relay_id}\n${line.position ?? 'whole'}`;
    const before = sentOnce.get(name);
    sentOnce.set(name, sentAt);
    if (before === undefined || before === sentAt) return [];
    if (Math.abs(Date.parse(before) - Date.parse(sentAt)) > SEND_ONCE_MS) return [];
    return [violationOf('notTwice', line, `sent to success at ${before} and at ${sentAt}`)];
  });
}

function withoutEnd(inOrder: RecordLines, { endsByMs }: RecordContext): readonly Violation[] {
  const last = inOrder.at(-1);
  if (last === undefined || Date.parse(last.published_at) >= endsByMs) return [];
  const detail = `published at ${last.published_at}, and last seen at ${last.settled_at}, when it went back to the queue (${last.code})`;
  return [violationOf('endsInTime', last, detail)];
}

export type { RecordLine, RecordLines };
export { checkRecord };
