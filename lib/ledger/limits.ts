import {
  ADVISED_MAX_CONCURRENT_CALLS,
  ADVISED_RATE_LIMIT_CALLS,
  DAILY_QUOTA,
  QUOTA_TIME_ZONE,
  RATE_LIMIT_WINDOW_SECONDS,
} from '../marketo/limits.ts';

/** The limits that the ledger keeps. All are settings: Marketo raises them for some subscriptions. */
interface LedgerLimits {
  /** Most calls in any window. */
  readonly windowCalls: number;
  readonly windowMs: number;
  /** Most calls in flight. */
  readonly slots: number;
  /** Most counted calls from one reset to the next. */
  readonly dayCalls: number;
  /** Calls of each day left to other integrations, whatever the usage endpoint says. */
  readonly dayReserve: number;
  /** IANA name of the zone at whose midnight the day resets. */
  readonly quotaTimeZone: string;
  /** Where there is a backfill lane. `dayCalls`: the most of its calls in a day. */
  readonly backfill?: { readonly dayCalls: number };
  /** Most by which the clocks of two workers differ. */
  readonly clockSkewMs: number;
}

/**
 * Half of what Marketo grants a subscription, as Adobe advises a single integration to use (Marketo: integration best
 * practices), and Amazon's time service keeps Lambda's clocks far closer than the skew allowed for here.
 */
const DEFAULT_LIMITS: LedgerLimits = {
  windowCalls: ADVISED_RATE_LIMIT_CALLS,
  windowMs: RATE_LIMIT_WINDOW_SECONDS * 1_000,
  slots: ADVISED_MAX_CONCURRENT_CALLS,
  dayCalls: DAILY_QUOTA,
  dayReserve: 0,
  quotaTimeZone: QUOTA_TIME_ZONE,
  clockSkewMs: 500,
};

export type { LedgerLimits };
export { DEFAULT_LIMITS };
