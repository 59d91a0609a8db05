/** 2027: US Central time is on summer time from March 14 to November 7, at two in the morning of its clocks. */
const SUMMER_STARTS_MS = Date.parse('2027-03-14T08:00:00Z');
const SUMMER_ENDS_MS = Date.parse('2027-11-07T07:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The next time after an instant at which Marketo resets the day: midnight by the clocks of US Central time, or, as
 * written, midnight of "CST", which is UTC-6 in summer too.
 */
function nextResetMs(afterMs: number, cstAsWritten: boolean): number {
  for (let utcDay = Math.floor(afterMs / DAY_MS) * DAY_MS; ; utcDay += DAY_MS) {
    const inSummer = utcDay + 5 * HOUR_MS;
    const isSummer = !cstAsWritten && inSummer >= SUMMER_STARTS_MS && inSummer < SUMMER_ENDS_MS;
    const resetMs = isSummer ? inSummer : utcDay + 6 * HOUR_MS;
    if (resetMs > afterMs) return resetMs;
  }
}

export { nextResetMs };
