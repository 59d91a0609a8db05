import type { Json, JsonObject } from '../json.ts';
import { type ApiCall, type Operation, operations } from '../operation.ts';
import { type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import type { DayUsage } from '../usage.ts';

/** The call itself is in today's figure: nothing exempts it (Marketo: usage). */
function usageOf(days: number) {
  return (_call: ApiCall, { usage, nowMs }: Subscription): Outcome => {
    // Rule: usage-days
    return succeed(usage.days(nowMs()).slice(0, days).map(shownUsage));
  };
}

function errorsOf(days: number) {
  return (_call: ApiCall, { usage, nowMs }: Subscription): Outcome => {
    return succeed(usage.days(nowMs()).slice(0, days).map(shownErrors));
  };
}

// Rule: usage-counts-itself
function shownUsage({ date, total, users }: DayUsage): JsonObject {
  const shown: Json[] = [...users].map(([userId, count]) => ({ userId, count }));
  return { date, total, users: shown };
}

function shownErrors({ date, errors }: DayUsage): JsonObject {
  const shown: Json[] = [...errors].map(([errorCode, count]) => ({ errorCode, count }));
  return { date, total: [...errors.values()].reduce((sum, count) => sum + count, 0), errors: shown };
}

const usageOperations: readonly Operation[] = operations('none', [
  ['getUsage', 'GET', '/rest/v1/stats/usage.json', usageOf(1)],
  ['getWeeklyUsage', 'GET', '/rest/v1/stats/usage/last7days.json', usageOf(7)],
  ['getErrors', 'GET', '/rest/v1/stats/errors.json', errorsOf(1)],
  ['getWeeklyErrors', 'GET', '/rest/v1/stats/errors/last7days.json', errorsOf(7)],
]);

export { usageOperations };
