import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { leftToday } from '../ledger/day.ts';
import { fold } from '../ledger/fold.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import type { LineStopReason } from '../ledger/state.ts';
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
  readonly circuit: 'closed' | LineStopReason;
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
  return {
    usedToday: state.day.used,
    leftToday: leftToday(state.day, limits),
    dailyQuota: limits.dayCalls,
    dayResetsAt: new Date(state.day.resetsAtMs).toISOString(),
    callsInWindow: state.windowCalls.length + Object.keys(state.slots).length,
    windowCalls: limits.windowCalls,
    windowSeconds: limits.windowMs / 1000,
    slotsTaken: Object.keys(state.slots).length,
    slots: limits.slots,
    circuit: state.line.stop?.reason ?? 'closed',
    version: state.version,
  };
}

export type { LedgerView };
export { readLedger };
