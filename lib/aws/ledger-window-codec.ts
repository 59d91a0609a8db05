import type { WindowCall } from '../ledger/state.ts';

/**
 * The ended calls of a window as bytes: two for each call of a usual window, so that 100 of them leave the item under
 * the 1 KB that one write unit covers.
 *
 *     form:    u8; bit 0: over 255 workers, bit 1: over 65 s from the first call to the last, bit 2: usual
 *     workers: count u16, then for each: length u8, ASCII name
 *     base:    milliseconds since the epoch, u48
 *     calls:   usual: for each u16: worker in 4 bits, milliseconds after the call before it, plus 2,048, in 12 bits;
 *                     all of these set: the milliseconds follow as i32
 *              else:  for each: worker u8 (bit 0: u16), milliseconds after base u16 (bit 1: u24)
 */
const MANY_WORKERS = 1;
const LONG_SPAN = 2;
const USUAL = 4;
const BASE_BYTES = 6;
/** 4.6 hours: far beyond any window (60 s at most, see `rateLimitWindowSeconds`) and any lease. */
const LONGEST_SPAN_MS = 0xffffff;
const USUAL_WORKERS = 16;
const STEP_BITS = 12;
const LONG_STEP = 0xfff;
const STEP_OFFSET_MS = 2_048;

function encodeWindow(ended: readonly WindowCall[]): Uint8Array {
  const workers = [...new Set(ended.map((call) => call.worker))];
  const newest = Math.max(0, ...ended.map((call) => call.atMs));
  // A call older than the span is written as younger than it is: it counts for longer, never for less.
  const base = Math.max(Math.min(newest, ...ended.map((call) => call.atMs)), newest - LONGEST_SPAN_MS);
  const calls = ended.map(({ worker, atMs }) => ({
    worker: workers.indexOf(worker),
    sinceBaseMs: Math.max(0, atMs - base),
  }));
  const unusual = (workers.length > 0xff ? MANY_WORKERS : 0) | (newest - base > 0xffff ? LONG_SPAN : 0);
  const isUsual = workers.length <= USUAL_WORKERS;
  const head = Buffer.alloc(3 + BASE_BYTES + workers.reduce((sum, worker) => sum + 1 + worker.length, 0));
  let at = head.writeUInt16BE(workers.length, head.writeUInt8(isUsual ? USUAL : unusual, 0));
  for (const worker of workers) {
    at = head.writeUInt8(worker.length, at);
    at += head.write(worker, at, 'latin1');
  }
  head.writeUIntBE(base, at, BASE_BYTES);
  return new Uint8Array(Buffer.concat([head, isUsual ? encodeSteps(calls) : encodeTimes(calls, widths(unusual))]));
}

type Encoded = readonly { readonly worker: number; readonly sinceBaseMs: number }[];

function encodeTimes(calls: Encoded, [workerBytes, timeBytes]: Widths): Buffer {
  const buffer = Buffer.alloc(calls.length * (workerBytes + timeBytes));
  let at = 0;
  for (const { worker, sinceBaseMs } of calls) {
    at = buffer.writeUIntBE(worker, at, workerBytes);
    at = buffer.writeUIntBE(sinceBaseMs, at, timeBytes);
  }
  return buffer;
}

function encodeSteps(calls: Encoded): Buffer {
  const buffer = Buffer.alloc(calls.length * 6);
  let at = 0;
  let beforeMs = 0;
  for (const { worker, sinceBaseMs } of calls) {
    const step = sinceBaseMs - beforeMs + STEP_OFFSET_MS;
    const isLong = step < 0 || step >= LONG_STEP;
    at = buffer.writeUInt16BE((worker << STEP_BITS) | (isLong ? LONG_STEP : step), at);
    if (isLong) at = buffer.writeInt32BE(sinceBaseMs - beforeMs, at);
    beforeMs = sinceBaseMs;
  }
  return buffer.subarray(0, at);
}

function decodeWindow(bytes: Uint8Array): WindowCall[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const form = buffer.readUInt8(0);
  const count = buffer.readUInt16BE(1);
  let at = 3;
  const workers: string[] = [];
  for (let index = 0; index < count; index++) {
    const length = buffer.readUInt8(at);
    workers.push(buffer.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const base = buffer.readUIntBE(at, BASE_BYTES);
  const rest = buffer.subarray(at + BASE_BYTES);
  const calls = (form & USUAL) === 0 ? decodeTimes(rest, widths(form)) : decodeSteps(rest);
  return calls.map(({ worker, sinceBaseMs }) => ({ atMs: base + sinceBaseMs, worker: workers[worker] ?? '' }));
}

function decodeTimes(buffer: Buffer, [workerBytes, timeBytes]: Widths): Encoded {
  const each = workerBytes + timeBytes;
  return Array.from({ length: Math.floor(buffer.length / each) }, (_, index) => ({
    worker: buffer.readUIntBE(index * each, workerBytes),
    sinceBaseMs: buffer.readUIntBE(index * each + workerBytes, timeBytes),
  }));
}

function decodeSteps(buffer: Buffer): Encoded {
  const calls: { worker: number; sinceBaseMs: number }[] = [];
  let sinceBaseMs = 0;
  for (let at = 0; at < buffer.length; ) {
    const both = buffer.readUInt16BE(at);
    at += 2;
    const isLong = (both & LONG_STEP) === LONG_STEP;
    sinceBaseMs += isLong ? buffer.readInt32BE(at) : (both & LONG_STEP) - STEP_OFFSET_MS;
    if (isLong) at += 4;
    calls.push({ worker: both >> STEP_BITS, sinceBaseMs });
  }
  return calls;
}

type Widths = readonly [workerBytes: number, timeBytes: number];

function widths(form: number): Widths {
  return [form & MANY_WORKERS ? 2 : 1, form & LONG_SPAN ? 3 : 2];
}

export { decodeWindow, encodeWindow };
