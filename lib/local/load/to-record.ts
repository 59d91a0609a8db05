import { MAX_BODY_BYTES } from '../../marketo/limits.ts';
import type { Json, JsonObject } from '../../marketo/request.ts';
import { toJsonText } from '../../message/json-text.ts';
import { cellValue, idValue } from './cell-value.ts';
import type { Column } from './columns.ts';
import type { Destination } from './destination.ts';
import type { KnownFields } from './known-fields.ts';
import type { Row } from './read-rows.ts';

/** How rows become records. */
interface RecordPlan {
  readonly destination: Destination;
  readonly columns: readonly Column[];
  /** Columns of the header. */
  readonly width: number;
  readonly known?: KnownFields;
  /** What an empty cell means: `skip` leaves the field as it is, `clear` empties it. */
  readonly empty: 'skip' | 'clear';
}

type RowReading =
  | { readonly kind: 'record'; readonly record: JsonObject; readonly bytes: number }
  /** Nothing in any cell. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'reject'; readonly reason: string };

/** Room for what stands around the records in a message, and for the state that the relay adds to its copies. */
const MAX_RECORD_BYTES = MAX_BODY_BYTES - 50_000;
/** NUL, and the sign that stands for characters which were lost before the file was written. */
const LOST = /[\0\uFFFD]/;

/** A row as a record of a message, or why it cannot be one: every reason, since all have to be mended. */
function toRecord({ cells }: Row, plan: RecordPlan): RowReading {
  if (cells.every((cell) => cell.trim() === '')) return { kind: 'blank' };
  if (cells.length !== plan.width) {
    return { kind: 'reject', reason: `the row has ${cells.length} columns, the header ${plan.width}` };
  }
  const reasons: string[] = [];
  const record: Record<string, Json> = {};
  for (const column of inOrder(plan)) {
    const text = cells[column.index] ?? '';
    const isKey = keysOf(plan).includes(column.field);
    if (text.trim() === '' && isKey) reasons.push(`${column.field} is empty: Marketo finds a record by it`);
    else if (text === '' && plan.empty === 'skip') continue;
    else if (LOST.test(text))
      reasons.push(`${column.field} holds ${lostSign(text)}: characters were lost before the load`);
    else {
      const read = readCell(text, column, plan.destination);
      // A field may be called `__proto__`, so that it is defined and not set.
      if (read.ok) Object.defineProperty(record, column.field, { ...OWN, value: read.value });
      else reasons.push(`${column.field}: ${read.reason}`);
    }
  }
  if (reasons.length > 0) return { kind: 'reject', reason: reasons.join('; ') };
  const bytes = Buffer.byteLength(toJsonText(record));
  if (bytes <= MAX_RECORD_BYTES) return { kind: 'record', record, bytes };
  return {
    kind: 'reject',
    reason: `the row takes ${bytes} bytes, and ${MAX_RECORD_BYTES} fit into one call of Marketo`,
  };
}

const OWN = { enumerable: true, writable: true, configurable: true };

function readCell(text: string, { field, known }: Column, { ids, keys }: Destination) {
  if (ids.includes(field) && keys.includes(field)) return idValue(text);
  if (text === '') return { ok: true, value: null } as const;
  return cellValue(text, known ?? {});
}

/** What tells records apart comes first: of a custom object, the relay takes the first member for its key. */
function inOrder(plan: RecordPlan): readonly Column[] {
  const keys = keysOf(plan);
  if (keys.length === 0) return plan.columns;
  const isKey = ({ field }: Column): boolean => keys.includes(field);
  return [...plan.columns.filter(isKey), ...plan.columns.filter((column) => !isKey(column))];
}

function keysOf({ destination, known }: RecordPlan): readonly string[] {
  return destination.keys.length > 0 ? destination.keys : (known?.dedupeFields ?? []);
}

function lostSign(text: string): string {
  return text.includes('\0') ? 'a NUL' : 'U+FFFD';
}

export type { RecordPlan, RowReading };
export { MAX_RECORD_BYTES, toRecord };
