import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { leftToday } from './day.ts';
import type { CallOutcome } from './ledger.ts';
import type { LedgerLimits } from './limits.ts';
import { EMPTY_STATE, type Learned, type LedgerState, type Seat, type SeatEnd, type StopReason } from './state.ts';
import { decodeWindow, encodeWindow } from './window-codec.ts';

/**
 * The ledger's DynamoDB item: what an operator wants to read in the console as plain attributes (used and left today,
 * calls in the window, seats taken, circuit and until when), what only the relay reads as compactly as it goes: one
 * write unit covers 1 KB, and every call costs about two writes.
 */
type Item = Record<string, AttributeValue>;

const OUTCOME_LETTERS: Record<CallOutcome, string> = {
  success: 's',
  neutral: 'n',
  transient: 't',
  windowSpent: 'w',
  seatsSpent: 'c',
  daySpent: 'd',
  denied: 'a',
  tokenRefused: 'k',
  unused: 'u',
};
const OUTCOMES = new Map(Object.entries(OUTCOME_LETTERS).map(([outcome, letter]) => [letter, outcome as CallOutcome]));

const short = (value: number): string => Math.round(value).toString(36);
const long = (text: string | undefined): number => Number.parseInt(text ?? '0', 36);
const iso = (ms: number): AttributeValue => ({ S: new Date(ms).toISOString() });
const number = (value: number): AttributeValue => ({ N: String(value) });

/** `granted.start-granted.leaseEnd-start[.p]` in base 36. */
function encodeSeat(seat: Seat): AttributeValue {
  const lease = seat.leaseEndsAtMs - seat.notBeforeMs;
  const parts = [seat.grantedAtMs, seat.notBeforeMs - seat.grantedAtMs, lease].map(short);
  return { S: [...parts, ...(seat.probe ? ['p'] : [])].join('.') };
}

function encodeEnd(end: SeatEnd): AttributeValue {
  return { S: [short(end.atMs), short(end.holdMs), OUTCOME_LETTERS[end.outcome] + (end.counted ? '' : '-')].join('.') };
}

function encodeKeys(keys: readonly number[]): AttributeValue {
  const bytes = Buffer.alloc(keys.length * 4);
  for (const [index, key] of keys.entries()) bytes.writeUInt32BE(key, index * 4);
  return { B: new Uint8Array(bytes) };
}

function encodeLearned(learned: Learned): AttributeValue {
  return { S: `${learned.limit} at ${new Date(learned.atMs).toISOString()}` };
}

/** Everything but the maps `seats`, `keys` and `ends`, which are written entry by entry. */
function encodePlain(state: LedgerState, limits: LedgerLimits): Item {
  const { day, circuit } = state;
  return {
    version: number(state.version),
    usedToday: number(day.used),
    leftToday: number(leftToday(day, limits)),
    othersToday: number(day.others),
    ...(day.othersAtMs !== undefined && { othersAskedAt: iso(day.othersAtMs) }),
    ...(day.usedAtAsking !== undefined && { usedWhenAsked: number(day.usedAtAsking) }),
    dayStartedAt: iso(day.startedAtMs),
    dayResetsAt: iso(day.resetsAtMs),
    ...(day.probeAtMs !== undefined && { daySpentUntil: iso(day.probeAtMs) }),
    callsInWindow: number(state.ended.length + Object.keys(state.seats).length),
    seatsTaken: number(Object.keys(state.seats).length),
    callMs: number(state.callMs),
    window: { B: encodeWindow(state.ended) },
    lastStart: iso(state.lastStartMs),
    circuit: { S: circuit.stop?.reason ?? 'closed' },
    failures: { S: `${circuit.failures} ${circuit.denials}` },
    ...(circuit.stop && { stoppedUntil: iso(circuit.stop.untilMs), pauseMs: number(circuit.stop.pauseMs) }),
    ...(state.learnedWindow && { learnedWindow: encodeLearned(state.learnedWindow) }),
    ...(state.learnedSeats && { learnedSeats: encodeLearned(state.learnedSeats) }),
  };
}

/** Attributes that come and go: removed when the state has no value for them. */
const OPTIONAL_ATTRIBUTES = [
  'othersAskedAt',
  'usedWhenAsked',
  'daySpentUntil',
  'stoppedUntil',
  'pauseMs',
  'learnedWindow',
  'learnedSeats',
] as const;

const readNumber = (value: AttributeValue | undefined): number => Number(value?.N ?? 0);
const readIso = (value: AttributeValue | undefined): number => Date.parse(value?.S ?? '1970-01-01T00:00:00Z');

function decodeLearned(value: AttributeValue): Learned {
  const [limit, , at] = (value.S ?? '').split(' ');
  return { limit: Number(limit), atMs: Date.parse(at ?? '') };
}

function decodeKeys(bytes: Uint8Array | undefined): number[] {
  if (bytes === undefined) return [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: buffer.length / 4 }, (_, index) => buffer.readUInt32BE(index * 4));
}

function decodeSeat(text: string, keys: Uint8Array | undefined): Seat {
  const [granted, start, lease, probe] = text.split('.');
  const grantedAtMs = long(granted);
  const notBeforeMs = grantedAtMs + long(start);
  return {
    grantedAtMs,
    notBeforeMs,
    leaseEndsAtMs: notBeforeMs + long(lease),
    keys: decodeKeys(keys),
    probe: probe === 'p',
  };
}

function decodeEnd(text: string): SeatEnd {
  const [at, hold, outcome = ''] = text.split('.');
  return {
    atMs: long(at),
    holdMs: long(hold),
    outcome: OUTCOMES.get(outcome[0] ?? '') ?? 'success',
    counted: outcome[1] !== '-',
  };
}

function decodeItem(item: Item | undefined): LedgerState {
  if (item === undefined) return EMPTY_STATE;
  const keys = item.keys?.M ?? {};
  const [failures, denials] = (item.failures?.S ?? '0 0').split(' ').map(Number);
  const entries = <T>(map: AttributeValue | undefined, decode: (id: string, text: string) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(map?.M ?? {}).map(([id, value]) => [id, decode(id, value.S ?? '')]));
  return {
    version: readNumber(item.version),
    seats: entries(item.seats, (id, text) => decodeSeat(text, keys[id]?.B)),
    ends: entries(item.ends, (_, text) => decodeEnd(text)),
    ended: item.window?.B ? decodeWindow(item.window.B) : [],
    lastStartMs: readIso(item.lastStart),
    day: {
      startedAtMs: readIso(item.dayStartedAt),
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
    ...(item.learnedWindow && { learnedWindow: decodeLearned(item.learnedWindow) }),
    ...(item.learnedSeats && { learnedSeats: decodeLearned(item.learnedSeats) }),
    callMs: readNumber(item.callMs),
  };
}

export type { Item };
export { decodeItem, encodeEnd, encodeKeys, encodePlain, encodeSeat, OPTIONAL_ATTRIBUTES };
