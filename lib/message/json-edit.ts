import { toJsonText } from './json-text.ts';
import { type JsonNode, memberOf, readJsonTree } from './json-tree.ts';

/** Steps from a value to one inside it: names of members, and indices of items. */
type JsonPath = readonly (string | number)[];

/** One change of JSON text. `set` adds what is not there; `rename` and `unset` leave a value without the member alone. */
type JsonEdit =
  | { readonly kind: 'set'; readonly path: JsonPath; readonly valueText: string }
  | { readonly kind: 'rename'; readonly path: JsonPath; readonly name: string }
  | { readonly kind: 'unset'; readonly path: JsonPath };

type EditOutcome =
  | { readonly kind: 'edited'; readonly text: string; readonly changes: number }
  | { readonly kind: 'impossible'; readonly problem: string };

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const MAX_STEPS = 32;

/**
 * `industry`, `address.city`, `tokens[0].value`, `["a.b"]`.
 *
 * @returns undefined when the text is no path.
 */
function readJsonPath(text: string): JsonPath | undefined {
  const steps: (string | number)[] = [];
  let rest = text;
  while (rest !== '') {
    const match = /^\[(\d{1,5})\]|^\[("(?:[^"\\]|\\.)*")\]|^(\.?)([^.[\]"\s=]+)/.exec(rest);
    if (match === null || steps.length === MAX_STEPS) return undefined;
    const [whole, index, quoted, dot, name] = match;
    if (name !== undefined && (dot === '') !== (steps.length === 0)) return undefined;
    const step = index !== undefined ? Number(index) : quoted === undefined ? name : parseName(quoted);
    if (step === undefined) return undefined;
    steps.push(step);
    rest = rest.slice(whole.length);
  }
  return steps.length === 0 ? undefined : steps;
}

function parseName(quoted: string): string | undefined {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return undefined;
  }
}

/**
 * Applies an edit to each of some values in a text: whatever it does not name stays as it is written, to the digit.
 *
 * @param targets - gives the values that `edit.path` starts from
 */
function editJson(text: string, edit: JsonEdit, targets: (root: JsonNode) => readonly JsonNode[]): EditOutcome {
  const root = readJsonTree(text);
  if (root === undefined) return { kind: 'impossible', problem: 'the message is not JSON' };
  const splices: Splice[] = [];
  for (const target of targets(root)) {
    const found = spliceOf(text, target, edit);
    if (typeof found === 'string') return { kind: 'impossible', problem: found };
    splices.push(...found);
  }
  return { kind: 'edited', text: splice(text, splices), changes: splices.length };
}

function spliceOf(text: string, target: JsonNode, edit: JsonEdit): readonly Splice[] | string {
  const last = edit.path.at(-1) ?? '';
  const parent = descend(target, edit.path.slice(0, -1));
  if (edit.kind === 'set') return setIn(text, parent, edit.path, edit.valueText);
  if (parent.rest.length > 0) return [];
  return edit.kind === 'unset' ? unsetIn(text, parent.node, last) : renameIn(text, parent.node, last, edit.name);
}

/** As far as the path leads, and what is left of it. */
function descend(from: JsonNode, path: JsonPath): { readonly node: JsonNode; readonly rest: JsonPath } {
  let node = from;
  for (const [index, step] of path.entries()) {
    const next = childOf(node, step);
    if (next === undefined) return { node, rest: path.slice(index) };
    node = next;
  }
  return { node, rest: [] };
}

function childOf(node: JsonNode, step: string | number): JsonNode | undefined {
  return typeof step === 'string' ? memberOf(node, step) : node.kind === 'array' ? node.items[step] : undefined;
}

function setIn(
  text: string,
  { node, rest }: { readonly node: JsonNode; readonly rest: JsonPath },
  path: JsonPath,
  valueText: string,
): readonly Splice[] | string {
  const [next = '', ...deeper] = [...rest, path.at(-1) ?? ''];
  const existing = childOf(node, next);
  if (existing !== undefined) return [{ start: existing.start, end: existing.end, text: valueText }];
  const where = typeof next === 'number' ? `[${next}]` : next;
  if (node.kind !== 'object' || typeof next === 'number' || deeper.some((step) => typeof step === 'number')) {
    const kind = node.kind === 'scalar' ? `the value ${text.slice(node.start, node.end).slice(0, 40)}` : node.kind;
    return `${where} cannot be set in ${kind === 'array' || kind === 'object' ? `an ${kind}` : kind}`;
  }
  const value = deeper.reduceRight<string>((inner, step) => `{${toJsonText(step)}:${inner}}`, valueText);
  const comma = node.members.length === 0 ? '' : ',';
  const at = node.members.at(-1)?.value.end ?? node.start + 1;
  return [{ start: at, end: at, text: `${comma}${toJsonText(next)}:${value}` }];
}

function unsetIn(text: string, node: JsonNode, name: string | number): readonly Splice[] | string {
  if (typeof name === 'number') return 'an item of an array cannot be unset: set the whole array';
  if (node.kind !== 'object') return [];
  const kept = node.members.filter((member) => member.name !== name);
  if (kept.length === node.members.length) return [];
  const inner = kept.map((member) => text.slice(member.start, member.value.end)).join(',');
  return [{ start: node.start, end: node.end, text: `{${inner}}` }];
}

function renameIn(text: string, node: JsonNode, from: string | number, to: string): readonly Splice[] | string {
  if (typeof from === 'number') return 'an item of an array cannot be renamed';
  if (node.kind !== 'object') return [];
  const renamed = node.members.filter((member) => member.name === from);
  if (renamed.length === 0) return [];
  const other = memberOf(node, to);
  if (other !== undefined) {
    return `${from} cannot be renamed: there is a ${to} already, ${text.slice(other.start, other.end).slice(0, 40)}`;
  }
  return renamed.map(({ start, nameEnd }) => ({ start, end: nameEnd, text: toJsonText(to) }));
}

function splice(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((one, other) => other.start - one.start)
    .reduce((edited, { start, end, text: piece }) => edited.slice(0, start) + piece + edited.slice(end), text);
}

export type { EditOutcome, JsonEdit, JsonPath };
export { editJson, readJsonPath };
