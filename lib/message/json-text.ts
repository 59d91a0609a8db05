import type { Json } from '../marketo/request.ts';
import { isCertainlySound } from './json-quick-check.ts';

/**
 * What valid JSON text says that `JSON.parse` would silently lose or change, or that must not travel on:
 *
 * - `depth`: nested deeper than allowed; the scan ends there
 * - `duplicate`: a member given twice, of which only the last would be kept
 * - `number`: a number that a double cannot hold, such as a 64-bit id
 * - `surrogate`: half of a surrogate pair, which UTF-8 cannot carry
 * - `replacement`: a raw U+FFFD, the mark of bytes that were not UTF-8 (its escape `\ufffd` is meant, and no fault)
 */
interface JsonFault {
  /** `body.input[3].email`; empty for the whole. */
  readonly path: string;
  readonly kind: 'depth' | 'duplicate' | 'number' | 'surrogate' | 'replacement';
  /** The offending token or member name. */
  readonly text: string;
}

type JsonReading =
  | { readonly ok: true; readonly value: unknown; readonly faults: readonly JsonFault[] }
  | { readonly ok: false; readonly detail: string };

interface Frame {
  readonly names: Set<string> | undefined; // undefined in an array
  expectsName: boolean;
  at: string | number;
}

const MAX_FAULTS = 100;
/** No double needs more digits; a longer number is hostile or a mistake. */
const MAX_NUMBER_LENGTH = 400;
/**
 * Levels of nesting in a message: Adobe's deepest request (campaign tokens, form visitor data) has six. A body in a letter
 * has no more, so that it never makes the letter unreadable.
 */
const MAX_DEPTH = 32;
const REPLACEMENT = '\uFFFD';
/**
 * Beside what JSON.stringify escapes itself: U+FFFE and U+FFFF are outside XML 1.0, a raw U+FFFD would be taken for
 * damage, and fauxqs 2.4.1 refuses the pairs beyond U+FFFF, though SQS takes them.
 */
const NOT_SAFE_IN_A_BODY = /[\uD800-\uDFFF\uFFFD-\uFFFF]/g;

/** Parses, and lists what parsing hides. Never throws, whatever the text. */
function readJson(text: string, maxDepth: number): JsonReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : 'not JSON' };
  }
  return { ok: true, value, faults: isCertainlySound(text, value, maxDepth) ? [] : scan(text, maxDepth) };
}

/** Walks over text that `JSON.parse` has accepted, so the grammar needs no checking here. */
function scan(text: string, maxDepth: number): readonly JsonFault[] {
  const faults: JsonFault[] = [];
  const stack: Frame[] = [];
  const report = (kind: JsonFault['kind'], token: string): void => {
    faults.push({ path: pathOf(stack), kind, text: token });
  };
  let index = 0;
  while (index < text.length && faults.length < MAX_FAULTS) {
    const frame = stack.at(-1);
    const character = text.charAt(index);
    if (character === '"') {
      const end = endOfString(text, index);
      readString(text.slice(index, end), frame, report);
      index = end;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(text, index);
      const token = text.slice(index, end);
      if (!isExact(token)) report('number', token);
      index = end;
    } else {
      if (character === '{' || character === '[') {
        if (stack.length >= maxDepth) {
          report('depth', String(maxDepth));
          return faults;
        }
        const isObject = character === '{';
        stack.push({ names: isObject ? new Set() : undefined, expectsName: isObject, at: isObject ? '' : 0 });
      } else if (character === '}' || character === ']') {
        stack.pop();
      } else if (character === ',' && frame !== undefined) {
        if (typeof frame.at === 'number') frame.at += 1;
        else frame.expectsName = true;
      }
      index += 1;
    }
  }
  return faults;
}

function readString(
  token: string,
  frame: Frame | undefined,
  report: (kind: JsonFault['kind'], token: string) => void,
): void {
  const value = token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1);
  if (frame?.names !== undefined && frame.expectsName) {
    frame.at = value;
    frame.expectsName = false;
    if (frame.names.has(value)) report('duplicate', value);
    frame.names.add(value);
  }
  if (!value.isWellFormed()) report('surrogate', value);
  if (token.includes(REPLACEMENT)) report('replacement', value);
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === 0x5c) index += 1;
    else if (character === 0x22) return index + 1;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && '0123456789.eE+-'.includes(text.charAt(end))) end += 1;
  return end;
}

/** Whether the number means the same after a double has held it. `1.0` and `1e0` do; 12345678901234567890 does not. */
function isExact(token: string): boolean {
  if (token.length > MAX_NUMBER_LENGTH) return false;
  const value = Number(token);
  return Number.isFinite(value) && normalised(token) === normalised(String(value));
}

function normalised(number: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number);
  if (match === null) return number;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

function pathOf(stack: readonly Frame[]): string {
  return stack.reduce((path, frame) => joinPath(path, frame.at), '');
}

/** `joinPath('body.input', 3)` is `body.input[3]`; names that are no identifiers are quoted. */
function joinPath(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${step}]`;
  if (step === '') return path;
  const name = shorten(step, 60);
  if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${path}[${toJsonText(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** Cuts between characters, never inside one. */
function shorten(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}...`;
}

/**
 * JSON text that SQS accepts and that reads back the same. Use it for every body that the relay writes itself: SQS takes
 * XML 1.0 characters only, and a raw U+FFFD would be taken for damaged UTF-8.
 */
function toJsonText(value: unknown, indent?: number): string {
  return safeJsonText(JSON.stringify(value, null, indent));
}

/** JSON text of somebody else's as {@link toJsonText} would have written it: nothing is changed but how characters are spelt. */
function safeJsonText(text: string): string {
  return text.replace(NOT_SAFE_IN_A_BODY, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/**
 * A body for embedding in JSON: as JSON where nothing is lost by it, else as the string it was. Only objects and arrays
 * are embedded, so that {@link unembedJson} can tell the two apart.
 */
function embedJson(text: string): Json {
  const reading = readJson(text, MAX_DEPTH);
  if (!reading.ok || reading.faults.length > 0) return text;
  return typeof reading.value === 'object' && reading.value !== null ? (reading.value as Json) : text;
}

/** The inverse of {@link embedJson}, up to white space, the spelling of numbers and escapes. */
function unembedJson(value: Json): string {
  return typeof value === 'string' ? value : toJsonText(value);
}

export type { JsonFault, JsonReading };
export {
  embedJson,
  endOfNumber,
  endOfString,
  joinPath,
  MAX_DEPTH,
  readJson,
  safeJsonText,
  shorten,
  toJsonText,
  unembedJson,
};
