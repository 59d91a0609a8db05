import { leftToday } from './day.ts';
import type { View } from './fold.ts';
import { type Refusal, refused } from './gate.ts';
import type { PermitAsk } from './ledger.ts';
import { expectedCalls, expectedUntilMs, hoursAt, type LiveHours, newLiveHours } from './live-hours.ts';
import { type LivePressure, NO_PRESSURE, pressureAfterCall, pressureAt } from './live-pressure.ts';
import {
  BACKFILL_LEAST_DAY_SHARE,
  FORECAST_MARGIN,
  LEAST_DAY_RESERVE,
  LEAST_FREE_PLACES_SHARE,
  MOST_FREE_SHARE,
} from './policy.ts';
import type { Day, LedgerState, Slot } from './state.ts';

/**
 * The lanes: live calls are admitted as if there were no backfill; a backfill call only when it leaves what live is likely
 * to need. Of the window and the slots that is what live lately took at once (`live-pressure.ts`); of the day, what live
 * usually calls until the reset (`live-hours.ts`), and the share that is set. Kept where there is a backfill lane, so that
 * it costs nobody else a byte.
 *
 * Nobody starves. Live waits for one call of a backfill at most, where it wants more at once than it lately did. A backfill
 * that has had no call for a whole window is admitted as live is, so it gets a call in each window however busy live is,
 * and a hundredth of the day.
 */
interface Lanes {
  readonly pressure: LivePressure;
  readonly hours: LiveHours;
  /** Start of the backfill's last permit, by its worker's clock. 0: none was. */
  readonly backfillStartMs: number;
}

const NEW_LANES: Omit<Lanes, 'hours'> = { pressure: NO_PRESSURE, backfillStartMs: 0 };

const isBackfill = ({ lane }: Pick<PermitAsk | Slot, 'lane'>): boolean => lane === 'backfill';

/** As of now; undefined where there is no backfill lane. */
function lanesAt({ lanes }: LedgerState, { nowMs, limits }: View): Lanes | undefined {
  if (limits.backfill === undefined) return undefined;
  const known = lanes ?? { ...NEW_LANES, hours: newLiveHours(nowMs) };
  return { ...known, pressure: pressureAt(known.pressure, nowMs, limits), hours: hoursAt(known.hours, nowMs) };
}

/**
 * Places of the window that a backfill call must leave free: what live may still take at once, less half of those that come
 * free while one call lasts, for which live may wait. Half, because places come free as unevenly as calls were made.
 */
function placesKept({ pressure: { surge, usualSurge } }: Lanes, windowLimit: number, callMs: number, windowMs: number) {
  const most = Math.floor(windowLimit * MOST_FREE_SHARE);
  const least = Math.max(1, Math.floor(windowLimit * LEAST_FREE_PLACES_SHARE));
  const comeFree = (callMs * windowLimit) / windowMs / 2;
  return Math.min(most, Math.max(least, Math.round(usualSurge - surge - comeFree)));
}

/**
 * Slots that the backfill may hold: one is free beside those that live holds, and as many as live lately held at once. Of one
 * slot it has that one while live has not.
 */
function slotsOfBackfill({ pressure }: Lanes, slots: readonly Slot[], slotLimit: number): number {
  const live = slots.filter((slot) => !isBackfill(slot)).length;
  const usual = Math.min(Math.round(pressure.usualSlots), Math.floor(slotLimit * MOST_FREE_SHARE));
  return slotLimit === 1 ? 1 - live : slotLimit - Math.max(live + 1, usual);
}

/** Whether the backfill has had no call for a whole window: it takes its turn then. */
function isStarved({ backfillStartMs }: Lanes, { nowMs, limits }: View): boolean {
  return nowMs - backfillStartMs >= limits.windowMs + limits.clockSkewMs;
}

/** The window as a backfill call finds it. */
function windowLimitOf(
  ask: PermitAsk,
  lanes: Lanes | undefined,
  { windowLimit, callMs }: { readonly windowLimit: number; readonly callMs: number },
  view: View,
): number {
  if (lanes === undefined || !isBackfill(ask) || isStarved(lanes, view)) return windowLimit;
  return windowLimit - placesKept(lanes, windowLimit, callMs, view.limits.windowMs);
}

/** Whether the backfill holds as many slots as it may. */
function lacksSlots(
  ask: PermitAsk,
  lanes: Lanes | undefined,
  slots: readonly Slot[],
  slotLimit: number,
  view: View,
): boolean {
  if (lanes === undefined || !isBackfill(ask) || isStarved(lanes, view)) return false;
  return slots.filter(isBackfill).length >= slotsOfBackfill(lanes, slots, slotLimit);
}

/**
 * Whether a backfill may have a permit for a coming opening: one at a time, and within the time of a call. Live that finds
 * its place taken waits for no longer than that.
 */
function mayReserve(slots: readonly Slot[], startsAtMs: number, callMs: number, { nowMs }: View): boolean {
  const waiting = slots.filter((slot) => isBackfill(slot) && slot.notBeforeMs > nowMs).length;
  return waiting === 0 && startsAtMs - nowMs <= callMs;
}

/** Refuses a backfill call what the day is likely to need for live, or what is over the backfill's share. */
function dayRefusal(ask: PermitAsk, day: Day, lanes: Lanes | undefined, view: View): Refusal | undefined {
  const { nowMs, limits } = view;
  // A spent day is tried by a probe, whosever it is.
  if (lanes === undefined || limits.backfill === undefined || !isBackfill(ask) || day.probeAtMs !== undefined) {
    return undefined;
  }
  const resetMs = day.resetsAtMs + limits.clockSkewMs;
  const used = day.backfill ?? 0;
  if (used >= limits.backfill.dayCalls) return refused('day', resetMs - nowMs, 'backfillShare');
  if (used < limits.dayCalls * BACKFILL_LEAST_DAY_SHARE) return undefined;
  const dayShare = Math.min(1, Math.max(0, day.resetsAtMs - nowMs) / 86_400_000);
  const expected = expectedCalls(lanes.hours, nowMs, day.resetsAtMs, limits.dayCalls);
  const reserve = FORECAST_MARGIN * expected + LEAST_DAY_RESERVE * limits.dayCalls * dayShare;
  const missing = reserve + 1 - leftToday(day, limits);
  if (missing <= 0) return undefined;
  // What live does not call of what was expected comes free as its hours pass.
  const atMs = expectedUntilMs(lanes.hours, nowMs, resetMs, limits.dayCalls, missing / FORECAST_MARGIN);
  return refused('day', atMs - nowMs, 'backfillShare');
}

/** After a grant. @param slots those taken now, the new one among them. */
function lanesAfter(ask: PermitAsk, lanes: Lanes, slots: readonly Slot[], startsAtMs: number): Lanes {
  if (isBackfill(ask)) return { ...lanes, backfillStartMs: startsAtMs };
  const live = slots.filter((slot) => !isBackfill(slot)).length;
  const { hours, pressure } = lanes;
  return {
    ...lanes,
    pressure: pressureAfterCall(pressure, live),
    hours: { ...hours, calls: hours.calls + 1 },
  };
}

export type { Lanes };
export {
  dayRefusal,
  isBackfill,
  isStarved,
  lacksSlots,
  lanesAfter,
  lanesAt,
  mayReserve,
  placesKept,
  slotsOfBackfill,
  windowLimitOf,
};
