import { effectiveLimit } from './adaptive-limit.ts';
import { fold, heldUntilMs, type View } from './fold.ts';
import { gateOf, type Refusal, refused } from './gate.ts';
import {
  dayRefusal,
  isBackfill,
  type Lanes,
  lacksSlots,
  lanesAfter,
  lanesAt,
  mayReserve,
  windowLimitOf,
} from './lane.ts';
import type { Permit, PermitAnswer, PermitAsk, RefusalReason } from './ledger.ts';
import { RESERVE_AHEAD_MS, SEND_WITHIN_MS } from './policy.ts';
import type { LedgerState, Probe, Slot } from './state.ts';
import { freesAtMs, nextOpeningMs, nextTurnMs } from './window.ts';

/** The state while asks are being answered: grows with every grant. */
interface Working {
  readonly slots: Record<string, Slot>;
  readonly releases: LedgerState['releases'];
  readonly busy: Set<number>;
  readonly freesAt: readonly number[];
  readonly windowLimit: number;
  readonly slotLimit: number;
  readonly spareSlots: number;
  readonly callMs: number;
  lastStartMs: number;
  waiting: number;
  /** Undefined where there is no backfill lane. */
  lanes: Lanes | undefined;
  day: LedgerState['day'];
}

/** @param current folded to `view.nowMs`. */
function workingOn(current: LedgerState, view: View): Working {
  const { nowMs, limits } = view;
  const slots = Object.values(current.slots);
  const windowLimit = effectiveLimit(limits.windowCalls, current.adaptiveWindow, nowMs, limits.windowMs);
  const slotLimit = effectiveLimit(limits.slots, current.adaptiveSlots, nowMs, limits.windowMs);
  return {
    slots: { ...current.slots },
    releases: current.releases,
    busy: new Set(slots.flatMap((slot) => slot.keys)),
    freesAt: current.windowCalls
      .map((call) => freesAtMs(call, limits.windowMs, view.aheadOf(call.worker)))
      .sort((a, b) => a - b),
    windowLimit,
    slotLimit,
    // Slots that the calls of a full window do not need, while they take as long as they do.
    spareSlots: Math.floor(slotLimit - (windowLimit / limits.windowMs) * current.callMs),
    callMs: current.callMs,
    lastStartMs: current.lastStartMs,
    waiting: slots.filter((slot) => slot.notBeforeMs > nowMs).length,
    lanes: lanesAt(current, view),
    day: current.day,
  };
}

/**
 * When so many slots may have come free, if the calls under way take as long as calls do. A call without a reply keeps
 * its slot until Marketo has given it up, and that is known.
 */
function slotWaitMs({ slots, releases, callMs }: Working, view: View, wanted = 1): number {
  const freeAtMs = Object.entries(slots)
    .map(([id, slot]) => {
      const end = releases[id];
      return Math.max(end === undefined ? slot.notBeforeMs + callMs : heldUntilMs(id, end, view), view.nowMs);
    })
    .sort((a, b) => a - b);
  return (freeAtMs[wanted - 1] ?? view.nowMs + callMs) - view.nowMs;
}

/** When the next call may start; undefined when calls under way alone fill the window. */
function startMs(ask: PermitAsk, working: Working, view: View): number | undefined {
  const { freesAt, lanes } = working;
  const { nowMs } = view;
  const outstanding = Object.keys(working.slots).length;
  const opensAtMs = nextOpeningMs(windowLimitOf(ask, lanes, working, view), outstanding, freesAt, nowMs);
  if (opensAtMs === undefined || opensAtMs > nowMs) return opensAtMs;
  return Math.max(nowMs, turnMs(ask, working, outstanding + freesAt.length, view));
}

/** A live call keeps its distance from live calls alone: it does not queue behind those of a backfill. */
function turnMs(ask: PermitAsk, { windowLimit, lanes, lastStartMs }: Working, inWindow: number, view: View): number {
  const { windowMs } = view.limits;
  if (lanes === undefined) return nextTurnMs(windowLimit, windowMs, inWindow, lastStartMs);
  if (!isBackfill(ask)) {
    return nextTurnMs(windowLimit, windowMs, Math.min(inWindow, lanes.pressure.surge), lastStartMs);
  }
  return nextTurnMs(windowLimit, windowMs, inWindow, Math.max(lastStartMs, lanes.backfillStartMs));
}

function answer(ask: PermitAsk, id: string, current: LedgerState, working: Working, view: View): PermitAnswer {
  const { nowMs, limits } = view;
  const gate = gateOf(current, Object.values(working.slots), ask, view);
  if (gate.kind === 'shut') return gate.refusal;
  const busyKeys = ask.keys.filter((key) => working.busy.has(key));
  if (ask.keys.length > 0 && busyKeys.length === ask.keys.length && !ask.hasKeyless) {
    return refused('keys', slotWaitMs(working, view));
  }
  const ofDay = dayRefusal(ask, working.day, working.lanes, view);
  if (ofDay !== undefined) return ofDay;
  const slots = Object.values(working.slots);
  if (slots.length >= working.slotLimit) return refused('slots', slotWaitMs(working, view));
  if (lacksSlots(ask, working.lanes, slots, working.slotLimit, view)) {
    return refused('lane', slotWaitMs(working, view), 'slots');
  }

  const startsAtMs = startMs(ask, working, view);
  const isInLane = isBackfill(ask) && working.lanes !== undefined;
  const wait = (waitMs: number): Refusal => (isInLane ? refused('lane', waitMs, 'window') : refused('window', waitMs));
  if (startsAtMs === undefined) return wait(slotWaitMs(working, view) + limits.windowMs);
  if (startsAtMs > nowMs) {
    // A permit for a coming opening saves its holder from asking again, but holds a slot idle until then.
    const isNear = startsAtMs - nowMs <= RESERVE_AHEAD_MS && working.waiting < working.spareSlots;
    if (!isNear || (isInLane && !mayReserve(slots, startsAtMs, working.callMs, view))) return wait(startsAtMs - nowMs);
    working.waiting += 1;
  }
  const permit = grant(ask, id, gate.probes, startsAtMs, working, nowMs);
  return { kind: 'granted', permit, busyKeys };
}

const BY_WEIGHT: readonly Probe[] = ['line', 'operation', 'day'];

/** Takes the place, the slot and the keys. */
function grant(
  ask: PermitAsk,
  id: string,
  probes: readonly Probe[],
  startsAtMs: number,
  working: Working,
  nowMs: number,
): Permit {
  const sendByMs = startsAtMs + SEND_WITHIN_MS;
  const keys = ask.keys.filter((key) => !working.busy.has(key));
  const lane = isBackfill(ask) && { lane: 'backfill' as const };
  const healthCheck = ask.healthCheck && { healthCheck: ask.healthCheck };
  working.slots[id] = {
    grantedAtMs: nowMs,
    notBeforeMs: startsAtMs,
    leaseEndsAtMs: sendByMs + ask.callTimeoutMs,
    keys,
    probes,
    ...(probes.includes('operation') && { operation: ask.operation }),
    ...healthCheck,
    ...lane,
  };
  for (const key of keys) working.busy.add(key);
  if (working.lanes !== undefined) {
    working.lanes = lanesAfter(ask, working.lanes, Object.values(working.slots), startsAtMs);
  }
  working.day = dayWith(ask, working.day);
  if (working.lanes === undefined || !lane) working.lastStartMs = startsAtMs;
  const probe = BY_WEIGHT.find((one) => probes.includes(one));
  return { id, notBeforeMs: startsAtMs, sendByMs, ...(probe && { probe }), ...healthCheck };
}

function dayWith(ask: PermitAsk, day: LedgerState['day']): LedgerState['day'] {
  const used = day.used + 1;
  return isBackfill(ask) ? { ...day, used, backfill: (day.backfill ?? 0) + 1 } : { ...day, used };
}

const QUEUED: readonly RefusalReason[] = ['window', 'slots', 'lane'];

/** Whether it is only a question of time. */
function isQueued(answer: PermitAnswer): boolean {
  return answer.kind === 'refused' && QUEUED.includes(answer.reason);
}

/** How long to wait for a share of the asks that is worth a write; undefined when what is granted is worth it. */
function togetherWaitMs(
  current: LedgerState,
  answers: readonly PermitAnswer[],
  together: number,
  working: Working,
  view: View,
): number | undefined {
  const permits = answers.flatMap((one) => (one.kind === 'granted' ? [one.permit] : []));
  const queued = answers.filter(isQueued);
  const wanted = Math.min(together, permits.length + queued.length, Math.floor(working.slotLimit / 2));
  // A place that is open now is not let go to waste.
  const takesOpenPlace = permits.some((permit) => permit.notBeforeMs <= view.nowMs);
  if (permits.length === 0 || permits.length >= wanted || takesOpenPlace) return undefined;
  const missing = Object.keys(current.slots).length + wanted - working.slotLimit;
  return slotWaitMs({ ...working, slots: { ...current.slots } }, view, Math.max(1, missing));
}

/**
 * Answers the asks of one worker against the state of all: pure, so that one conditional write makes it true.
 *
 * @param ids a fresh permit id for each ask, beginning with the worker's.
 * @param together so many permits at least, if so many are asked for: fewer for coming openings are not worth a write.
 * @returns one answer for each ask, and the next state: one version on, or of the same version when all are refused and
 * nothing need be written.
 */
function admit(
  state: LedgerState,
  asks: readonly PermitAsk[],
  ids: readonly string[],
  view: View,
  together = 1,
): { state: LedgerState; answers: readonly PermitAnswer[] } {
  const current = fold(state, view);
  const working = workingOn(current, view);
  // Each ask by itself: what holds one up, its operation's pause or its keys, holds up no other.
  const answers = asks.map((ask, index) => answer(ask, ids[index] ?? '', current, working, view));
  const granted = answers.filter(({ kind }) => kind === 'granted').length;
  const waitMs = togetherWaitMs(current, answers, together, working, view);
  if (waitMs !== undefined) {
    const later = answers.map((one) => (one.kind === 'granted' || isQueued(one) ? refused('window', waitMs) : one));
    return { state: current, answers: later };
  }
  if (granted === 0) return { state: current, answers };
  const next: LedgerState = {
    ...current,
    version: state.version + 1,
    slots: working.slots,
    lastStartMs: working.lastStartMs,
    day: working.day,
    ...(working.lanes && { lanes: working.lanes }),
  };
  return { state: next, answers };
}

export { admit, isQueued };
