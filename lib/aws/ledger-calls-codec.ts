import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { withinKeyBits } from '../ledger/keys.ts';
import type { CallOutcome } from '../ledger/ledger.ts';
import type { PermitRelease, Probe, Slot } from '../ledger/state.ts';
import { decodeKeys, encodeKeys } from './ledger-keys-codec.ts';

/** What the item holds for each: never to be changed. */
const OUTCOME_NUMBERS: Record<CallOutcome, number> = {
  success: 0,
  transient: 1,
  windowSpent: 2,
  slotsSpent: 3,
  daySpent: 4,
  denied: 5,
  tokenRefused: 6,
  unused: 7,
  neutral: 8,
  operationQuotaSpent: 9,
};
const OUTCOMES = new Map(Object.entries(OUTCOME_NUMBERS).map(([outcome, one]) => [one, outcome as CallOutcome]));

/** Likewise. */
const PROBE_BITS: Record<Probe, number> = { line: 1, operation: 2, day: 4 };
const HEALTH_CHECK_BIT = 8;
/** Whether the keys are in the code of `ledger-keys-codec.ts`; older relays wrote four bytes for each. */
const PACKED_BIT = 0x40;
const BACKFILL_BIT = 16;
const COUNTED_BIT = 1;
const TOKEN_BIT = 0x80;

/**
 * A slot: granted u48, start after it u16, lease after that u24, what it probes and its lane u8; of a probe of an operation the
 * length of its name u8 and the name; then the keys.
 * A start is 2 s after its grant at most, a lease ends minutes after it.
 */
const SLOT_BYTES = 12;
/**
 * An end: when u48, hold u24, whether counted, what, and whether there is a token u8; token u32; the operation's name; after
 * a NUL, until when keys are marked, in milliseconds to the base of 36.
 */
const RELEASE_BYTES = 10;

function encodeSlot(slot: Slot): AttributeValue {
  const name = slot.operation === undefined ? Buffer.alloc(0) : named(slot.operation);
  const head = Buffer.alloc(SLOT_BYTES);
  let at = head.writeUIntBE(slot.grantedAtMs, 0, 6);
  at = head.writeUInt16BE(slot.notBeforeMs - slot.grantedAtMs, at);
  at = head.writeUIntBE(slot.leaseEndsAtMs - slot.notBeforeMs, at, 3);
  const probes = slot.probes.reduce((bits, probe) => bits | PROBE_BITS[probe], PACKED_BIT);
  const lane = slot.lane === 'backfill' ? BACKFILL_BIT : 0;
  head.writeUInt8(probes | (slot.healthCheck ? HEALTH_CHECK_BIT : 0) | lane, at);
  return { B: new Uint8Array(Buffer.concat([head, name, encodeKeys(slot.keys)])) };
}

function named(operation: string): Buffer {
  const name = Buffer.from(operation).subarray(0, 0xff);
  return Buffer.concat([Buffer.of(name.length), name]);
}

function decodeSlot(bytes: Uint8Array = new Uint8Array(SLOT_BYTES)): Slot {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const grantedAtMs = buffer.readUIntBE(0, 6);
  const notBeforeMs = grantedAtMs + buffer.readUInt16BE(6);
  const bits = buffer.readUInt8(SLOT_BYTES - 1);
  const isNamed = (bits & PROBE_BITS.operation) !== 0;
  const nameEnds = SLOT_BYTES + (isNamed ? 1 + buffer.readUInt8(SLOT_BYTES) : 0);
  const keyBytes = buffer.subarray(nameEnds);
  const keys = (bits & PACKED_BIT) === 0 ? decodeLongKeys(keyBytes) : decodeKeys(keyBytes);
  const probes = (Object.keys(PROBE_BITS) as Probe[]).filter((probe) => (bits & PROBE_BITS[probe]) !== 0);
  return {
    grantedAtMs,
    notBeforeMs,
    leaseEndsAtMs: notBeforeMs + buffer.readUIntBE(8, 3),
    keys,
    probes,
    ...(isNamed && { operation: buffer.toString('utf8', SLOT_BYTES + 1, nameEnds) }),
    ...((bits & HEALTH_CHECK_BIT) !== 0 && { healthCheck: true }),
    ...((bits & BACKFILL_BIT) !== 0 && { lane: 'backfill' }),
  };
}

function decodeLongKeys(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => withinKeyBits(bytes.readUInt32BE(4 * index)));
}

function encodeRelease(release: PermitRelease): AttributeValue {
  const { atMs, holdMs, outcome, counted, token, operation = '', marksUntilMs } = release;
  const head = Buffer.alloc(RELEASE_BYTES);
  head.writeUIntBE(atMs, 0, 6);
  head.writeUIntBE(holdMs, 6, 3);
  const flags = (counted ? COUNTED_BIT : 0) | (token === undefined ? 0 : TOKEN_BIT);
  head.writeUInt8((OUTCOME_NUMBERS[outcome] << 1) | flags, RELEASE_BYTES - 1);
  const fingerprint = Buffer.alloc(token === undefined ? 0 : 4);
  if (token !== undefined) fingerprint.writeUInt32BE(token);
  const marks = marksUntilMs === undefined ? '' : `\0${Math.ceil(marksUntilMs).toString(36)}`;
  return { B: new Uint8Array(Buffer.concat([head, fingerprint, Buffer.from(operation + marks)])) };
}

function decodeRelease(bytes: Uint8Array = new Uint8Array(RELEASE_BYTES)): PermitRelease {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = buffer.readUInt8(RELEASE_BYTES - 1);
  const hasToken = (flags & TOKEN_BIT) !== 0 && buffer.length >= RELEASE_BYTES + 4;
  const [operation = '', marks] = buffer.toString('utf8', RELEASE_BYTES + (hasToken ? 4 : 0)).split('\0');
  return {
    atMs: buffer.readUIntBE(0, 6),
    holdMs: buffer.readUIntBE(6, 3),
    outcome: OUTCOMES.get((flags & ~TOKEN_BIT) >> 1) ?? 'success',
    counted: (flags & COUNTED_BIT) !== 0,
    ...(operation !== '' && { operation }),
    ...(hasToken && { token: buffer.readUInt32BE(RELEASE_BYTES) }),
    ...(marks !== undefined && { marksUntilMs: Number.parseInt(marks, 36) }),
  };
}

export { decodeRelease, decodeSlot, encodeRelease, encodeSlot };
