import { lowered } from './adaptive-limit.ts';
import { type CircuitEnd, showsMarketoWorks } from './circuit.ts';
import { daySpent, freshDay, resetAfterSpentMs } from './day.ts';
import type { View } from './fold.ts';
import type { LedgerLimits } from './limits.ts';
import { lineAfter } from './line-circuit.ts';
import { circuitsAfter } from './operation-circuits.ts';
import { CALL_MS_WEIGHT } from './policy.ts';
import type { Day, LastSuccess, LedgerState, PermitRelease, Slot } from './state.ts';

/** Calls that a day which began at `resetAtMs` may have to answer for although they were granted before it. */
function carriedOver(state: LedgerState, resetAtMs: number, limits: LedgerLimits): number {
  const after = resetAtMs - limits.clockSkewMs;
  return Object.keys(state.slots).length + state.windowCalls.filter((call) => call.atMs >= after).length;
}

function dayAfter(state: LedgerState, slot: Slot, end: PermitRelease, { limits, nowMs }: View): Day {
  const givenBack = !end.counted || end.outcome === 'unused';
  const day = givenBack ? withoutCall(state.day, slot) : state.day;
  if (end.outcome === 'daySpent' && slot.grantedAtMs >= day.startedAtMs) return daySpent(day, end.atMs, limits);
  const resetMs = resetAfterSpentMs(day, limits);
  if (end.outcome !== 'success' || !slot.probes.includes('day') || resetMs === undefined) return day;
  if (slot.grantedAtMs < resetMs) return withoutProbe(day);
  // The probe itself is among the calls carried over: it has just left its slot for the window.
  return freshDay(nowMs, carriedOver(state, resetMs, limits), limits);
}

function withoutCall(day: Day, { lane }: Slot): Day {
  const { backfill = 0 } = day;
  const used = Math.max(0, day.used - 1);
  return lane === 'backfill' ? { ...day, used, backfill: Math.max(0, backfill - 1) } : { ...day, used };
}

/** Marketo goes on in the middle of the day: what was used stays used, and the configured quota holds. */
function withoutProbe({ probeAtMs: _over, ...day }: Day): Day {
  return day;
}

/** The later of two; ends are folded in the order of their slots' coming free. */
function lastSuccessAfter(known: LastSuccess | undefined, { atMs, token }: PermitRelease): LastSuccess {
  if (known !== undefined && known.atMs > atMs) return known;
  return { atMs, ...(token !== undefined && { token }) };
}

/**
 * What one call's end changes in day, circuits and learned limits.
 *
 * @param freedAtMs when its slot came free: later than the end by the time for which Marketo may have been busy with it.
 */
function account(state: LedgerState, slot: Slot, end: PermitRelease, freedAtMs: number, view: View): LedgerState {
  const { limits } = view;
  const { atMs, outcome, operation } = end;
  const circuitEnd: CircuitEnd = {
    outcome,
    ...(operation !== undefined && { operation }),
    endedAtMs: atMs,
    freedAtMs,
    slot,
  };
  const lastSuccess = showsMarketoWorks(circuitEnd) ? lastSuccessAfter(state.lastSuccess, end) : state.lastSuccess;
  const inWindow = state.windowCalls.filter((call) => call.atMs > atMs - limits.windowMs).length;
  const slots = Object.keys(state.slots).length;
  const adaptiveWindow =
    outcome === 'windowSpent'
      ? lowered(state.adaptiveWindow, inWindow + slots, limits.windowCalls, slot.grantedAtMs, atMs)
      : state.adaptiveWindow;
  const adaptiveSlots =
    outcome === 'slotsSpent'
      ? lowered(state.adaptiveSlots, slots, limits.slots, slot.grantedAtMs, atMs)
      : state.adaptiveSlots;
  return {
    ...state,
    day: dayAfter(state, slot, end, view),
    line: lineAfter(state.line, circuitEnd),
    circuits: circuitsAfter(state.circuits, circuitEnd, limits),
    ...(lastSuccess && { lastSuccess }),
    ...(adaptiveWindow && { adaptiveWindow }),
    ...(adaptiveSlots && { adaptiveSlots }),
    callMs:
      outcome === 'success'
        ? Math.round(state.callMs + CALL_MS_WEIGHT * (Math.max(0, atMs - slot.notBeforeMs) - state.callMs))
        : state.callMs,
  };
}

export { account, carriedOver };
