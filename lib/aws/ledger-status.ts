import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { leftToday } from '../ledger/day.ts';
import { fold } from '../ledger/fold.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import { createDynamoDbLedgerRegister } from './dynamodb-ledger.ts';

interface PausedOperation {
  readonly operation: string;
  readonly reason: string;
  readonly untilMs: number;
}

/** How the relay stands with Marketo's limits, by the ledger's item. */
interface LedgerStatus {
  /** The whole line is stopped: nothing goes out before `untilMs`, and one call is tried then. */
  readonly lineStop?: { readonly reason: string; readonly untilMs: number };
  /** Stopped while others go on. */
  readonly pausedOperations: readonly PausedOperation[];
  /** Set by a 607: nothing but a probe before it. */
  readonly daySpentUntilMs?: number;
  readonly usedToday: number;
  readonly leftToday: number;
  readonly dailyQuota: number;
  /** Calls of other integrations today, as Marketo told at `othersAskedAtMs`. */
  readonly othersToday: number;
  readonly othersAskedAtMs?: number;
  readonly dayResetsAtMs: number;
  /** In flight, and ended less than a window ago. */
  readonly callsInWindow: number;
  readonly callsInFlight: number;
  /** Moving average of a call's duration. */
  readonly callMs: number;
}

interface LedgerStatusOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly subscription: string;
  readonly limits: LedgerLimits;
  readonly nowMs: number;
}

/** One consistent read; undefined while nothing has asked for a permit. */
async function readLedgerStatus(options: LedgerStatusOptions): Promise<LedgerStatus | undefined> {
  const { client, tableName, subscription, limits, nowMs } = options;
  const stored = await createDynamoDbLedgerRegister({ client, tableName, subscription, limits }).read();
  if (stored.version === 0) return undefined;
  // A reader has no worker's clock to compare with. Folding settles what has ended since the last write.
  const { circuit, day, slots, windowCalls, callMs } = fold(stored, { nowMs, limits, aheadOf: () => 0 });
  const { stop } = circuit;
  const callsInFlight = Object.keys(slots).length;
  return {
    ...(stop && { lineStop: { reason: stop.reason, untilMs: stop.untilMs } }),
    pausedOperations: [],
    ...(day.probeAtMs !== undefined && { daySpentUntilMs: day.probeAtMs }),
    usedToday: day.used,
    leftToday: leftToday(day, limits),
    dailyQuota: limits.dayCalls,
    othersToday: day.others,
    ...(day.othersAtMs !== undefined && { othersAskedAtMs: day.othersAtMs }),
    dayResetsAtMs: day.resetsAtMs,
    callsInWindow: windowCalls.length + callsInFlight,
    callsInFlight,
    callMs,
  };
}

export type { LedgerStatus, PausedOperation };
export { readLedgerStatus };
