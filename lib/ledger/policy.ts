import type { StopReason } from './state.ts';

/** The numbers that the ledger chooses for itself: nobody sets them, and each has its reason here. */

const MINUTE_MS = 60_000;

/* Permits. */

/** A permit not used this long after its start is void: bounds how long a frozen worker can hold others up. */
const SEND_WITHIN_MS = 5_000;
/** How far ahead a permit may be granted for a coming opening, so that its holder sleeps instead of asking again. */
const RESERVE_AHEAD_MS = 2_000;
/** Shortest wait that a refusal names: asking again sooner would find nothing new. */
const SHORTEST_WAIT_MS = 50;
/** What the newest call weighs in the average of how long calls take: some ten calls make it. */
const CALL_MS_WEIGHT = 0.2;

/* Circuits. */

/** Fewer are met by chance; more would cost each message of a broken operation an attempt. */
const FAILURES_TO_OPEN = 5;
/** One operation can be broken, or forbidden, by itself: only two say something of the line. */
const LINE_LEAST_OPERATIONS = 2;
/** A failed health check weighs as two failures, and three of them alone stop the line: no message can be at fault. */
const HEALTH_CHECK_WEIGHT = 2;
/** Operations that failures are counted for. A circuit takes 60 to 150 bytes of the item: 16 of them 2 KB. */
const MOST_CIRCUITS = 16;
/** Waiting messages come back within an hour: what nobody has probed for so long, nobody waits for. */
const FORGET_AFTER_MS = 60 * MINUTE_MS;

/** Passing failures are over in seconds, or in minutes; a permission, a token, a quota takes people or hours. */
const FIRST_PAUSE_MS: Record<StopReason, number> = {
  transientFailures: 5_000,
  accessDenied: MINUTE_MS,
  tokenRefused: MINUTE_MS,
  credentialsRefused: MINUTE_MS,
  quotaSpent: 30 * MINUTE_MS,
};
const LONGEST_PAUSE_MS: Record<StopReason, number> = {
  transientFailures: 5 * MINUTE_MS,
  accessDenied: 15 * MINUTE_MS,
  tokenRefused: 15 * MINUTE_MS,
  credentialsRefused: 15 * MINUTE_MS,
  // No limit of its own: the next possible reset is less than a day away.
  quotaSpent: 24 * 60 * MINUTE_MS,
};

/* The day. */

/** A spent day is tried so often besides its possible resets: a quota can be raised in the middle of a day. */
const DAY_PROBE_EVERY_MS = 30 * MINUTE_MS;
/** Asking for the day's usage costs a call: after so many of one's own, a fifth of a percent of the quota at most... */
const ASK_USAGE_AFTER_CALLS = 500;
/** ...and not too often. */
const ASK_USAGE_AFTER_MS = 15 * MINUTE_MS;

/* Learned limits: additive increase, multiplicative decrease, as congestion control does. */

const KEEP_SHARE = 0.75;
const RECOVER_SHARE = 0.05;

/* Spreading: places of the window are granted this share of the even distance apart, once a burst is taken. */

const PACE = 0.8;
const BURST_SHARE = 0.25;
const LEAST_BURST = 10;

/* Lanes: what a backfill leaves to live calls. */

/** So many of live's calls find the room that they want at once; the others wait for a place or for one call's end. */
const LIVE_QUANTILE = 0.97;
/** What live took at once half an hour ago weighs an eighth: a peak each hour keeps no room free in between. */
const LIVE_HALF_LIFE_MS = 10 * MINUTE_MS;
/** Places that are free at all times: 1 of 50, 2 of 100. */
const LEAST_FREE_PLACES_SHARE = 0.02;
/** Live that bursts now and then must not keep more than half of the window, or of the slots, from the backfill. */
const MOST_FREE_SHARE = 0.5;
/** Weight of the newest day in the mean of an hour: a week makes it, weekends among them. */
const HOUR_WEIGHT = 0.3;
/** Of an hour that was not seen yet: half of its even share of the day, so that a first day leaves half of what is left. */
const UNKNOWN_HOUR_SHARE = 0.5;
/** Days differ: a fifth more than the mean is kept for live... */
const FORECAST_MARGIN = 1.2;
/** ...and this share of the day, less as the day passes, where live is silent as a rule. */
const LEAST_DAY_RESERVE = 0.02;
/** The backfill has so much of the day however much live is expected to call. */
const BACKFILL_LEAST_DAY_SHARE = 0.01;

/* One worker at the table. */

const MAX_SWAPS = 8;
/** After a lost race: long enough for the winners' writes, spread so that the losers do not meet again. */
const AFTER_CONFLICT_MS = 20;
/** A worker that is refused again and again has rivals: it asks less often, up to the longest. */
const FIRST_BACK_OFF_MS = 50;
const LONGEST_BACK_OFF_MS = 800;
/** So often in a row a worker with several calls lets a single permit go; then it takes what there is. */
const PATIENCE = 20;
const MAX_END_WRITES = 3;
/** Calls that end within this long of each other are written as one. */
const COALESCE_MS = 25;
/** Ends wait so long at most for the ends of calls that the worker has under way: their slots stay taken meanwhile. */
const LONGEST_GATHER_MS = 500;

export {
  AFTER_CONFLICT_MS,
  ASK_USAGE_AFTER_CALLS,
  ASK_USAGE_AFTER_MS,
  BACKFILL_LEAST_DAY_SHARE,
  BURST_SHARE,
  CALL_MS_WEIGHT,
  COALESCE_MS,
  DAY_PROBE_EVERY_MS,
  FAILURES_TO_OPEN,
  FIRST_BACK_OFF_MS,
  FIRST_PAUSE_MS,
  FORECAST_MARGIN,
  FORGET_AFTER_MS,
  HEALTH_CHECK_WEIGHT,
  HOUR_WEIGHT,
  KEEP_SHARE,
  LEAST_BURST,
  LEAST_DAY_RESERVE,
  LEAST_FREE_PLACES_SHARE,
  LINE_LEAST_OPERATIONS,
  LIVE_HALF_LIFE_MS,
  LIVE_QUANTILE,
  LONGEST_BACK_OFF_MS,
  LONGEST_GATHER_MS,
  LONGEST_PAUSE_MS,
  MAX_END_WRITES,
  MAX_SWAPS,
  MOST_CIRCUITS,
  MOST_FREE_SHARE,
  PACE,
  PATIENCE,
  RECOVER_SHARE,
  RESERVE_AHEAD_MS,
  SEND_WITHIN_MS,
  SHORTEST_WAIT_MS,
  UNKNOWN_HOUR_SHARE,
};
