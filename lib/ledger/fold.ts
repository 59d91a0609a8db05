import { account, carriedOver } from './account.ts';
import { effectiveLimit } from './adaptive-limit.ts';
import { freshDay } from './day.ts';
import type { LedgerLimits } from './limits.ts';
import { withoutForgotten } from './operation-circuits.ts';
import { type LedgerState, type PermitRelease, type Slot, type WindowCall, workerOf } from './state.ts';
import { freesAtMs } from './window.ts';

/** The reader's point of view: its time, the limits, and how far its clock may be ahead of each worker's. */
interface View {
  readonly nowMs: number;
  readonly limits: LedgerLimits;
  aheadOf(worker: string): number;
}

/** Until when Marketo may be busy with a call that got no reply, by this worker's clock. */
function heldUntilMs(id: string, { atMs, holdMs }: PermitRelease, view: View): number {
  return atMs + holdMs + view.aheadOf(workerOf(id));
}

/** How a slot ended, as of now; undefined while its call may still be under way. */
function endOf(
  id: string,
  slot: Slot,
  end: PermitRelease | undefined,
  view: View,
): { atMs: number; end?: PermitRelease } | undefined {
  if (end !== undefined) {
    // A reply that is recorded has come, whatever the clocks say; only a hold must be waited out.
    const isFree = end.holdMs === 0 || view.nowMs >= heldUntilMs(id, end, view);
    return isFree ? { atMs: end.atMs + end.holdMs, end } : undefined;
  }
  return view.nowMs >= slot.leaseEndsAtMs + view.aheadOf(workerOf(id)) ? { atMs: slot.leaseEndsAtMs } : undefined;
}

/** Drops what has left the window, limits that have recovered, and circuits that nobody asks for. */
function prune(state: LedgerState, view: View): LedgerState {
  const { adaptiveWindow, adaptiveSlots, marksUntilMs, ...rest } = state;
  const { limits, nowMs } = view;
  const lowWindow = effectiveLimit(limits.windowCalls, adaptiveWindow, nowMs, limits.windowMs) < limits.windowCalls;
  const lowSlots = effectiveLimit(limits.slots, adaptiveSlots, nowMs, limits.windowMs) < limits.slots;
  const inWindow = (call: WindowCall): boolean => freesAtMs(call, limits.windowMs, view.aheadOf(call.worker)) > nowMs;
  return {
    ...rest,
    windowCalls: state.windowCalls.filter(inWindow),
    circuits: withoutForgotten(state.circuits, nowMs),
    ...(marksUntilMs !== undefined && marksUntilMs > nowMs && { marksUntilMs }),
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

/** Until when keys are marked, as far as releases tell: also one that came after its lease, or never had a slot. */
function marksUntilMs({ marksUntilMs: known, releases }: LedgerState): number | undefined {
  const told = Object.values(releases).flatMap((release) => release.marksUntilMs ?? []);
  return told.length === 0 ? known : Math.max(known ?? 0, ...told);
}

function withMarks(state: LedgerState): LedgerState {
  const untilMs = marksUntilMs(state);
  return untilMs === state.marksUntilMs || untilMs === undefined ? state : { ...state, marksUntilMs: untilMs };
}

/**
 * Moves every slot whose call has ended into the window, learns from its outcome, and starts the new day when it is
 * due. Reading a ledger and folding it twice gives what folding it once gives.
 */
function fold(state: LedgerState, view: View): LedgerState {
  const over = Object.entries(state.slots)
    .flatMap(([id, slot]) => {
      const free = endOf(id, slot, state.releases[id], view);
      return free ? [{ id, slot, ...free }] : [];
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
  next = withMarks(next);
  const releases = Object.fromEntries(Object.entries(next.releases).filter(([id]) => next.slots[id] !== undefined));
  // The day first: a call may have left the window since, and still belong to the day that begins.
  return prune(roll({ ...next, releases }, view), view);
}

export type { View };
export { fold, heldUntilMs, marksUntilMs };
