import { KEEP_SHARE, RECOVER_SHARE } from './policy.ts';
import type { AdaptiveLimit } from './state.ts';

/**
 * A limit shared with others: a 606 or 615 received although the ledger kept the limit means that other integrations
 * use the rest. The relay then slows down in proportion to what it was using, and asks for a twentieth of the limit
 * more with every window.
 *
 * @returns the limit in force at `nowMs`.
 */
function effectiveLimit(limit: number, adaptive: AdaptiveLimit | undefined, nowMs: number, windowMs: number): number {
  if (adaptive === undefined) return limit;
  const windows = Math.max(0, nowMs - adaptive.atMs) / windowMs;
  return Math.min(limit, adaptive.limit + Math.floor(windows * Math.max(1, limit * RECOVER_SHARE)));
}

/**
 * The limit after a refusal by Marketo of a call granted at `grantedAtMs` while `used` of ours counted. One lesson for
 * all calls that were already on their way when the last lesson was learnt.
 */
function lowered(
  adaptive: AdaptiveLimit | undefined,
  used: number,
  limit: number,
  grantedAtMs: number,
  atMs: number,
): AdaptiveLimit {
  if (adaptive !== undefined && grantedAtMs <= adaptive.atMs) return adaptive;
  return { limit: Math.max(1, Math.floor(Math.min(used, limit) * KEEP_SHARE)), atMs };
}

export { effectiveLimit, lowered };
