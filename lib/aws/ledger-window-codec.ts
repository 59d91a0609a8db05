import type { WindowCall } from '../ledger/state.ts';

/**
 * The ended calls of a window as bytes: three for each call of a usual window, so that 100 of them leave the item
 * under the 1 KB that one write unit covers.
 *
 *     form:    u8; bit 0: over 255 workers, bit 1: over 65 s from the first call to the last
 *     workers: count u16, then for each: length u8, ASCII name
 *     base:    milliseconds since the epoch, u48
 *     calls:   for each: worker u8 (bit 0: u16), milliseconds after base u16 (bit 1: u24)
 */
const MANY_WORKERS = 1;
const LONG_SPAN = 2;
const BASE_BYTES = 6;
/** 4.6 hours: far beyond any window (60 s at most, see `rateLimitWindowSeconds`) and any lease. */
const LONGEST_SPAN_MS = 0xffffff;

function encodeWindow(ended: readonly WindowCall[]): Uint8Array {
  const workers = [...new Set(ended.map((call) => call.worker))];
  const indexOf = new Map(workers.map((worker, index) => [worker, index]));
  const newest = Math.max(0, ...ended.map((call) => call.atMs));
  // A call older than the span is written as younger than it is: it counts for longer, never for less.
  const base = Math.max(Math.min(newest, ...ended.map((call) => call.atMs)), newest - LONGEST_SPAN_MS);
  const form = (workers.length > 0xff ? MANY_WORKERS : 0) | (newest - base > 0xffff ? LONG_SPAN : 0);
  const [workerBytes, timeBytes] = widths(form);
  const head = 3 + workers.reduce((sum, worker) => sum + 1 + worker.length, 0);
  const buffer = Buffer.alloc(head + BASE_BYTES + ended.length * (workerBytes + timeBytes));
  let at = buffer.writeUInt16BE(workers.length, buffer.writeUInt8(form, 0));
  for (const worker of workers) {
    at = buffer.writeUInt8(worker.length, at);
    at += buffer.write(worker, at, 'latin1');
  }
  at = buffer.writeUIntBE(base, at, BASE_BYTES);
  for (const call of ended) {
    at = buffer.writeUIntBE(indexOf.get(call.worker) ?? 0, at, workerBytes);
    at = buffer.writeUIntBE(Math.max(0, call.atMs - base), at, timeBytes);
  }
  return new Uint8Array(buffer);
}

function decodeWindow(bytes: Uint8Array): WindowCall[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [workerBytes, timeBytes] = widths(buffer.readUInt8(0));
  const count = buffer.readUInt16BE(1);
  let at = 3;
  const workers: string[] = [];
  for (let index = 0; index < count; index++) {
    const length = buffer.readUInt8(at);
    workers.push(buffer.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const base = buffer.readUIntBE(at, BASE_BYTES);
  at += BASE_BYTES;
  const ended: WindowCall[] = [];
  for (; at < buffer.length; at += workerBytes + timeBytes) {
    const worker = workers[buffer.readUIntBE(at, workerBytes)] ?? '';
    ended.push({ atMs: base + buffer.readUIntBE(at + workerBytes, timeBytes), worker });
  }
  return ended;
}

function widths(form: number): [workerBytes: number, timeBytes: number] {
  return [form & MANY_WORKERS ? 2 : 1, form & LONG_SPAN ? 3 : 2];
}

export { decodeWindow, encodeWindow };
