import type { LedgerLimits } from '../../ledger/limits.ts';

type Range = readonly [lowMs: number, highMs: number];

/** Chances, each from 0 to 1, at every occasion. */
interface Faults {
  /** A swap is done, its reply lost, and the SDK sends it again. */
  readonly swapReplyLost: number;
  /** A table request fails for good, before or after it took effect. */
  readonly tableFails: number;
  /** A release arrives a second time, up to ten seconds later. */
  readonly endRepeated: number;
  /** A worker is told to release a call that it has released already. */
  readonly releaseRepeated: number;
  /** A worker dies, at any await. Another starts in its place. */
  readonly death: number;
  /** A worker stands still for up to ten seconds, at any await. */
  readonly freeze: number;
  /** A call's reply is lost: the worker learns so by a reset, or never. */
  readonly noReply: number;
  /** A starred reply, not counted against the day. */
  readonly starred: number;
  /** A permit is not used. */
  readonly abandoned: number;
}

/** What a fleet of workers goes through. Same scenario, same run. */
interface Scenario {
  readonly seed: number;
  readonly limits: LedgerLimits;
  readonly startMs: number;
  /** For so long the workers ask for more. */
  readonly durationMs: number;
  readonly workers: number;
  /** Offsets of the workers' clocks from the server's, and by how much they gain. */
  readonly clocks: readonly { readonly offsetMs: number; readonly driftPpm: number }[];
  /** Calls that a worker asks for at once, at most. */
  readonly asksAtOnce: number;
  /** How many of the calls are a backfill's. @default 0 */
  readonly backfillShare?: number;
  /** Different keys that records have, and records with keys in a call, at most. */
  readonly keyPool: number;
  readonly keysPerCall: number;
  /** And so many at least. @default 0 */
  readonly leastKeysPerCall?: number;
  /** Different operations that calls have; the calls of so many of them always fail. */
  readonly operations: number;
  readonly brokenOperations: number;
  readonly uplinkMs: Range;
  readonly workMs: Range;
  readonly downlinkMs: Range;
  readonly tableMs: Range;
  /** Marketo gives a call up after so long. */
  readonly serverTimeoutMs: number;
  /** Every call fails for a passing reason from the first to the second, in milliseconds after the start. */
  readonly outageMs: Range;
  readonly faults: Faults;
}

const NO_FAULTS: Faults = {
  swapReplyLost: 0,
  tableFails: 0,
  endRepeated: 0,
  releaseRepeated: 0,
  death: 0,
  freeze: 0,
  noReply: 0,
  starred: 0,
  abandoned: 0,
};

const ALL_FAULTS: Faults = {
  swapReplyLost: 0.03,
  tableFails: 0.02,
  endRepeated: 0.05,
  releaseRepeated: 0.1,
  death: 0.004,
  freeze: 0.004,
  noReply: 0.05,
  starred: 0.1,
  abandoned: 0.03,
};

export type { Faults, Range, Scenario };
export { ALL_FAULTS, NO_FAULTS };
