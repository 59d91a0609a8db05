import type { Lanes } from '../ledger/lane.ts';
import { HOURS, NOT_SEEN } from '../ledger/live-hours.ts';

/**
 * What the ledger remembers of live calls for the backfill's sake, as 76 bytes:
 *
 *     pressure: surge, usual surge, usual slots, each u16 in hundredths; when u48
 *     backfill: start of its last permit u48
 *     hours:    the hour that runs, since the epoch, u32; live calls in it u16; then for each hour of the day u16,
 *               all bits set where it has not been seen
 */
const BYTES = 3 * 2 + 6 + 6 + 4 + 2 + 2 * HOURS;
const MOST = 0xfffe;
const UNSEEN = 0xffff;

const whole = (value: number): number => Math.max(0, Math.min(MOST, Math.round(value)));

function encodeLanes({ pressure, hours, backfillStartMs }: Lanes): Uint8Array {
  const bytes = Buffer.alloc(BYTES);
  let at = 0;
  for (const value of [pressure.surge, pressure.usualSurge, pressure.usualSlots]) {
    at = bytes.writeUInt16BE(whole(100 * value), at);
  }
  at = bytes.writeUIntBE(Math.round(pressure.atMs), at, 6);
  at = bytes.writeUIntBE(Math.round(backfillStartMs), at, 6);
  at = bytes.writeUInt32BE(hours.hour, at);
  at = bytes.writeUInt16BE(whole(hours.calls), at);
  for (let hour = 0; hour < HOURS; hour++) {
    const calls = hours.byHour[hour] ?? NOT_SEEN;
    at = bytes.writeUInt16BE(calls < 0 ? UNSEEN : whole(calls), at);
  }
  return new Uint8Array(bytes);
}

/** Undefined for what is too short to be one: then nothing is known of live, and it is learnt anew. */
function decodeLanes(bytes: Uint8Array): Lanes | undefined {
  if (bytes.byteLength < BYTES) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [surge = 0, usualSurge = 0, usualSlots = 0] = [0, 2, 4].map((at) => buffer.readUInt16BE(at) / 100);
  const byHour = Array.from({ length: HOURS }, (_, hour) => buffer.readUInt16BE(24 + 2 * hour));
  return {
    pressure: { surge, usualSurge, usualSlots, atMs: buffer.readUIntBE(6, 6) },
    backfillStartMs: buffer.readUIntBE(12, 6),
    hours: {
      hour: buffer.readUInt32BE(18),
      calls: buffer.readUInt16BE(22),
      byHour: byHour.map((calls) => (calls === UNSEEN ? NOT_SEEN : calls)),
    },
  };
}

export { decodeLanes, encodeLanes };
