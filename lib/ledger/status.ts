import { dayOpensAtMs, leftToday } from './day.ts';
import type { LedgerStatus } from './ledger.ts';
import type { LedgerLimits } from './limits.ts';
import type { LedgerState } from './state.ts';

/** How things stand, for whoever looks. @param state folded to now. */
function statusOf({ line, circuits, day, slots, windowCalls }: LedgerState, limits: LedgerLimits): LedgerStatus {
  const daySpentUntilMs = dayOpensAtMs(day, limits);
  const slotsTaken = Object.keys(slots).length;
  return {
    ...(line.stop && { lineStop: line.stop }),
    pausedOperations: Object.entries(circuits)
      .flatMap(([operation, { stop }]) => (stop === undefined ? [] : [{ operation, ...stop }]))
      .sort((a, b) => (a.operation < b.operation ? -1 : 1)),
    ...(daySpentUntilMs !== undefined && { daySpentUntilMs }),
    leftToday: leftToday(day, limits),
    dailyQuota: limits.dayCalls,
    callsInWindow: windowCalls.length + slotsTaken,
    slotsTaken,
  };
}

export { statusOf };
