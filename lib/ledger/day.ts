import { QUOTA_TIME_ZONE } from '../marketo/limits.ts';
import type { LedgerLimits } from './limits.ts';
import { DAY_PROBE_EVERY_MS } from './policy.ts';
import type { Day } from './state.ts';

/**
 * The day: at most Q counted calls between two resets.
 *
 * Marketo resets "at 12:00 AM CST". Read as midnight in US Central time (the configured zone) that is an hour earlier
 * in summer than read as UTC-6 all year. The relay counts by the first; after a 607 it sends one probe at each of both
 * instants, and one each half hour in between, and traffic resumes with the first that succeeds.
 */
const HOUR_MS = 3_600_000;
const CST_OFFSET_MS = -6 * HOUR_MS;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Local time in a zone minus UTC, at an instant. */
function zoneOffsetMs(zone: string, atMs: number): number {
  return zone === QUOTA_TIME_ZONE ? usCentralOffsetMs(atMs) : offsetByIntl(zone, atMs);
}

/**
 * Of Marketo's own zone, as the law has it since 2007 (15 U.S.C. 260a): summer time from the second Sunday of March to the first
 * of November, at two o'clock. The first use of Intl takes 15 ms of the processor's time, a tenth of a cold start. A test compares
 * it with Intl, hour by hour.
 */
function usCentralOffsetMs(atMs: number): number {
  const year = new Date(atMs + CST_OFFSET_MS).getUTCFullYear();
  const summerFromMs = sundayFrom(year, 2, 8) + 8 * HOUR_MS;
  const summerUntilMs = sundayFrom(year, 10, 1) + 7 * HOUR_MS;
  return atMs >= summerFromMs && atMs < summerUntilMs ? CST_OFFSET_MS + HOUR_MS : CST_OFFSET_MS;
}

/** The first Sunday from a day of a month on, as its first instant in UTC. */
function sundayFrom(year: number, month: number, day: number): number {
  const first = new Date(Date.UTC(year, month, day));
  return first.getTime() + ((7 - first.getUTCDay()) % 7) * DAY_MS;
}

function offsetByIntl(zone: string, atMs: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const local = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
  return local - Math.floor(atMs / 1000) * 1000;
}

/** The first midnight of the zone after an instant. Days of 23 and 25 hours come out as they are. */
function nextMidnightMs(zone: string, afterMs: number): number {
  const localDay = Math.floor((afterMs + zoneOffsetMs(zone, afterMs)) / DAY_MS);
  const localMidnight = (localDay + 1) * DAY_MS;
  let midnight = localMidnight - zoneOffsetMs(zone, afterMs);
  // The offset at midnight is not always the offset now; two rounds settle every zone whose midnight exists.
  for (let round = 0; round < 2; round++) midnight = localMidnight - zoneOffsetMs(zone, midnight);
  return midnight > afterMs ? midnight : midnight + DAY_MS;
}

function nextCstMidnightMs(afterMs: number): number {
  return (Math.floor((afterMs + CST_OFFSET_MS) / DAY_MS) + 1) * DAY_MS - CST_OFFSET_MS;
}

/** The next instant at which the day may have been reset, by either reading. */
function nextPossibleResetMs(zone: string, afterMs: number): number {
  return Math.min(nextMidnightMs(zone, afterMs), nextCstMidnightMs(afterMs));
}

/** The day after a 607. */
function daySpent(day: Day, atMs: number, limits: LedgerLimits): Day {
  return { ...day, probeAtMs: Math.min(nextPossibleResetMs(limits.quotaTimeZone, atMs), atMs + DAY_PROBE_EVERY_MS) };
}

/** The first instant since the 607 at which the day may have been reset; undefined while no day is spent. */
function resetAfterSpentMs({ probeAtMs }: Day, limits: LedgerLimits): number | undefined {
  // No reset comes between a 607 and its probe.
  return probeAtMs === undefined ? undefined : nextPossibleResetMs(limits.quotaTimeZone, probeAtMs - 1);
}

/**
 * When a spent day may be tried, by every clock. Whoever has used up all that is configured has nothing to win before
 * the reset.
 */
function dayOpensAtMs(day: Day, limits: LedgerLimits): number | undefined {
  if (day.probeAtMs === undefined) return undefined;
  const atMs = leftToday(day, limits) < 1 ? (resetAfterSpentMs(day, limits) ?? day.probeAtMs) : day.probeAtMs;
  return atMs + limits.clockSkewMs;
}

/**
 * A day that begins at the reset before `nowMs`; `carried` calls may have arrived after it although they were granted
 * before.
 */
function freshDay(nowMs: number, carried: number, limits: LedgerLimits): Day {
  return { startedAtMs: nowMs, resetsAtMs: nextMidnightMs(limits.quotaTimeZone, nowMs), used: carried, others: 0 };
}

/** Calls that the day still has for this relay. */
function leftToday(day: Day, limits: LedgerLimits): number {
  return Math.max(0, limits.dayCalls - Math.max(day.others, limits.dayReserve) - day.used);
}

export { dayOpensAtMs, daySpent, freshDay, leftToday, nextMidnightMs, nextPossibleResetMs, resetAfterSpentMs };
