import { createReadStream } from 'node:fs';
import { MAX_MESSAGE_BYTES } from '../../settings/policy.ts';

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
/** SQS: the characters of XML 1.0 and no others. */
const REFUSED_BY_SQS = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Reads messages from an NDJSON file. A line with an object is a message, published as it is written; a line with a
 * JSON string is a raw body, published as what the string says, so that bodies that are not JSON can be tried too.
 * Empty lines are skipped. Every problem names the file and the line, and any problem means that nothing is published.
 */
async function readMessages(path: string, limits: ReadLimits = READ_LIMITS): Promise<ReadOutcome> {
  const messages: FileMessage[] = [];
  const problems: string[] = [];
  let line = 0;
  let bytes = 0;
  try {
    for await (const text of linesOf(path)) {
      line += 1;
      bytes += text.length;
      if (bytes > limits.bytes) return tooMuch(path, `holds more than ${limits.bytes} bytes`);
      const outcome = readLine(text, line);
      if (outcome === undefined) continue;
      if (typeof outcome === 'string') problems.push(`${path}:${line}: ${outcome}`);
      else messages.push(outcome);
      if (messages.length > limits.messages) return tooMuch(path, `holds more than ${limits.messages} messages`);
      if (problems.length >= MAX_PROBLEMS) break;
    }
  } catch (error) {
    return { kind: 'unreadable', problems: [`${path}: ${explain(error)}`] };
  }
  if (problems.length > 0) return { kind: 'unreadable', problems };
  if (messages.length === 0) return { kind: 'unreadable', problems: [`${path}: there is no message in this file`] };
  return { kind: 'read', messages };
}

/** Lines as bytes: each is decoded by itself, so that one that is not UTF-8 can be named. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of createReadStream(path)) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]);
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    // A string can be six times as long in JSON as it is: no line that is longer still can be a message.
    if (restBytes > MAX_LINE_BYTES) throw new Error('a line is far longer than SQS allows a message to be');
  }
  yield Buffer.concat(rest);
}

/** A message, the problem with the line, or undefined for an empty line. */
function readLine(raw: Buffer, line: number): FileMessage | string | undefined {
  const text = decode(raw)?.trim();
  if (text === undefined) return 'not UTF-8';
  if (text === '') return undefined;
  const parsed = parse(text);
  if ('problem' in parsed) return parsed.problem;
  const { value } = parsed;
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    return 'a line must be an object (a message) or a string (a raw body)';
  }
  const body = typeof value === 'string' ? value : text;
  return refusal(body) ?? { line, body, ...facts(typeof value === 'string' ? parseQuietly(value) : value) };
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

function tooMuch(path: string, what: string): ReadOutcome {
  return { kind: 'unreadable', problems: [`${path}: the file ${what}; split it`] };
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
