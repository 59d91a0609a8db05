import {
  ADVISED_MAX_CONCURRENT_CALLS,
  ADVISED_RATE_LIMIT_CALLS,
  DAILY_QUOTA,
  QUOTA_TIME_ZONE,
  RATE_LIMIT_WINDOW_SECONDS,
} from '../marketo/limits.ts';
import { RETENTION_SECONDS } from './policy.ts';

/** A whole number with its default and the values that make sense, both ends included. */
interface Bounds {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The numbers among the settings: the one table that the handler and the stack share.
 *
 * Half of Marketo's own limits (100 calls in 20 s, 10 in flight) is what Adobe advises a single integration to use
 * (Marketo: integration best practices). The upper bounds of the rate and of the calls in flight keep the ledger's
 * item small; those of the ages are SQS's longest retention, 14 days.
 */
const NUMBER_BOUNDS = {
  rateLimitCalls: { default: ADVISED_RATE_LIMIT_CALLS, min: 1, max: 1_000 },
  // Up to a span of 65 s the ledger's item spends two bytes on a call's time, beyond it three.
  rateLimitWindowSeconds: { default: RATE_LIMIT_WINDOW_SECONDS, min: 1, max: 60 },
  maxConcurrentCalls: { default: ADVISED_MAX_CONCURRENT_CALLS, min: 1, max: 100 },
  dailyQuota: { default: DAILY_QUOTA, min: 1, max: 100_000_000 },
  dailyQuotaReserve: { default: 0, min: 0, max: 99_999_999 },
  retryMaxAttempts: { default: 8, min: 1, max: 100 },
  retryMaxAgeSeconds: { default: 86_400, min: 1, max: RETENTION_SECONDS },
} as const satisfies Record<string, Bounds>;

type NumberSetting = keyof typeof NUMBER_BOUNDS;

const DEFAULT_QUOTA_TIME_ZONE = QUOTA_TIME_ZONE;

export type { Bounds, NumberSetting };
export { DEFAULT_QUOTA_TIME_ZONE, NUMBER_BOUNDS };
