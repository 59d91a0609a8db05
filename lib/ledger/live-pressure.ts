import { LIVE_HALF_LIFE_MS, LIVE_QUANTILE } from './policy.ts';

/**
 * How much room live calls need at once, as the ledger saw it lately.
 *
 * `surge` is a bucket that each live call fills by one, and that drains as places of the window come free when it is full:
 * windowCalls in windowMs. It is how far live is ahead of that pace, so a window that a backfill keeps full makes live
 * wait exactly when fewer places are free than live's surge grows by. What is left free is therefore not what live uses,
 * which the count of the window knows by itself, but what it may take faster than places come free.
 *
 * `usualSurge` and `usualSlots` are the values that 97 of 100 live calls find, followed by a step up for each call above and a
 * small step down for each below: no samples are kept. Both fade while live is silent.
 */
interface LivePressure {
  readonly surge: number;
  readonly usualSurge: number;
  /** Live calls in flight at once. */
  readonly usualSlots: number;
  readonly atMs: number;
}

/** How fast places come free in a window that is full. */
interface Pace {
  readonly windowCalls: number;
  readonly windowMs: number;
}

const NO_PRESSURE: LivePressure = { surge: 0, usualSurge: 0, usualSlots: 0, atMs: 0 };

/** As of now: drained, and faded. Of a clock that is behind the last writer's, as it was then. */
function pressureAt({ surge, usualSurge, usualSlots, atMs }: LivePressure, nowMs: number, pace: Pace): LivePressure {
  const sinceMs = Math.max(0, nowMs - atMs);
  const left = 0.5 ** (sinceMs / LIVE_HALF_LIFE_MS);
  return {
    surge: Math.max(0, surge - (sinceMs * pace.windowCalls) / pace.windowMs),
    usualSurge: usualSurge * left,
    usualSlots: usualSlots * left,
    atMs: Math.max(atMs, nowMs),
  };
}

/**
 * After one more live call.
 *
 * @param pressure as of now.
 * @param liveSlots live calls in flight, this one among them.
 */
function pressureAfterCall(pressure: LivePressure, liveSlots: number): LivePressure {
  const surge = pressure.surge + 1;
  return {
    ...pressure,
    surge,
    usualSurge: towardsQuantile(pressure.usualSurge, surge),
    usualSlots: towardsQuantile(pressure.usualSlots, liveSlots),
  };
}

/** Robbins and Monro's stochastic approximation of a quantile, in steps of one call. */
function towardsQuantile(estimate: number, sample: number): number {
  return sample > estimate
    ? Math.min(sample, estimate + LIVE_QUANTILE)
    : Math.max(sample, estimate - (1 - LIVE_QUANTILE));
}

export type { LivePressure, Pace };
export { NO_PRESSURE, pressureAfterCall, pressureAt };
