import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { leftToday } from '../ledger/day.ts';
import type { CallOutcome } from '../ledger/ledger.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import {
  type AdaptiveLimit,
  EMPTY_STATE,
  type LedgerState,
  type PermitRelease,
  type Slot,
  type StopReason,
} from '../ledger/state.ts';
import { decodeWindow, encodeWindow } from './ledger-window-codec.ts';

/**
 * The ledger's DynamoDB item: what an operator wants to read in the console as plain attributes (used and left today,
 * calls in the window, slots taken, circuit and until when), what only the relay reads as compactly as it goes: one
 * write unit covers 1 KB, and every call costs about two writes.
 */
type Item = Record<string, AttributeValue>;

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
};
const OUTCOMES = new Map(Object.entries(OUTCOME_NUMBERS).map(([outcome, one]) => [one, outcome as CallOutcome]));

const iso = (ms: number): AttributeValue => ({ S: new Date(ms).toISOString() });
const number = (value: number): AttributeValue => ({ N: String(value) });

/**
 * Granted u48, start after it u16, lease after that u24, probe u8, then u32 for each key: 300 of them are 1.2 KB.
 * A start is 2 s after its grant at most, a lease ends minutes after it.
 */
const SLOT_BYTES = 12;
const RELEASE_BYTES = 10;

function encodeSlot(slot: Slot): AttributeValue {
  const bytes = Buffer.alloc(SLOT_BYTES + 4 * slot.keys.length);
  let at = bytes.writeUIntBE(slot.grantedAtMs, 0, 6);
  at = bytes.writeUInt16BE(slot.notBeforeMs - slot.grantedAtMs, at);
  at = bytes.writeUIntBE(slot.leaseEndsAtMs - slot.notBeforeMs, at, 3);
  at = bytes.writeUInt8(slot.probe ? 1 : 0, at);
  for (const key of slot.keys) at = bytes.writeUInt32BE(key, at);
  return { B: new Uint8Array(bytes) };
}

/** When u48, hold u24, what and whether counted u8. */
function encodeRelease(end: PermitRelease): AttributeValue {
  const bytes = Buffer.alloc(RELEASE_BYTES);
  let at = bytes.writeUIntBE(end.atMs, 0, 6);
  at = bytes.writeUIntBE(end.holdMs, at, 3);
  bytes.writeUInt8(2 * OUTCOME_NUMBERS[end.outcome] + (end.counted ? 1 : 0), at);
  return { B: new Uint8Array(bytes) };
}

function encodeAdaptive(learned: AdaptiveLimit): AttributeValue {
  return { S: `${learned.limit} at ${new Date(learned.atMs).toISOString()}` };
}

/** Everything but the maps `slots` and `releases`, which are written entry by entry. */
function encodePlain(state: LedgerState, limits: LedgerLimits): Item {
  const { day, circuit } = state;
  return {
    version: number(state.version),
    usedToday: number(day.used),
    leftToday: number(leftToday(day, limits)),
    othersToday: number(day.others),
    ...(day.othersAtMs !== undefined && { othersAskedAt: iso(day.othersAtMs) }),
    ...(day.usedAtAsking !== undefined && { usedWhenAsked: number(day.usedAtAsking) }),
    dayStartedMs: number(day.startedAtMs),
    dayResetsAt: iso(day.resetsAtMs),
    ...(day.probeAtMs !== undefined && { daySpentUntil: iso(day.probeAtMs) }),
    callsInWindow: number(state.windowCalls.length + Object.keys(state.slots).length),
    slotsTaken: number(Object.keys(state.slots).length),
    callMs: number(state.callMs),
    window: { B: encodeWindow(state.windowCalls) },
    lastStartMs: number(state.lastStartMs),
    circuit: { S: circuit.stop?.reason ?? 'closed' },
    ...(circuit.failures + circuit.denials > 0 && { failures: { S: `${circuit.failures} ${circuit.denials}` } }),
    ...(circuit.stop && { stoppedUntil: iso(circuit.stop.untilMs), pauseMs: number(circuit.stop.pauseMs) }),
    ...(state.adaptiveWindow && { adaptiveWindow: encodeAdaptive(state.adaptiveWindow) }),
    ...(state.adaptiveSlots && { adaptiveSlots: encodeAdaptive(state.adaptiveSlots) }),
  };
}

/** Attributes that come and go: removed when the state has no value for them. */
const OPTIONAL_ATTRIBUTES = [
  'failures',
  'othersAskedAt',
  'usedWhenAsked',
  'daySpentUntil',
  'stoppedUntil',
  'pauseMs',
  'adaptiveWindow',
  'adaptiveSlots',
] as const;

const readNumber = (value: AttributeValue | undefined): number => Number(value?.N ?? 0);
const readIso = (value: AttributeValue | undefined): number => Date.parse(value?.S ?? '1970-01-01T00:00:00Z');

function decodeAdaptive(value: AttributeValue): AdaptiveLimit {
  const [limit, , at] = (value.S ?? '').split(' ');
  return { limit: Number(limit), atMs: Date.parse(at ?? '') };
}

function decodeSlot(bytes: Uint8Array): Slot {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const grantedAtMs = buffer.readUIntBE(0, 6);
  const notBeforeMs = grantedAtMs + buffer.readUInt16BE(6);
  const keys = Array.from({ length: (buffer.length - SLOT_BYTES) / 4 }, (_, index) =>
    buffer.readUInt32BE(SLOT_BYTES + 4 * index),
  );
  return {
    grantedAtMs,
    notBeforeMs,
    leaseEndsAtMs: notBeforeMs + buffer.readUIntBE(8, 3),
    keys,
    probe: buffer.readUInt8(11) === 1,
  };
}

function decodeRelease(bytes: Uint8Array): PermitRelease {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = buffer.readUInt8(9);
  return {
    atMs: buffer.readUIntBE(0, 6),
    holdMs: buffer.readUIntBE(6, 3),
    outcome: OUTCOMES.get(last >> 1) ?? 'success',
    counted: (last & 1) === 1,
  };
}

function decodeItem(item: Item | undefined): LedgerState {
  if (item === undefined) return EMPTY_STATE;
  const [failures, denials] = (item.failures?.S ?? '0 0').split(' ').map(Number);
  const entries = <T>(map: AttributeValue | undefined, decode: (value: AttributeValue) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(map?.M ?? {}).map(([id, value]) => [id, decode(value)]));
  return {
    version: readNumber(item.version),
    slots: entries(item.slots, (slot) => decodeSlot(slot.B ?? new Uint8Array(SLOT_BYTES))),
    releases: entries(item.releases, (end) => decodeRelease(end.B ?? new Uint8Array(RELEASE_BYTES))),
    windowCalls: item.window?.B ? decodeWindow(item.window.B) : [],
    lastStartMs: readNumber(item.lastStartMs),
    day: {
      startedAtMs: readNumber(item.dayStartedMs),
      resetsAtMs: readIso(item.dayResetsAt),
      used: readNumber(item.usedToday),
      others: readNumber(item.othersToday),
      ...(item.othersAskedAt && { othersAtMs: readIso(item.othersAskedAt) }),
      ...(item.usedWhenAsked && { usedAtAsking: readNumber(item.usedWhenAsked) }),
      ...(item.daySpentUntil && { probeAtMs: readIso(item.daySpentUntil) }),
    },
    circuit: {
      failures: failures ?? 0,
      denials: denials ?? 0,
      ...(item.stoppedUntil && {
        stop: {
          reason: (item.circuit?.S ?? 'transientFailures') as StopReason,
          untilMs: readIso(item.stoppedUntil),
          pauseMs: readNumber(item.pauseMs),
        },
      }),
    },
    ...(item.adaptiveWindow && { adaptiveWindow: decodeAdaptive(item.adaptiveWindow) }),
    ...(item.adaptiveSlots && { adaptiveSlots: decodeAdaptive(item.adaptiveSlots) }),
    callMs: readNumber(item.callMs),
  };
}

export type { Item };
export { decodeItem, encodePlain, encodeRelease, encodeSlot, OPTIONAL_ATTRIBUTES };
