import { shorten } from '../../message/json-text.ts';
import { type JsonNode, memberOf, readJsonTree, textOf } from '../../message/json-tree.ts';
import { unwrap } from '../read.ts';
import { originalBodyOf } from './original.ts';
import { factsOf, type QueuedLetter } from './queued-letter.ts';

/** One row of a table: a record of a letter, with what is wrong with it. */
interface ExportRow {
  readonly relayId: string;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
  /** In the `input` that the publisher wrote; undefined for a message without records. */
  readonly position?: number;
  /** By flattened name: `address.city`. Numbers as they are written. */
  readonly fields: ReadonlyMap<string, string>;
}

/** A spreadsheet has no use for more, and some have no room. */
const MOST_FIELDS = 1_000;
const MOST_CELL_LENGTH = 32_000;

/**
 * The rows of a letter: one a record, or one for a message that has none, then with the members of its query, form or body.
 */
function exportRows(queued: QueuedLetter, whole: string | undefined): readonly ExportRow[] {
  const facts = factsOf(queued);
  const letterText = whole ?? queued.body;
  const body = facts.source === 'sqs' ? queued.body : originalBodyOf(letterText);
  const root = readJsonTree(body);
  const base = { relayId: facts.relayId, operation: facts.operation ?? '', code: facts.code, message: facts.message };
  const input = memberOf(memberOf(root, 'body'), 'input');
  if (root === undefined || input?.kind !== 'array' || input.items.length === 0) {
    return [{ ...base, fields: root === undefined ? new Map() : messageFields(body, root) }];
  }
  const positions = facts.source === 'sqs' ? undefined : unwrap(letterText).letter?.positions;
  const details = detailsOf(letterText);
  return input.items.map((item, index): ExportRow => {
    const position = positions?.length === input.items.length ? (positions[index] ?? index) : index;
    const fields = new Map<string, string>();
    flatten(body, item, item.kind === 'object' ? '' : 'value', fields);
    return { ...base, ...details.get(position), position, fields };
  });
}

function messageFields(body: string, root: JsonNode): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const name of ['query', 'form', 'body']) {
    const part = memberOf(root, name);
    if (part !== undefined) flatten(body, part, name, fields);
  }
  return fields;
}

/** Objects by the names of their members; an array stays the JSON that it is. */
function flatten(text: string, node: JsonNode, name: string, fields: Map<string, string>): void {
  if (fields.size >= MOST_FIELDS) return;
  if (node.kind === 'object') {
    for (const member of node.members) {
      flatten(text, member.value, name === '' ? member.name : `${name}.${member.name}`, fields);
    }
    return;
  }
  const value = textOf(text, node);
  fields.set(name, node.kind === 'scalar' && value === 'null' ? '' : shorten(value, MOST_CELL_LENGTH));
}

/** What was said of each record by its position, where the letter has it. */
function detailsOf(letterText: string): ReadonlyMap<number, Pick<ExportRow, 'code' | 'message'>> {
  const found = new Map<number, Pick<ExportRow, 'code' | 'message'>>();
  const details = memberOf(memberOf(readJsonTree(letterText), 'failure'), 'details');
  for (const item of details?.kind === 'array' ? details.items : []) {
    const read = (name: string): string | undefined => {
      const node = memberOf(item, name);
      return node && textOf(letterText, node);
    };
    const [position, code, message] = [read('position'), read('code'), read('message')];
    if (position === undefined || code === undefined) continue;
    const before = found.get(Number(position));
    const said = [before?.message, message].filter((one) => one !== undefined).join('; ');
    found.set(Number(position), { code: before?.code ?? code, message: said });
  }
  return found;
}

export type { ExportRow };
export { exportRows };
