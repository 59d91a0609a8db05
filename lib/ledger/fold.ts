import { effectiveLimit, lowered } from './adaptive-limit.ts';
import { afterCall } from './circuit.ts';
import { daySpent, freshDay } from './day.ts';
import type { LedgerLimits } from './limits.ts';
import { type LedgerState, type PermitRelease, type Slot, type WindowCall, workerOf } from './state.ts';
import { freesAtMs } from './window.ts';

/** The reader's point of view: its time, the limits, and how far its clock may be ahead of each worker's. */
interface View {
  readonly nowMs: number;
  readonly limits: LedgerLimits;
  aheadOf(worker: string): number;
}

const CALL_MS_WEIGHT = 0.2;

/** How a slot ended, as of now; undefined while its call may still be under way. */
function endOf(
  id: string,
  slot: Slot,
  end: PermitRelease | undefined,
  view: View,
): { atMs: number; end?: PermitRelease } | undefined {
  const aheadMs = view.aheadOf(workerOf(id));
  if (end !== undefined) {
    // A reply that is recorded has come, whatever the clocks say; only a hold must be waited out.
    const freeMs = end.atMs + end.holdMs;
    return end.holdMs === 0 || view.nowMs >= freeMs + aheadMs ? { atMs: freeMs, end } : undefined;
  }
  return view.nowMs >= slot.leaseEndsAtMs + aheadMs ? { atMs: slot.leaseEndsAtMs } : undefined;
}

/** Calls that a day which began at `resetAtMs` may have to answer for although they were granted before it. */
function carriedOver(state: LedgerState, resetAtMs: number, limits: LedgerLimits): number {
  const after = resetAtMs - limits.clockSkewMs;
  return Object.keys(state.slots).length + state.windowCalls.filter((call) => call.atMs >= after).length;
}

/**
 * What one call's end changes in day, circuit and learned limits.
 *
 * @param freedAtMs when its slot came free: later than the end by the time for which Marketo may have been busy with it.
 */
function account(state: LedgerState, slot: Slot, end: PermitRelease, freedAtMs: number, view: View): LedgerState {
  const { limits } = view;
  const givenBack = !end.counted || end.outcome === 'unused';
  let day = givenBack ? { ...state.day, used: Math.max(0, state.day.used - 1) } : state.day;
  if (end.outcome === 'daySpent' && slot.grantedAtMs >= day.startedAtMs) day = daySpent(day, end.atMs, limits);
  // The probe itself is among the calls carried over: it has just left its slot for the window.
  if (end.outcome === 'success' && slot.probe && day.probeAtMs !== undefined) {
    day = freshDay(view.nowMs, carriedOver(state, day.probeAtMs, limits), limits);
  }

  const inWindow = state.windowCalls.filter((call) => call.atMs > end.atMs - limits.windowMs).length;
  const ours = inWindow + Object.keys(state.slots).length;
  const adaptiveWindow =
    end.outcome === 'windowSpent'
      ? lowered(state.adaptiveWindow, ours, limits.windowCalls, slot.grantedAtMs, end.atMs)
      : state.adaptiveWindow;
  const adaptiveSlots =
    end.outcome === 'slotsSpent'
      ? lowered(state.adaptiveSlots, Object.keys(state.slots).length, limits.slots, slot.grantedAtMs, end.atMs)
      : state.adaptiveSlots;
  return {
    ...state,
    day,
    circuit: afterCall(state.circuit, end.outcome, freedAtMs, slot.probe),
    ...(adaptiveWindow && { adaptiveWindow }),
    ...(adaptiveSlots && { adaptiveSlots }),
    callMs:
      end.outcome === 'success'
        ? Math.round(state.callMs + CALL_MS_WEIGHT * (Math.max(0, end.atMs - slot.notBeforeMs) - state.callMs))
        : state.callMs,
  };
}

/** Drops what has left the window and learned limits that have recovered. */
function prune(state: LedgerState, view: View): LedgerState {
  const { adaptiveWindow, adaptiveSlots, ...rest } = state;
  const { limits, nowMs } = view;
  const lowWindow = effectiveLimit(limits.windowCalls, adaptiveWindow, nowMs, limits.windowMs) < limits.windowCalls;
  const lowSlots = effectiveLimit(limits.slots, adaptiveSlots, nowMs, limits.windowMs) < limits.slots;
  const inWindow = (call: WindowCall): boolean => freesAtMs(call, limits.windowMs, view.aheadOf(call.worker)) > nowMs;
  return {
    ...rest,
    windowCalls: state.windowCalls.filter(inWindow),
    ...(adaptiveWindow && lowWindow && { adaptiveWindow }),
    ...(adaptiveSlots && lowSlots && { adaptiveSlots }),
  };
}

/** Starts the new day when the reset has passed for certain, carrying over what may have arrived after it. */
function roll(state: LedgerState, view: View): LedgerState {
  const { day } = state;
  const { clockSkewMs } = view.limits;
  if (day.probeAtMs !== undefined || view.nowMs < day.resetsAtMs + clockSkewMs) return state;
  const carried = day.resetsAtMs === 0 ? 0 : carriedOver(state, day.resetsAtMs, view.limits);
  return { ...state, day: freshDay(view.nowMs, carried, view.limits) };
}

/**
 * Moves every slot whose call has ended into the window, learns from its outcome, and starts the new day when it is
 * due. Reading a ledger and folding it twice gives what folding it once gives.
 */
function fold(state: LedgerState, view: View): LedgerState {
  const over = Object.entries(state.slots)
    .flatMap(([id, slot]) => {
      const ended = endOf(id, slot, state.releases[id], view);
      return ended ? [{ id, slot, ...ended }] : [];
    })
    .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  let next = state;
  for (const { id, slot, atMs, end } of over) {
    const { [id]: _slot, ...slots } = next.slots;
    const neverSent = end?.outcome === 'unused';
    const windowCalls = neverSent ? next.windowCalls : [...next.windowCalls, { atMs, worker: workerOf(id) }];
    next = { ...next, slots, windowCalls };
    // A worker that never told leaves a call that counts and teaches nothing.
    if (end !== undefined) next = account(next, slot, end, atMs, view);
  }
  const releases = Object.fromEntries(Object.entries(next.releases).filter(([id]) => next.slots[id] !== undefined));
  // The day first: a call may have left the window since, and still belong to the day that begins.
  return prune(roll({ ...next, releases }, view), view);
}

export type { View };
export { fold };
