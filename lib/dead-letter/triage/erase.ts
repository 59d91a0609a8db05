import { editJson } from '../../message/json-edit.ts';
import { toJsonText } from '../../message/json-text.ts';
import { type JsonNode, memberOf, readJsonTree } from '../../message/json-tree.ts';
import { keysOfBody } from './keys.ts';
import { isMessageCut, originalBodyOf } from './original.ts';

/** A person, as dead letters may name them. */
interface Person {
  readonly address: string;
  /** `lead:email:...`, and `lead:id:...` where the ids are known. */
  readonly keys: readonly string[];
}

type ErasedLetter =
  | { readonly kind: 'untouched' }
  /** It holds no record of anybody else. */
  | { readonly kind: 'gone' }
  /** What is left is about others. */
  | { readonly kind: 'rewritten'; readonly text: string };

interface Span {
  readonly start: number;
  readonly end: number;
}

const ERASED = '[erased]';
/** What of a letter holds the person among others, and cannot be cut without breaking it. */
const BODIES = [
  ['request', 'body'],
  ['response', 'body'],
  ['failure', 'message'],
] as const;

/**
 * Takes a person out of a dead letter, or out of a message that SQS moved: their records, whole bodies of request and response, what
 * Marketo said, and the address wherever else it stands. A letter that holds no record of anybody else is gone.
 *
 * Of a letter that was cut only what is left of it is looked at: its records are in the overflow bucket.
 *
 * A letter names a person when it holds the address anywhere, in any case and as JSON or a URL spells it, or a key of theirs.
 */
function eraseFromLetter(text: string, person: Person): ErasedLetter {
  const body = originalBodyOf(text);
  if (!holdsAddress(text, person) && !hasKey(body, person)) return { kind: 'untouched' };
  // The records of a letter that was cut are in the overflow bucket: the caller erases them there.
  if (isMessageCut(text)) return { kind: 'rewritten', text: withoutAddressOf(withoutBodies(text), person) };
  const root = readJsonTree(text);
  // It is about all rows of a file, and names a person by what Marketo said of hers.
  if (memberOf(root, 'file') !== undefined && memberOf(root, 'deadLetter') !== undefined) {
    return { kind: 'rewritten', text: withoutAddressOf(text, person) };
  }
  const path = memberOf(root, 'deadLetter') === undefined ? [] : ['message', 'body'];
  const message = path.reduce<JsonNode | undefined>((node, name) => memberOf(node, name), root);
  const input = memberOf(memberOf(message, 'body'), 'input');
  if (message === undefined || input?.kind !== 'array') return { kind: 'gone' };
  const kept = [...input.items.keys()].filter((index) => !isTheirs(text, message, input, input.items[index], person));
  if (kept.length === 0) return { kind: 'gone' };
  const records = kept.map((index) => slice(text, input.items[index]));
  const withoutRecords = set(text, [...path, 'body', 'input'], `[${records.join(',')}]`);
  const edited =
    path.length === 0 ? withoutRecords : withoutBodies(withPositions(withoutRecords, text, kept, input.items.length));
  return { kind: 'rewritten', text: withoutAddressOf(edited, person) };
}

/** Whether a record is the person's, by what it says or by the key that the request gives it. */
function isTheirs(text: string, message: Span, input: Span, item: Span | undefined, person: Person): boolean {
  const record = slice(text, item);
  if (holdsAddress(record, person)) return true;
  return hasKey(`${text.slice(message.start, input.start)}[${record}]${text.slice(input.end, message.end)}`, person);
}

/** Positions are those of the input that was published: a letter that has none had all of them. */
function withPositions(edited: string, original: string, kept: readonly number[], records: number): string {
  if (kept.length === records) return edited;
  const known = memberOf(memberOf(readJsonTree(original), 'message'), 'positions');
  const items = known?.kind === 'array' && known.items.length === records ? known.items : undefined;
  const positions = kept.map((index) => (items === undefined ? String(index) : slice(original, items[index])));
  return set(edited, ['message', 'positions'], `[${positions.join(',')}]`);
}

function withoutBodies(letter: string): string {
  const cut = BODIES.reduce((text, path) => {
    const there = path.reduce<JsonNode | undefined>((node, name) => memberOf(node, name), readJsonTree(text));
    return there === undefined ? text : set(text, path, toJsonText(ERASED));
  }, letter);
  const details = memberOf(memberOf(readJsonTree(cut), 'failure'), 'details');
  return details === undefined ? cut : set(cut, ['failure', 'details'], '[]');
}

/** An address holds no character that JSON escapes: it can be replaced in the text. */
function withoutAddressOf(text: string, { address }: Person): string {
  return spellings(address).reduce((left, one) => left.replace(new RegExp(escapeForPattern(one), 'gi'), ERASED), text);
}

function holdsAddress(text: string, { address }: Person): boolean {
  const lower = text.toLowerCase();
  return spellings(address).some((one) => lower.includes(one.toLowerCase()));
}

/** As it is written, and as a query of a URL has it. */
function spellings(address: string): readonly string[] {
  return [address, encodeURIComponent(address)];
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function hasKey(body: string, { keys }: Person): boolean {
  return keysOfBody(body).some((key) => keys.includes(key));
}

function set(text: string, path: readonly (string | number)[], valueText: string): string {
  const outcome = editJson(text, { kind: 'set', path, valueText }, (root) => [root]);
  return outcome.kind === 'edited' ? outcome.text : text;
}

function slice(text: string, span: Span | undefined): string {
  return span === undefined ? '' : text.slice(span.start, span.end);
}

export type { ErasedLetter, Person };
export { ERASED, eraseFromLetter, holdsAddress, withoutAddressOf };
