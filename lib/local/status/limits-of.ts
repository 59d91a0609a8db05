import { DEFAULT_LIMITS, type LedgerLimits } from '../../ledger/limits.ts';
import { NUMBER_BOUNDS } from '../../settings/bounds.ts';
import { SETTING_NAMES } from '../../settings/names.ts';

/** The limits that the delivery function keeps, by its settings; the defaults for what they do not say. */
function limitsOf(settings: Readonly<Record<string, string>>): LedgerLimits {
  const number = (name: string, otherwise: number): number => {
    const value = Number(settings[name]);
    return settings[name] !== undefined && settings[name] !== '' && Number.isFinite(value) && value >= 0
      ? value
      : otherwise;
  };
  const dayCalls = number(SETTING_NAMES.dailyQuota, DEFAULT_LIMITS.dayCalls);
  const backfillPercent = number(SETTING_NAMES.backfillDayPercent, NUMBER_BOUNDS.backfillDayPercent.default);
  return {
    ...DEFAULT_LIMITS,
    windowCalls: number(SETTING_NAMES.rateLimitCalls, DEFAULT_LIMITS.windowCalls),
    windowMs: number(SETTING_NAMES.rateLimitWindowSeconds, DEFAULT_LIMITS.windowMs / 1_000) * 1_000,
    slots: number(SETTING_NAMES.maxConcurrentCalls, DEFAULT_LIMITS.slots),
    dayCalls,
    dayReserve: number(SETTING_NAMES.dailyQuotaReserve, DEFAULT_LIMITS.dayReserve),
    quotaTimeZone: settings[SETTING_NAMES.quotaTimeZone] || DEFAULT_LIMITS.quotaTimeZone,
    ...(settings[SETTING_NAMES.backfillQueueUrl] && {
      backfill: { dayCalls: Math.floor((dayCalls * backfillPercent) / 100) },
    }),
  };
}

export { limitsOf };
