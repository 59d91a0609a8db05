/**
 * Long strings in the log, in parts that each stay on a line of their own.
 *
 * Lambda is reported to cut a line of standard output at 256 KB, so no line comes near that. A saved query puts the parts
 * in order (`lib/cloud/log-queries.ts`); joined, they are the string again, byte for byte.
 */

/** The `message` of a line that holds a part. */
const LOG_PART_MESSAGE = 'log part';

/**
 * The fields of such a line. `sha256` is that of the whole string: it keeps two strings of one message apart, tells
 * copies of one from another, and proves that what was joined is whole.
 */
interface LogPartFields extends LogPart {
  readonly relayId: string;
  /** Which member of the line before was too long, by its path: `request.body`. */
  readonly partOf: string;
  /** Hexadecimal, of the whole string in UTF-8. */
  readonly sha256: string;
}

interface LogPart {
  /** From 1. */
  readonly part: number;
  readonly parts: number;
  readonly text: string;
}

/** As JSON, without its quotes. The logger's own fields and the other ones of a part take 2 KB at most. */
const MAX_PART_BYTES = 180_000;
/** The longest that one character gets: an escape of six. */
const LEAST_PART_BYTES = 6;

/**
 * Cuts a string between characters, never inside one, so that each part as JSON has at most `maxBytes`. Fewest parts;
 * an empty string is one.
 *
 * @throws {RangeError} when `maxBytes` has no room for a single character.
 * @example
 * toLogParts('a"b', 6); // [{ part: 1, parts: 1, text: 'a"b' }]: four bytes, since the quote is escaped
 */
function toLogParts(text: string, maxBytes = MAX_PART_BYTES): readonly LogPart[] {
  if (maxBytes < LEAST_PART_BYTES) throw new RangeError(`maxBytes is ${maxBytes}: give ${LEAST_PART_BYTES} or more`);
  const texts: string[] = [];
  let start = 0;
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const size = jsonBytes(code);
    if (bytes + size > maxBytes) {
      texts.push(text.slice(start, at));
      start = at;
      bytes = 0;
    }
    bytes += size;
    at += code > 0xffff ? 2 : 1;
  }
  texts.push(text.slice(start));
  return texts.map((one, index) => ({ part: index + 1, parts: texts.length, text: one }));
}

/** What JSON.stringify makes of a code point, in bytes of UTF-8. */
function jsonBytes(code: number): number {
  if (code < 0x20) return code === 8 || code === 9 || code === 10 || code === 12 || code === 13 ? 2 : 6;
  if (code === 0x22 || code === 0x5c) return 2;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (code >= 0xd800 && code <= 0xdfff) return 6;
  return code > 0xffff ? 4 : 3;
}

/**
 * The string again, whatever the order of its parts and however often each is there: a log may hold a line twice.
 *
 * @throws {Error} when a part is missing, or one is of another string.
 */
function joinLogParts(parts: readonly LogPart[]): string {
  const count = parts[0]?.parts ?? 0;
  const byNumber = new Map(parts.map((one) => [one.part, one]));
  const texts = Array.from({ length: count }, (_, index) => byNumber.get(index + 1)?.text);
  const isWhole = texts.every((text) => text !== undefined) && parts.every((one) => one.parts === count);
  if (count === 0 || !isWhole) throw new Error(`${byNumber.size} of ${count} parts`);
  return texts.join('');
}

export type { LogPart, LogPartFields };
export { joinLogParts, LOG_PART_MESSAGE, MAX_PART_BYTES, toLogParts };
