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
 * (Marketo: integration best practices). The upper bounds of the ages are SQS's longest retention, 14 days.
 *
 * Those of the rate and of the calls in flight follow from DynamoDB. All of a subscription's permits are one item, hence in
 * one partition, which takes 1,000 write units a second (DynamoDB: service quotas); a write costs a unit for each KB
 * of the whole item, however little of it changes. With 200 calls in the window and 30 in flight, each of 300 records,
 * the item has 31 KB: 30 slots of 0.9 KB (300 hashes of 24 bits), 3 bytes for each call of the window, and some 2 KB for the
 * rest. A call costs 2.07 writes when ten workers with one call each are at the limit, the costliest case
 * (docs/decisions/001-ledger.md). So 200 calls in 20 s are 10 calls a second x 2.07 writes x 31 units = 642 units a second.
 * At Marketo's own limits they are 5 x 2.07 x 12 = 124; where every record also sets a key (an update by id with an e-mail
 * address) its slots have 1.7 KB, and they are 5 x 2.07 x 20 = 207. `MAX_CALLS_A_SECOND` keeps the pace in shorter windows too.
 */
const NUMBER_BOUNDS = {
  rateLimitCalls: { default: ADVISED_RATE_LIMIT_CALLS, min: 1, max: 200 },
  // Up to a span of 65 s the ledger's item spends two bytes on a call's time, beyond it three.
  rateLimitWindowSeconds: { default: RATE_LIMIT_WINDOW_SECONDS, min: 1, max: 60 },
  maxConcurrentCalls: { default: ADVISED_MAX_CONCURRENT_CALLS, min: 1, max: 30 },
  dailyQuota: { default: DAILY_QUOTA, min: 1, max: 100_000_000 },
  dailyQuotaReserve: { default: 0, min: 0, max: 99_999_999 },
  backfillDayPercent: { default: 100, min: 1, max: 100 },
  retryMaxAttempts: { default: 8, min: 1, max: 100 },
  retryMaxAgeSeconds: { default: 86_400, min: 1, max: RETENTION_SECONDS },
  // A week: what is gone for longer does not come back by itself.
  schemaChangeHoldHours: { default: 24, min: 0, max: 168 },
} as const satisfies Record<string, Bounds>;

/** The rate that the table above allows for; a deployed relay is held to it, an emulated table has no partitions. */
const MAX_CALLS_A_SECOND = 10;

type NumberSetting = keyof typeof NUMBER_BOUNDS;

const DEFAULT_QUOTA_TIME_ZONE = QUOTA_TIME_ZONE;

export type { Bounds, NumberSetting };
export { DEFAULT_QUOTA_TIME_ZONE, MAX_CALLS_A_SECOND, NUMBER_BOUNDS };
