import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { failed } from '../verb-failure.ts';

const CHUNK_BYTES = 256 * 1_024;
const LINE_FEED = 0x0a;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** The longer first: UTF-32 in little endian begins as UTF-16 does. */
const OTHER_MARKS = [
  { bytes: [0xff, 0xfe, 0x00, 0x00], encoding: 'UTF-32' },
  { bytes: [0x00, 0x00, 0xfe, 0xff], encoding: 'UTF-32' },
  { bytes: [0xff, 0xfe], encoding: 'UTF-16' },
  { bytes: [0xfe, 0xff], encoding: 'UTF-16' },
] as const;
/** Text in UTF-16 has a NUL byte in every second place, as long as it is mostly Latin. */
const NUL_SHARE_OF_UTF16 = 0.25;
const LOOKED_AT_BYTES = 1_024;

interface SourceEnd {
  /** SHA-256 of the whole file, in hexadecimal digits. */
  readonly digest: string;
  readonly bytes: number;
}

/**
 * The bytes of a text file in UTF-8, checked as they pass, without the byte order mark. A piece may end inside a character.
 *
 * @param name - for the reader of an error
 * @param onEnd - called once all of the file has been read
 * @throws {VerbFailure} naming the encoding where it is another one, with the command that converts it.
 */
async function* sourceBytes(path: string, name: string, onEnd: (end: SourceEnd) => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  let lines = 1;
  // The bytes of a character of which the rest comes in the next piece: at most three.
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of openFile(path) as AsyncIterable<Buffer>) {
    if (bytes === 0) refuseOtherEncoding(chunk, name);
    hash.update(chunk);
    const text = Buffer.concat([rest, chunk]);
    const end = endOfWholeCharacters(text);
    const whole = text.subarray(0, end);
    if (!isUtf8(whole)) throw notUtf8(whole, lines, name);
    lines += count(whole, LINE_FEED);
    rest = text.subarray(end);
    const isMarked = bytes === 0 && chunk.subarray(0, UTF8_MARK.length).equals(UTF8_MARK);
    bytes += chunk.length;
    yield isMarked ? chunk.subarray(UTF8_MARK.length) : chunk;
  }
  if (rest.length > 0) throw notUtf8(rest, lines, name);
  onEnd({ digest: hash.digest('hex'), bytes });
}

function openFile(path: string): AsyncIterable<unknown> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

function refuseOtherEncoding(start: Buffer, name: string): void {
  const marked = OTHER_MARKS.find(({ bytes }) => start.subarray(0, bytes.length).equals(Buffer.from(bytes)));
  if (marked !== undefined) throw otherEncoding(name, marked.encoding, 'by its byte order mark');
  const looked = start.subarray(0, LOOKED_AT_BYTES);
  if (looked.length >= 2 && count(looked, 0) >= looked.length * NUL_SHARE_OF_UTF16) {
    throw otherEncoding(name, looked[0] === 0 ? 'UTF-16BE' : 'UTF-16LE', 'by its many NUL bytes');
  }
}

function otherEncoding(name: string, encoding: string, sign: string): Error {
  return failed('usage', `${name} is ${encoding}, ${sign}: only UTF-8 is read. ${conversion(encoding, name)}`);
}

function conversion(encoding: string, name: string): string {
  return `Save it as "CSV UTF-8", or: iconv -f ${encoding} -t UTF-8 ${name} > utf8.csv`;
}

/** Bytes from 0x80 to 0x9F are control characters in Latin-1, and quotes, dashes and the euro in Windows-1252. */
function notUtf8(bytes: Buffer, linesBefore: number, name: string): Error {
  const at = firstFault(bytes);
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const line = linesBefore + count(bytes.subarray(0, at), LINE_FEED);
  const isWindows = bytes.subarray(at).some((one) => one >= 0x80 && one <= 0x9f);
  const encoding = isWindows ? 'Windows-1252' : 'Latin-1 (ISO-8859-1) or Windows-1252';
  const what = `${name}, line ${line}: byte 0x${byte} is not UTF-8; the file looks like ${encoding}`;
  return failed('usage', `${what}. ${conversion('WINDOWS-1252', name)}`);
}

/** Where the longest beginning that is UTF-8 ends: found by halving, since it happens once a command. */
function firstFault(bytes: Buffer): number {
  let sound = 0;
  let broken = bytes.length;
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    const part = bytes.subarray(0, middle);
    if (isUtf8(part.subarray(0, endOfWholeCharacters(part)))) sound = middle;
    else broken = middle;
  }
  return endOfWholeCharacters(bytes.subarray(0, sound));
}

/** UTF-8: the first byte of a character says how many there are, those that follow are 10xxxxxx. */
function endOfWholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function count(bytes: Buffer, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found += 1;
  return found;
}

export type { SourceEnd };
export { sourceBytes };
