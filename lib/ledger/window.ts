import { BURST_SHARE, LEAST_BURST, PACE } from './policy.ts';
import type { WindowCall } from './state.ts';

/**
 * The window: at most N calls in any 20 s as Marketo counts their arrivals.
 *
 * A call counts from its grant until 20 s after its end (its reply, or the instant by which Marketo must have given
 * up). **Theorem.** If every call arrives between its permit's `notBeforeMs` and its end, no N + 1 calls arrive within
 * 20 s. **Proof.** Of the calls that arrive in some span of 20 s take the one granted last, at the ledger's order of
 * versions, with start T. Each other arrived less than 20 s before or after it; had it ended by T - 20 s it would have
 * arrived more than 20 s before this one. So each was counted when this one was granted, and with it they are at most N.
 *
 * Ends are stamped by other workers' clocks; `freesAtMs` is the instant by this worker's clock, late by what its clock
 * may be ahead (see `clocks.ts`), and by what two roundings to a millisecond can lose.
 *
 * Assumptions: a call arrives no sooner than it is sent, and no later than its end is stamped or its lease ends (a
 * worker looks at its clock, then sends: what the network takes from there is within the call's timeout); the clocks of
 * two workers differ by `clockSkewMs` at most, and run apart by 0.2 ms a second at most. Nothing is assumed about
 * latency, or about workers surviving. Counting from the grant would be wrong: network delay then bunches calls.
 */
const CLOCK_GRAIN_MS = 2;

function freesAtMs(call: WindowCall, windowMs: number, aheadMs: number): number {
  return call.atMs + windowMs + aheadMs + CLOCK_GRAIN_MS;
}

/**
 * The earliest instant, not before `nowMs`, at which one more call fits.
 *
 * @param outstanding calls granted whose end is unknown: they count without limit of time.
 * @param freesAt when each ended call leaves the window, ascending.
 * @returns undefined when outstanding calls alone fill the window.
 */
function nextOpeningMs(
  limit: number,
  outstanding: number,
  freesAt: readonly number[],
  nowMs: number,
): number | undefined {
  const mayRemain = limit - outstanding - 1;
  if (mayRemain < 0) return undefined;
  const mustLeave = freesAt.length - mayRemain;
  if (mustLeave <= 0) return nowMs;
  return Math.max(nowMs, freesAt[mustLeave - 1] ?? nowMs);
}

/**
 * The earliest start that spreads a window's free places over its time, once a burst of them is taken. A place is free
 * again when its call leaves the window, so the pattern of one window is that of the next: were all taken in a bunch,
 * workers would meet at the ledger and slots run out in every window, with nobody calling in between. Places that are
 * yet to open need no spreading, they are as far apart as the calls that leave. (Measured: docs/decisions/001-ledger.)
 *
 * @param lastStartMs of the permit granted last, by its worker's clock as it is: only smoothness hangs on it, and
 * differences between clocks cancel from one call to the next, where bounds of them would add up.
 */
function nextTurnMs(limit: number, windowMs: number, inWindow: number, lastStartMs: number): number {
  const burst = Math.max(LEAST_BURST, limit * BURST_SHARE);
  return inWindow < burst ? 0 : lastStartMs + Math.floor((PACE * windowMs) / limit);
}

export { freesAtMs, nextOpeningMs, nextTurnMs };
