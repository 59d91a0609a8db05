import { createReadStream } from 'node:fs';
import { MAX_MESSAGE_BYTES } from '../../settings/policy.ts';
import { formOf } from './file-form.ts';
import { splitArray, splitValues, type TextPiece } from './json-values.ts';

/** A message to publish, and the line it stands on. */
interface FileMessage {
  readonly line: number;
  /** The SQS body, exactly. */
  readonly body: string;
  /** The publisher's `id`. */
  readonly id?: string;
  /** Entries of `body.input`. */
  readonly records?: number;
}

type ReadOutcome =
  | { readonly kind: 'read'; readonly messages: readonly FileMessage[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

interface ReadLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** A file is read whole before anything is published, so it must fit into memory. */
const READ_LIMITS: ReadLimits = { messages: 200_000, bytes: 512 * 1024 * 1024 };
const MAX_PROBLEMS = 20;
const MAX_LINE_BYTES = 8 * MAX_MESSAGE_BYTES;
const NEWLINE = 0x0a;
const ARRAY_START = 0x5b;
/** SQS: the characters of XML 1.0 and no others. */
const REFUSED_BY_SQS = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

interface ReadOptions {
  readonly limits?: ReadLimits;
  /** What `-` stands for. */
  readonly stdin?: AsyncIterable<Buffer | string>;
}

/**
 * Reads messages from a file, or from standard input for `-`. A line with an object is a message, published as it is
 * written; a line with a JSON string is a raw body, published as what the string says, so that bodies that are not JSON can be
 * tried too. Empty lines are skipped. One JSON array of messages, and messages laid out over several lines, are read too. Every
 * problem names the file and the line, and any problem means that nothing is published.
 */
async function readMessages(path: string, options: ReadOptions = {}): Promise<ReadOutcome> {
  const { limits = READ_LIMITS, stdin } = options;
  const name = path === '-' ? 'stdin' : path;
  try {
    if (path === '-' && stdin === undefined) throw new Error('there is no standard input');
    const lines = await readLines(path === '-' && stdin !== undefined ? stdin : createReadStream(path), limits);
    if (typeof lines === 'string') return unreadable(`${name}: the file ${lines}; split it`);
    return readForm(name, lines, limits);
  } catch (error) {
    return unreadable(`${name}: ${explain(error)}`);
  }
}

function readForm(name: string, lines: readonly Buffer[], limits: ReadLimits): ReadOutcome {
  switch (formOf(name, firstTexts(lines))) {
    case 'csv':
      return unreadable(
        `${name}: this is CSV, not messages: run \`npm start -- --serve\`, and in another terminal \`npm run relay -- load ${name} --local\``,
      );
    case 'lines':
      return collect(name, lines.entries(), ([index, raw]) => readRaw(raw, index + 1), limits);
    case 'array':
      return readWhole(name, lines, limits, (text) => {
        JSON.parse(text);
        return splitArray(text);
      });
    case 'pretty':
      return readWhole(name, lines, limits, splitValues);
  }
}

function readWhole(
  name: string,
  lines: readonly Buffer[],
  limits: ReadLimits,
  split: (text: string) => readonly TextPiece[],
): ReadOutcome {
  const text = decode(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))?.trim();
  if (text === undefined) return unreadable(`${name}: not UTF-8`);
  try {
    return collect(name, split(text), (piece) => readText(piece.text, piece.line), limits);
  } catch (error) {
    return unreadable(`${name}: this begins as a JSON array and is not JSON: ${explain(error)}`);
  }
}

function collect<Piece>(
  name: string,
  pieces: Iterable<Piece>,
  read: (piece: Piece) => FileMessage | Problem | undefined,
  limits: ReadLimits,
): ReadOutcome {
  const messages: FileMessage[] = [];
  const problems: string[] = [];
  for (const piece of pieces) {
    const outcome = read(piece);
    if (outcome === undefined) continue;
    if ('problem' in outcome) problems.push(`${name}:${outcome.line}: ${outcome.problem}`);
    else messages.push(outcome);
    if (messages.length > limits.messages) {
      return unreadable(`${name}: the file holds more than ${limits.messages} messages; split it`);
    }
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (problems.length > 0) return { kind: 'unreadable', problems };
  if (messages.length === 0) return unreadable(`${name}: there is no message in this file`);
  return { kind: 'read', messages };
}

/** Lines as bytes: each is decoded by itself, so that one that is not UTF-8 can be named. */
async function readLines(source: AsyncIterable<Buffer | string>, limits: ReadLimits): Promise<Buffer[] | string> {
  const lines: Buffer[] = [];
  let rest: Buffer[] = [];
  let restBytes = 0;
  let bytes = 0;
  for await (const piece of source) {
    const chunk = Buffer.from(piece);
    bytes += chunk.length;
    if (bytes > limits.bytes) return `holds more than ${limits.bytes} bytes`;
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      lines.push(Buffer.concat([...rest, chunk.subarray(from, end)]));
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    // A string can be six times as long in JSON as it is: no line that is longer still can be a message, but a whole array.
    const isArray = lines.length === 0 && rest[0]?.[0] === ARRAY_START;
    if (restBytes > MAX_LINE_BYTES && !isArray) throw new Error('a line is far longer than SQS allows a message to be');
  }
  return [...lines, Buffer.concat(rest)];
}

function firstTexts(lines: readonly Buffer[]): readonly string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const text = decode(line)?.trim() ?? '\ufffd';
    if (text !== '') texts.push(text);
    if (texts.length === 2) break;
  }
  return texts;
}

function unreadable(problem: string): ReadOutcome {
  return { kind: 'unreadable', problems: [problem] };
}

interface Problem {
  readonly line: number;
  readonly problem: string;
}

/** A message, the problem with the line, or undefined for an empty line. */
function readRaw(raw: Buffer, line: number): FileMessage | Problem | undefined {
  const text = decode(raw)?.trim();
  if (text === undefined) return { line, problem: 'not UTF-8' };
  return text === '' ? undefined : readText(text, line);
}

function readText(text: string, line: number): FileMessage | Problem {
  const parsed = parse(text);
  if ('problem' in parsed) return { line, problem: parsed.problem };
  const { value } = parsed;
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    return { line, problem: 'a line must be an object (a message) or a string (a raw body)' };
  }
  const body = typeof value === 'string' ? value : text;
  const problem = refusal(body);
  if (problem !== undefined) return { line, problem };
  return { line, body, ...facts(typeof value === 'string' ? parseQuietly(value) : value) };
}

/** Undefined for what is not UTF-8: replacing bytes would publish something else than the file says. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function refusal(body: string): string | undefined {
  if (body === '') return 'SQS takes no empty body';
  const bytes = Buffer.byteLength(body, 'utf8');
  if (bytes > MAX_MESSAGE_BYTES) return `the body has ${bytes} bytes, SQS takes at most ${MAX_MESSAGE_BYTES}`;
  const refused = REFUSED_BY_SQS.exec(body);
  if (refused === null) return undefined;
  const code = refused[0].codePointAt(0) ?? 0;
  return `SQS takes no character U+${code.toString(16).toUpperCase().padStart(4, '0')} (position ${refused.index + 1})`;
}

/** What the report wants to know of a message; the relay judges it by itself. */
function facts(value: unknown): { id?: string; records?: number } {
  if (typeof value !== 'object' || value === null) return {};
  const { id, body } = value as { id?: unknown; body?: unknown };
  const input = typeof body === 'object' && body !== null ? (body as { input?: unknown }).input : undefined;
  return {
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(Array.isArray(input) ? { records: input.length } : {}),
  };
}

function parse(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function parseQuietly(text: string): unknown {
  const parsed = parse(text);
  return 'value' in parsed ? parsed.value : undefined;
}

function explain(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'this is a folder, not a file';
  if (code === 'EACCES') return 'the file may not be read';
  return error instanceof Error ? error.message : String(error);
}

export type { FileMessage, ReadOutcome };
export { readMessages };
