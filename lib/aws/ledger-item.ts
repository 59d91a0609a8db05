import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { leftToday } from '../ledger/day.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import { type AdaptiveLimit, EMPTY_STATE, type LedgerState } from '../ledger/state.ts';
import { decodeRelease, decodeSlot } from './ledger-calls-codec.ts';
import { decodeCircuits, decodeLastSuccess, encodeCircuits, encodeLastSuccess } from './ledger-circuits-codec.ts';
import { decodeLanes, encodeLanes } from './ledger-lanes-codec.ts';
import { decodeWindow, encodeWindow } from './ledger-window-codec.ts';

/**
 * The ledger's DynamoDB item: what an operator wants to read in the console as plain attributes (used and left today,
 * calls in the window, slots taken, circuit and until when), what only the relay reads as compactly as it goes: one
 * write unit covers 1 KB, and every call costs about two writes.
 */
type Item = Record<string, AttributeValue>;

const iso = (ms: number): AttributeValue => ({ S: new Date(ms).toISOString() });
const number = (value: number): AttributeValue => ({ N: String(value) });

function encodeAdaptive(adaptive: AdaptiveLimit): AttributeValue {
  return { S: `${adaptive.limit} at ${new Date(adaptive.atMs).toISOString()}` };
}

/** Everything but the maps `slots` and `releases`, which are written entry by entry. */
function encodePlain(state: LedgerState, limits: LedgerLimits): Item {
  const { day, line, circuits, lastSuccess } = state;
  return {
    version: number(state.version),
    usedToday: number(day.used),
    leftToday: number(leftToday(day, limits)),
    ...(day.backfill !== undefined && { backfillToday: number(day.backfill) }),
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
    ...(state.lanes && { lanes: { B: encodeLanes(state.lanes) } }),
    ...encodeCircuits(line, circuits),
    ...(lastSuccess && { lastSuccess: encodeLastSuccess(lastSuccess) }),
    ...(state.adaptiveWindow && { adaptiveWindow: encodeAdaptive(state.adaptiveWindow) }),
    ...(state.adaptiveSlots && { adaptiveSlots: encodeAdaptive(state.adaptiveSlots) }),
    ...(state.marksUntilMs !== undefined && { marksUntil: iso(Math.ceil(state.marksUntilMs)) }),
  };
}

/** Attributes that come and go: removed when the state has no value for them. */
const OPTIONAL_ATTRIBUTES = [
  // Of older relays.
  'failures',
  'lineFailures',
  'lineDenials',
  'circuits',
  'lastSuccess',
  'lanes',
  'backfillToday',
  'othersAskedAt',
  'usedWhenAsked',
  'daySpentUntil',
  'stoppedUntil',
  'pauseMs',
  'adaptiveWindow',
  'adaptiveSlots',
  'marksUntil',
] as const;

const readNumber = (value: AttributeValue | undefined): number => Number(value?.N ?? 0);
const readIso = (value: AttributeValue | undefined): number => Date.parse(value?.S ?? '1970-01-01T00:00:00Z');

function decodeAdaptive(value: AttributeValue): AdaptiveLimit {
  const [limit, , at] = (value.S ?? '').split(' ');
  return { limit: Number(limit), atMs: Date.parse(at ?? '') };
}

function decodeItem(item: Item | undefined): LedgerState {
  if (item === undefined) return EMPTY_STATE;
  const lanes = item.lanes?.B && decodeLanes(item.lanes.B);
  const entries = <T>(map: AttributeValue | undefined, decode: (value: AttributeValue) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(map?.M ?? {}).map(([id, value]) => [id, decode(value)]));
  return {
    version: readNumber(item.version),
    slots: entries(item.slots, (slot) => decodeSlot(slot.B)),
    releases: entries(item.releases, (end) => decodeRelease(end.B)),
    windowCalls: item.window?.B ? decodeWindow(item.window.B) : [],
    lastStartMs: readNumber(item.lastStartMs),
    day: {
      startedAtMs: readNumber(item.dayStartedMs),
      resetsAtMs: readIso(item.dayResetsAt),
      used: readNumber(item.usedToday),
      ...(item.backfillToday && { backfill: readNumber(item.backfillToday) }),
      others: readNumber(item.othersToday),
      ...(item.othersAskedAt && { othersAtMs: readIso(item.othersAskedAt) }),
      ...(item.usedWhenAsked && { usedAtAsking: readNumber(item.usedWhenAsked) }),
      ...(item.daySpentUntil && { probeAtMs: readIso(item.daySpentUntil) }),
    },
    ...decodeCircuits(item),
    ...(item.lastSuccess && { lastSuccess: decodeLastSuccess(item.lastSuccess) }),
    ...(item.adaptiveWindow && { adaptiveWindow: decodeAdaptive(item.adaptiveWindow) }),
    ...(item.adaptiveSlots && { adaptiveSlots: decodeAdaptive(item.adaptiveSlots) }),
    ...(item.marksUntil && { marksUntilMs: readIso(item.marksUntil) }),
    callMs: readNumber(item.callMs),
    ...(lanes && { lanes }),
  };
}

export type { Item };
export { decodeItem, encodePlain, OPTIONAL_ATTRIBUTES };
