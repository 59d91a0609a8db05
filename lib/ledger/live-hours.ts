import { HOUR_WEIGHT, UNKNOWN_HOUR_SHARE } from './policy.ts';

/**
 * Live calls by the hour of the day, from the ledger's own history: 24 moving averages over days, by UTC, which needs no
 * calendar. What lies outside the hour that runs is a mean of whole hours; an hour without a call counts as one.
 */
interface LiveHours {
  /** Hours since the epoch. */
  readonly hour: number;
  /** Live calls in it so far. */
  readonly calls: number;
  /** Mean of each hour of the day, from 0:00 UTC on. -1: not seen yet. */
  readonly byHour: readonly number[];
}

const HOUR_MS = 3_600_000;
const HOURS = 24;
const NOT_SEEN = -1;

function newLiveHours(nowMs: number): LiveHours {
  return { hour: Math.floor(nowMs / HOUR_MS), calls: 0, byHour: Array.from({ length: HOURS }, () => NOT_SEEN) };
}

/** Closes the hours that are over. A clock that is behind adds to the hour that runs. */
function hoursAt(hours: LiveHours, nowMs: number): LiveHours {
  const hour = Math.floor(nowMs / HOUR_MS);
  if (hour <= hours.hour) return hours;
  const byHour = [...hours.byHour];
  for (let over = Math.max(hours.hour, hour - HOURS); over < hour; over++) {
    const calls = over === hours.hour ? hours.calls : 0;
    const known = byHour[over % HOURS] ?? NOT_SEEN;
    byHour[over % HOURS] = Math.round(known < 0 ? calls : known + HOUR_WEIGHT * (calls - known));
  }
  return { hour, calls: 0, byHour };
}

/** Live calls that are expected from one instant to another, a day apart at most. */
function expectedCalls({ byHour }: LiveHours, fromMs: number, toMs: number, dayCalls: number): number {
  let sum = 0;
  for (let atMs = fromMs; atMs < toMs; ) {
    const endMs = Math.min(toMs, (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS);
    sum += (hourly(byHour, atMs, dayCalls) * (endMs - atMs)) / HOUR_MS;
    atMs = endMs;
  }
  return sum;
}

/** When so many of the calls expected from `fromMs` on are over; `toMs` when they are not by then. */
function expectedUntilMs({ byHour }: LiveHours, fromMs: number, toMs: number, dayCalls: number, calls: number): number {
  let left = calls;
  for (let atMs = fromMs; atMs < toMs; ) {
    const endMs = Math.min(toMs, (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS);
    const perMs = hourly(byHour, atMs, dayCalls) / HOUR_MS;
    if (perMs * (endMs - atMs) >= left && perMs > 0) return atMs + left / perMs;
    left -= perMs * (endMs - atMs);
    atMs = endMs;
  }
  return toMs;
}

function hourly(byHour: readonly number[], atMs: number, dayCalls: number): number {
  const known = byHour[Math.floor(atMs / HOUR_MS) % HOURS] ?? NOT_SEEN;
  return known < 0 ? (dayCalls * UNKNOWN_HOUR_SHARE) / HOURS : known;
}

export type { LiveHours };
export { expectedCalls, expectedUntilMs, HOURS, hoursAt, NOT_SEEN, newLiveHours };
