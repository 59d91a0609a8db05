import { endOfNumber, endOfString } from './json-text.ts';

/** Where a value stands in JSON text. Nothing is parsed into numbers, so that an edit leaves every other digit as it is. */
type JsonNode =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'scalar'; readonly start: number; readonly end: number };

interface JsonMember {
  readonly name: string;
  /** Where the name's opening quote is, and the end of its closing one. */
  readonly start: number;
  readonly nameEnd: number;
  readonly value: JsonNode;
}

/** A letter adds levels around a message of at most 32; deeper is nothing that the relay wrote. */
const MAX_TREE_DEPTH = 64;

/** The tree of a text, or undefined when it is not JSON or nested too deep. Never throws. */
function readJsonTree(text: string): JsonNode | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const reader = { text, at: 0 };
  return readValue(reader, 0);
}

interface Reader {
  readonly text: string;
  at: number;
}

/** The text is known to be JSON, so that the grammar needs no checking here. */
function readValue(reader: Reader, depth: number): JsonNode | undefined {
  skipBlanks(reader);
  const start = reader.at;
  const first = reader.text.charAt(start);
  if (first === '{') return depth < MAX_TREE_DEPTH ? readObject(reader, depth) : undefined;
  if (first === '[') return depth < MAX_TREE_DEPTH ? readArray(reader, depth) : undefined;
  reader.at = endOfScalar(reader.text, start);
  return { kind: 'scalar', start, end: reader.at };
}

function readObject(reader: Reader, depth: number): JsonNode | undefined {
  const start = reader.at;
  const members: JsonMember[] = [];
  reader.at += 1;
  for (;;) {
    skipBlanks(reader, ',');
    if (reader.text.charAt(reader.at) === '}') break;
    const nameStart = reader.at;
    const nameEnd = endOfString(reader.text, nameStart);
    reader.at = nameEnd;
    skipBlanks(reader, ':');
    const value = readValue(reader, depth + 1);
    if (value === undefined) return undefined;
    const name = String(JSON.parse(reader.text.slice(nameStart, nameEnd)));
    members.push({ name, start: nameStart, nameEnd, value });
  }
  reader.at += 1;
  return { kind: 'object', start, end: reader.at, members };
}

function readArray(reader: Reader, depth: number): JsonNode | undefined {
  const start = reader.at;
  const items: JsonNode[] = [];
  reader.at += 1;
  for (;;) {
    skipBlanks(reader, ',');
    if (reader.text.charAt(reader.at) === ']') break;
    const item = readValue(reader, depth + 1);
    if (item === undefined) return undefined;
    items.push(item);
  }
  reader.at += 1;
  return { kind: 'array', start, end: reader.at, items };
}

function skipBlanks(reader: Reader, also = ''): void {
  while (reader.at < reader.text.length && ` \t\n\r${also}`.includes(reader.text.charAt(reader.at))) reader.at += 1;
}

function endOfScalar(text: string, start: number): number {
  const first = text.charAt(start);
  if (first === '"') return endOfString(text, start);
  if (first === 't' || first === 'n') return start + 4;
  return first === 'f' ? start + 5 : endOfNumber(text, start);
}

/** The value of a member; of one given twice the last, as `JSON.parse` takes it. */
function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.findLast((member) => member.name === name)?.value : undefined;
}

/** The text of a value; a string's own characters, without quotes and escapes. */
function textOf(text: string, { kind, start, end }: JsonNode): string {
  const token = text.slice(start, end);
  return kind === 'scalar' && token.startsWith('"') ? String(JSON.parse(token)) : token;
}

/** JSON text without blanks between its tokens, or laid out for the eye; every token stays as it is written. */
function layOut(text: string, indent: number): string {
  const node = readJsonTree(text);
  return node === undefined ? text : layOutNode(text, node, indent, '');
}

function layOutNode(text: string, node: JsonNode, indent: number, before: string): string {
  if (node.kind === 'scalar') return text.slice(node.start, node.end);
  const inner = before + ' '.repeat(indent);
  const colon = indent === 0 ? ':' : ': ';
  const parts =
    node.kind === 'array'
      ? node.items.map((item) => layOutNode(text, item, indent, inner))
      : node.members.map(
          ({ start, nameEnd, value }) =>
            `${text.slice(start, nameEnd)}${colon}${layOutNode(text, value, indent, inner)}`,
        );
  const [open, close] = node.kind === 'array' ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  if (indent === 0) return `${open}${parts.join(',')}${close}`;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${before}${close}`;
}

export type { JsonMember, JsonNode };
export { layOut, memberOf, readJsonTree, textOf };
