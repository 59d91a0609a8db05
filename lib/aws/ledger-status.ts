import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { effectiveLimit } from '../ledger/adaptive-limit.ts';
import { leftToday } from '../ledger/day.ts';
import { fold } from '../ledger/fold.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import type { LineStopReason } from '../ledger/state.ts';
import { statusOf } from '../ledger/status.ts';
import { createDynamoDbLedgerRegister } from './dynamodb-ledger.ts';

interface PausedOperation {
  readonly operation: string;
  readonly reason: string;
  readonly untilMs: number;
}

/** How the relay stands with Marketo's limits, by the ledger's item. */
interface LedgerStatus {
  /** The whole line is stopped: nothing goes out before `untilMs`, and one call is tried then. */
  readonly lineStop?: { readonly reason: LineStopReason; readonly untilMs: number };
  /** Stopped while others go on. */
  readonly pausedOperations: readonly PausedOperation[];
  /** Set by a 607: nothing but a probe before it. */
  readonly daySpentUntilMs?: number;
  readonly usedToday: number;
  /** Those of `usedToday` that are the backfill's. */
  readonly backfillToday: number;
  readonly leftToday: number;
  readonly dailyQuota: number;
  /** Calls of other integrations today, as Marketo told at `othersAskedAtMs`. */
  readonly othersToday: number;
  readonly othersAskedAtMs?: number;
  readonly dayResetsAtMs: number;
  /** In flight, and ended less than a window ago. */
  readonly callsInWindow: number;
  readonly callsInFlight: number;
  /** In force now: lower than configured where Marketo's refusals showed that others use the rest. */
  readonly windowLimit: number;
  readonly slotLimit: number;
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
  const state = fold(stored, { nowMs, limits, aheadOf: () => 0 });
  const { day, slots, windowCalls, callMs } = state;
  const { lineStop: stop, pausedOperations, daySpentUntilMs } = statusOf(state, limits);
  const callsInFlight = Object.keys(slots).length;
  return {
    ...(stop && { lineStop: { reason: stop.reason, untilMs: stop.untilMs } }),
    pausedOperations,
    ...(daySpentUntilMs !== undefined && { daySpentUntilMs }),
    usedToday: day.used,
    backfillToday: day.backfill ?? 0,
    leftToday: leftToday(day, limits),
    dailyQuota: limits.dayCalls,
    othersToday: day.others,
    ...(day.othersAtMs !== undefined && { othersAskedAtMs: day.othersAtMs }),
    dayResetsAtMs: day.resetsAtMs,
    callsInWindow: windowCalls.length + callsInFlight,
    callsInFlight,
    windowLimit: effectiveLimit(limits.windowCalls, state.adaptiveWindow, nowMs, limits.windowMs),
    slotLimit: effectiveLimit(limits.slots, state.adaptiveSlots, nowMs, limits.windowMs),
    callMs,
  };
}

export type { LedgerStatus, PausedOperation };
export { readLedgerStatus };
