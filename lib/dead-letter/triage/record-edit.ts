import { editJson, type JsonEdit, readJsonPath } from '../../message/json-edit.ts';
import { toJsonText } from '../../message/json-text.ts';
import { type JsonNode, memberOf } from '../../message/json-tree.ts';
import type { MessageProblem } from '../../message/problem.ts';

/** An edit of each record of a message, or with `$.` before its path of the message itself. */
interface MessageEdit {
  readonly of: 'records' | 'message';
  readonly edit: JsonEdit;
  /** As the operator wrote it, for reports. */
  readonly text: string;
}

type ParsedEdit = { readonly ok: true; readonly edit: MessageEdit } | { readonly ok: false; readonly problem: string };

type EditedBody =
  | { readonly kind: 'edited'; readonly text: string; readonly changes: number }
  | { readonly kind: 'invalid'; readonly problems: readonly MessageProblem[] };

const MAX_EDITS = 100;
const PATH_HELP =
  'give the path of a member in each record, such as industry or address.city; $.query.programName is one of the message';

/**
 * Reads `--set path=value`, `--rename a=b` or `--unset path`. A value is JSON where it is JSON, else a text: `5`, `true` and
 * `null` are what they are in JSON, and `'"5"'` is the text.
 *
 * @example
 * readEdit('set', 'industry=Software'); // sets `industry` of each record
 */
function readEdit(kind: JsonEdit['kind'], text: string): ParsedEdit {
  const shown = `--${kind} ${text}`;
  const split = kind === 'unset' ? -1 : separatorOf(text);
  if (kind !== 'unset' && split < 1) {
    const example = kind === 'set' ? '--set industry=Software' : '--rename favouriteColour=favoriteColor';
    return { ok: false, problem: `${shown}: there is no "=" after the path; for example ${example}` };
  }
  const left = (kind === 'unset' ? text : text.slice(0, split)).trim();
  const right = kind === 'unset' ? '' : text.slice(split + 1);
  const of = left.startsWith('$') ? 'message' : 'records';
  const path = readJsonPath(of === 'message' ? left.replace(/^\$\.?/, '') : left);
  if (path === undefined) return { ok: false, problem: `${shown}: "${left}" is no path; ${PATH_HELP}` };
  if (kind === 'set') return parsed(of, { kind, path, valueText: valueTextOf(right) }, shown);
  if (kind === 'unset') return parsed(of, { kind, path }, shown);
  const name = right.trim();
  if (name === '') return { ok: false, problem: `${shown}: there is no new name after the "="` };
  return parsed(of, { kind, path, name: readNewName(name) }, shown);
}

function parsed(of: MessageEdit['of'], edit: JsonEdit, text: string): ParsedEdit {
  return { ok: true, edit: { of, edit, text } };
}

/** The first `=` outside quotes: a quoted name may hold one. */
function separatorOf(text: string): number {
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (isQuoted && character === '\\') index += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === '=' && !isQuoted) return index;
  }
  return -1;
}

function readNewName(name: string): string {
  const path = readJsonPath(name);
  return path?.length === 1 && typeof path[0] === 'string' ? path[0] : name;
}

function valueTextOf(value: string): string {
  try {
    const meant: unknown = JSON.parse(value);
    // A number stays as it is written, to the digit; the rest in the spelling that SQS takes.
    return typeof meant === 'number' ? value.trim() : toJsonText(meant);
  } catch {
    return toJsonText(value);
  }
}

/** Applies the edits one after another. */
function editBody(body: string, edits: readonly MessageEdit[]): EditedBody {
  let text = body;
  let changes = 0;
  for (const { of, edit, text: shown } of edits.slice(0, MAX_EDITS)) {
    const outcome = editJson(text, edit, of === 'message' ? (root) => [root] : recordsOf);
    if (outcome.kind === 'impossible') return impossible(`${shown}: ${outcome.problem}`);
    if (of === 'records' && outcome.changes === 0 && edit.kind === 'set') {
      return impossible(`${shown}: it has no records in body.input; $.body... is a path in the message itself`);
    }
    text = outcome.text;
    changes += outcome.changes;
  }
  return { kind: 'edited', text, changes };
}

function impossible(expected: string): EditedBody {
  return { kind: 'invalid', problems: [{ path: '', expected }] };
}

function recordsOf(root: JsonNode): readonly JsonNode[] {
  const input = memberOf(memberOf(root, 'body'), 'input');
  return input?.kind === 'array' ? input.items : [];
}

export type { EditedBody, MessageEdit, ParsedEdit };
export { editBody, MAX_EDITS, readEdit };
