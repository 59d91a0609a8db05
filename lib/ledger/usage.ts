import { fold, type View } from './fold.ts';
import type { UsageToday } from './ledger.ts';
import { ASK_USAGE_AFTER_CALLS, ASK_USAGE_AFTER_MS } from './policy.ts';
import type { LedgerState } from './state.ts';

/**
 * The state after the usage endpoint has told today's totals; undefined when they tell nothing new.
 *
 * What others used is all that is not this relay's: by the endpoint's own split while this relay knows of as many
 * calls as the endpoint lays to its account, by this relay's count when the endpoint knows of more (the table was lost,
 * or somebody shares the API user). `dayReserve` stays reserved whatever the figures say.
 */
function learnUsage(state: LedgerState, usage: UsageToday, view: View): LedgerState | undefined {
  const current = fold(state, view);
  const { day } = current;
  const { clockSkewMs } = view.limits;
  // Figures asked for before the reset may be yesterday's, and figures from about the coming reset tomorrow's.
  const aboutToday = usage.atMs >= day.startedAtMs && view.nowMs < day.resetsAtMs - clockSkewMs;
  const newer = day.othersAtMs === undefined || usage.atMs > day.othersAtMs;
  if (!aboutToday || !newer || day.probeAtMs !== undefined) return undefined;
  const others = Math.max(0, usage.totalToday - Math.min(usage.ownToday, day.used));
  return {
    ...current,
    version: state.version + 1,
    day: { ...day, others, othersAtMs: usage.atMs, usedAtAsking: day.used },
  };
}

/** Whether the figures of others are old enough to be asked for again. */
function isUsageDue({ day }: Pick<LedgerState, 'day'>, nowMs: number): boolean {
  const calls = day.used - (day.usedAtAsking ?? 0);
  return calls >= ASK_USAGE_AFTER_CALLS && nowMs - (day.othersAtMs ?? day.startedAtMs) >= ASK_USAGE_AFTER_MS;
}

export { isUsageDue, learnUsage };
