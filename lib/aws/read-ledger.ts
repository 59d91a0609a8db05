import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { leftToday } from '../ledger/day.ts';
import { fold } from '../ledger/fold.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import type { LedgerState, LineStopReason } from '../ledger/state.ts';
import { decodeItem } from './ledger-item.ts';

/** The ledger's item as it stands now, for a reader. */
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
  /** `daySpent`: Marketo answered 607, however many calls this relay has made. */
  readonly circuit: 'closed' | 'daySpent' | LineStopReason;
  /** When the next call is tried, while the line is stopped: ISO 8601. */
  readonly stoppedUntil?: string;
  /** How often the item was written by admission: its version. */
  readonly version: number;
}

/** Reads the ledger's item from the table; undefined while nothing has asked for a permit. */
async function readLedger(
  client: DynamoDBClient,
  tableName: string,
  limits: LedgerLimits,
  nowMs: number,
): Promise<LedgerView | undefined> {
  const { Items = [] } = await client.send(
    new ScanCommand({
      TableName: tableName,
      FilterExpression: 'begins_with(pk, :ledger)',
      ExpressionAttributeValues: { ':ledger': { S: 'ledger#' } },
      ConsistentRead: true,
    }),
  );
  const item = Items[0];
  if (item === undefined) return undefined;
  // One machine, one clock: no worker is ahead of another. Folding settles what has ended since the last write.
  const state = fold(decodeItem(item), { nowMs, limits, aheadOf: () => 0 });
  const stop = stopOf(state);
  return {
    usedToday: state.day.used,
    leftToday: stop?.reason === 'daySpent' ? 0 : leftToday(state.day, limits),
    dailyQuota: limits.dayCalls,
    dayResetsAt: new Date(state.day.resetsAtMs).toISOString(),
    callsInWindow: state.windowCalls.length + Object.keys(state.slots).length,
    windowCalls: limits.windowCalls,
    windowSeconds: limits.windowMs / 1000,
    slotsTaken: Object.keys(state.slots).length,
    slots: limits.slots,
    circuit: stop?.reason ?? 'closed',
    ...(stop === undefined ? {} : { stoppedUntil: new Date(stop.untilMs).toISOString() }),
    version: state.version,
  };
}

function stopOf({
  day,
  line,
}: LedgerState): { readonly reason: 'daySpent' | LineStopReason; readonly untilMs: number } | undefined {
  return day.probeAtMs === undefined ? line.stop : { reason: 'daySpent', untilMs: day.probeAtMs };
}

export type { LedgerView };
export { readLedger };
