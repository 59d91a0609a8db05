import type { LedgerStatus } from '../../aws/ledger-status.ts';
import type { LedgerLimits } from '../../ledger/limits.ts';

/** The ledger as a report shows it: plain figures and instants. */
interface LedgerView {
  readonly usedToday: number;
  readonly leftToday: number;
  readonly dailyQuota: number;
  /** ISO 8601. */
  readonly dayResetsAt: string;
  readonly callsInWindow: number;
  readonly windowCalls: number;
  readonly windowSeconds: number;
  readonly slotsTaken: number;
  readonly slots: number;
  /** Why the line is stopped. `daySpent`: Marketo answered 607, however many calls this relay has made. */
  readonly circuit: 'closed' | 'daySpent' | LineStopReason;
  /** When the next call is tried, while the line is stopped: ISO 8601. */
  readonly stoppedUntil?: string;
}

type LineStopReason = NonNullable<LedgerStatus['lineStop']>['reason'];

function ledgerViewOf(status: LedgerStatus, limits: LedgerLimits): LedgerView {
  const stop = stopOf(status);
  return {
    usedToday: status.usedToday,
    leftToday: stop?.reason === 'daySpent' ? 0 : status.leftToday,
    dailyQuota: status.dailyQuota,
    dayResetsAt: iso(status.dayResetsAtMs),
    callsInWindow: status.callsInWindow,
    windowCalls: limits.windowCalls,
    windowSeconds: limits.windowMs / 1_000,
    slotsTaken: status.callsInFlight,
    slots: limits.slots,
    circuit: stop?.reason ?? 'closed',
    ...(stop === undefined ? {} : { stoppedUntil: iso(stop.untilMs) }),
  };
}

function stopOf({ daySpentUntilMs, lineStop }: LedgerStatus) {
  return daySpentUntilMs === undefined ? lineStop : { reason: 'daySpent' as const, untilMs: daySpentUntilMs };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export type { LedgerView };
export { ledgerViewOf };
