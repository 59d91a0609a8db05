import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LedgerLimits } from '../ledger/limits.ts';
import type { LedgerRegister } from '../ledger/register.ts';
import { EMPTY_STATE, type LedgerState } from '../ledger/state.ts';
import { encodeRelease, encodeSlot } from './ledger-calls-codec.ts';
import { decodeItem, encodePlain, OPTIONAL_ATTRIBUTES } from './ledger-item.ts';
import { createUpdateExpression, type UpdateExpression } from './update-expression.ts';
import { createVersionedItem, type Item, type Write } from './versioned-item.ts';

interface DynamoDbLedgerRegisterOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Names the item; one for each Marketo subscription. */
  readonly subscription: string;
  /** For the readable attributes. */
  readonly limits: LedgerLimits;
}

/**
 * The register in DynamoDB: one item, `pk` = `ledger#<subscription>`. A swap changes only what differs, since releases
 * that other workers record meanwhile must stay: they are written without a version, and none contradicts another.
 */
function createDynamoDbLedgerRegister({
  client,
  tableName,
  subscription,
  limits,
}: DynamoDbLedgerRegisterOptions): LedgerRegister {
  const item = createVersionedItem({ client, tableName, pk: `ledger#${subscription}`, versionAttribute: 'version' });

  async function swap(from: LedgerState, to: LedgerState): Promise<boolean> {
    const wroteIt = grantedIn(from, to);
    const isFirst = from.version === 0;
    const { kind } = isFirst
      ? await item.put(wholeItem(to, limits), { condition: 'absent', wroteIt })
      : await item.update(changeOf(from, to, limits), { condition: { since: versionOf(from) }, wroteIt });
    return kind === 'written';
  }

  async function recordReleases(releases: Parameters<LedgerRegister['recordReleases']>[0]): Promise<LedgerState> {
    const change = createUpdateExpression();
    for (const [id, release] of Object.entries(releases)) change.set(['releases', id], encodeRelease(release));
    // Without an item there is no map to write to, and no slot to free: somebody has deleted it.
    const result = await item.update(change, { condition: 'present', wroteIt: () => false }, 'newItem');
    return result.kind === 'written' ? decodeItem(result.item) : EMPTY_STATE;
  }

  return { read: async () => decodeItem(await item.read()), swap, recordReleases };
}

/** Slots that only this swap can have granted prove that it was written; a swap that grants none cannot be known again. */
function grantedIn(from: LedgerState, to: LedgerState): Write['wroteIt'] {
  const granted = Object.keys(to.slots).filter((id) => from.slots[id] === undefined);
  return (current) => {
    const { slots } = decodeItem(current);
    return granted.length > 0 && granted.every((id) => slots[id] !== undefined);
  };
}

function versionOf({ version }: LedgerState): AttributeValue {
  return { N: String(version) };
}

function wholeItem(to: LedgerState, limits: LedgerLimits): Item {
  const slots = Object.entries(to.slots).map(([id, slot]) => [id, encodeSlot(slot)] as const);
  return { ...encodePlain(to, limits), slots: { M: Object.fromEntries(slots) }, releases: { M: {} } };
}

function changeOf(from: LedgerState, to: LedgerState, limits: LedgerLimits): UpdateExpression {
  const change = createUpdateExpression();
  const plain = encodePlain(to, limits);
  for (const [name, value] of Object.entries(plain)) change.set([name], value);
  for (const name of OPTIONAL_ATTRIBUTES) if (plain[name] === undefined) change.remove([name]);
  for (const [id, slot] of Object.entries(to.slots)) {
    if (from.slots[id] === undefined) change.set(['slots', id], encodeSlot(slot));
  }
  for (const [id, release] of Object.entries(to.releases)) {
    if (from.releases[id] === undefined) change.set(['releases', id], encodeRelease(release));
  }
  for (const id of Object.keys(from.slots)) if (to.slots[id] === undefined) change.remove(['slots', id]);
  for (const id of Object.keys(from.releases)) if (to.releases[id] === undefined) change.remove(['releases', id]);
  return change;
}

export type { DynamoDbLedgerRegisterOptions };
export { createDynamoDbLedgerRegister };
