import { afterCall } from './circuit.ts';
import { daySpent, freshDay } from './day.ts';
import { effectiveLimit, learn } from './learned.ts';
import type { LedgerLimits } from './limits.ts';
import { type EndedCall, type LedgerState, type Seat, type SeatEnd, workerOf } from './state.ts';
import { freesAtMs } from './window.ts';

/** The reader's point of view: its time, the limits, and how far its clock may be ahead of each worker's. */
interface View {
  readonly nowMs: number;
  readonly limits: LedgerLimits;
  aheadOf(worker: string): number;
}

const CALL_MS_WEIGHT = 0.2;

/** How a seat ended, as of now; undefined while its call may still be under way. */
function endOf(
  id: string,
  seat: Seat,
  end: SeatEnd | undefined,
  view: View,
): { atMs: number; end?: SeatEnd } | undefined {
  const aheadMs = view.aheadOf(workerOf(id));
  if (end !== undefined) {
    // A reply that is recorded has come, whatever the clocks say; only a hold must be waited out.
    const freeMs = end.atMs + end.holdMs;
    return end.holdMs === 0 || view.nowMs >= freeMs + aheadMs ? { atMs: freeMs, end } : undefined;
  }
  return view.nowMs >= seat.leaseEndsAtMs + aheadMs ? { atMs: seat.leaseEndsAtMs } : undefined;
}

/** Calls that a day which began at `resetAtMs` may have to answer for although they were granted before it. */
function carriedOver(state: LedgerState, resetAtMs: number, limits: LedgerLimits): number {
  const after = resetAtMs - limits.clockSkewMs;
  return Object.keys(state.seats).length + state.ended.filter((call) => call.atMs >= after).length;
}

/**
 * What one call's end changes in day, circuit and learned limits.
 *
 * @param freedAtMs when its seat came free: later than the end by the time for which Marketo may have been busy with it.
 */
function account(state: LedgerState, seat: Seat, end: SeatEnd, freedAtMs: number, view: View): LedgerState {
  const { limits } = view;
  const givenBack = !end.counted || end.outcome === 'unused';
  let day = givenBack ? { ...state.day, used: Math.max(0, state.day.used - 1) } : state.day;
  if (end.outcome === 'daySpent' && seat.grantedAtMs >= day.startedAtMs) day = daySpent(day, end.atMs, limits);
  // The probe itself is among the calls carried over: it has just left its seat for the window.
  if (end.outcome === 'success' && seat.probe && day.probeAtMs !== undefined) {
    day = freshDay(view.nowMs, carriedOver(state, day.probeAtMs, limits), limits);
  }

  const inWindow = state.ended.filter((call) => call.atMs > end.atMs - limits.windowMs).length;
  const ours = inWindow + Object.keys(state.seats).length;
  const learnedWindow =
    end.outcome === 'windowSpent'
      ? learn(state.learnedWindow, ours, limits.windowCalls, seat.grantedAtMs, end.atMs)
      : state.learnedWindow;
  const learnedSeats =
    end.outcome === 'seatsSpent'
      ? learn(state.learnedSeats, Object.keys(state.seats).length, limits.seats, seat.grantedAtMs, end.atMs)
      : state.learnedSeats;
  return {
    ...state,
    day,
    circuit: afterCall(state.circuit, end.outcome, freedAtMs, seat.probe),
    ...(learnedWindow && { learnedWindow }),
    ...(learnedSeats && { learnedSeats }),
    callMs:
      end.outcome === 'success'
        ? Math.round(state.callMs + CALL_MS_WEIGHT * (Math.max(0, end.atMs - seat.notBeforeMs) - state.callMs))
        : state.callMs,
  };
}

/** Drops what has left the window and learned limits that have recovered. */
function prune(state: LedgerState, view: View): LedgerState {
  const { learnedWindow, learnedSeats, ...rest } = state;
  const { limits, nowMs } = view;
  const lowWindow = effectiveLimit(limits.windowCalls, learnedWindow, nowMs, limits.windowMs) < limits.windowCalls;
  const lowSeats = effectiveLimit(limits.seats, learnedSeats, nowMs, limits.windowMs) < limits.seats;
  const inWindow = (call: EndedCall): boolean => freesAtMs(call, limits.windowMs, view.aheadOf(call.worker)) > nowMs;
  return {
    ...rest,
    ended: state.ended.filter(inWindow),
    ...(learnedWindow && lowWindow && { learnedWindow }),
    ...(learnedSeats && lowSeats && { learnedSeats }),
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
 * Moves every seat whose call has ended into the window, learns from its outcome, and starts the new day when it is
 * due. Reading a ledger and folding it twice gives what folding it once gives.
 */
function fold(state: LedgerState, view: View): LedgerState {
  const over = Object.entries(state.seats)
    .flatMap(([id, seat]) => {
      const ended = endOf(id, seat, state.ends[id], view);
      return ended ? [{ id, seat, ...ended }] : [];
    })
    .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  let next = state;
  for (const { id, seat, atMs, end } of over) {
    const { [id]: _seat, ...seats } = next.seats;
    const neverSent = end?.outcome === 'unused';
    const ended = neverSent ? next.ended : [...next.ended, { atMs, worker: workerOf(id) }];
    next = { ...next, seats, ended };
    // A worker that never told leaves a call that counts and teaches nothing.
    if (end !== undefined) next = account(next, seat, end, atMs, view);
  }
  const ends = Object.fromEntries(Object.entries(next.ends).filter(([id]) => next.seats[id] !== undefined));
  // The day first: a call may have left the window since, and still belong to the day that begins.
  return prune(roll({ ...next, ends }, view), view);
}

export type { View };
export { fold };
