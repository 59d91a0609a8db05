import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { encodeRelease, encodeSlot } from '../../../lib/aws/ledger-calls-codec.ts';
import { encodePlain, type Item } from '../../../lib/aws/ledger-item.ts';
import type { LedgerLimits } from '../../../lib/ledger/limits.ts';
import type { LedgerState } from '../../../lib/ledger/state.ts';

/** The whole item, as the register leaves it in the table. */
function itemOf(state: LedgerState, limits: LedgerLimits): Item {
  const map = (entries: [string, AttributeValue][]): AttributeValue => ({ M: Object.fromEntries(entries) });
  const slots = Object.entries(state.slots);
  return {
    pk: { S: 'ledger#default' },
    ...encodePlain(state, limits),
    slots: map(slots.map(([id, slot]) => [id, encodeSlot(slot)])),
    releases: map(Object.entries(state.releases).map(([id, end]) => [id, encodeRelease(end)])),
  };
}

/** DynamoDB: developer guide, "Item sizes and formats". A test compares it with what the embedded DynamoDB charges. */
function bytesOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + valueBytes(value), 0);
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  if (value.N !== undefined) return Math.ceil(value.N.replace(/^-|\.|0+$/g, '').length / 2) + 1;
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + bytesOf(value.M);
  throw new Error(`not used by the ledger: ${JSON.stringify(value)}`);
}

const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1_024));

export { bytesOf, itemOf, writeUnits };
