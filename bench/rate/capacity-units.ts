import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { encodeRelease, encodeSlot } from '../../lib/aws/ledger-calls-codec.ts';
import { encodePlain } from '../../lib/aws/ledger-item.ts';
import type { LedgerLimits } from '../../lib/ledger/limits.ts';
import type { LedgerRegister } from '../../lib/ledger/register.ts';
import type { LedgerState } from '../../lib/ledger/state.ts';

/**
 * What one unit covers (DynamoDB: developer guide, "Read and write operations"): a write of 1 KB, whether or not its
 * condition holds, and a consistent read of 4 KB. A write counts by the larger of the item before and after.
 */
const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;
/** Of a map, and of each of its entries (DynamoDB: "Item sizes and formats"). */
const MAP_BYTES = 3;
const ENTRY_BYTES = 1;

interface CapacityUnits {
  writeUnits: number;
  readUnits: number;
  largestItemBytes: number;
}

/** The same register, which counts what DynamoDB would bill for each request. */
function countUnits(inner: LedgerRegister, limits: LedgerLimits): { units: CapacityUnits; register: LedgerRegister } {
  const units: CapacityUnits = { writeUnits: 0, readUnits: 0, largestItemBytes: 0 };
  let storedBytes = 0;
  const wrote = (bytes: number): void => {
    units.writeUnits += writeUnitsOf(Math.max(bytes, storedBytes));
    units.largestItemBytes = Math.max(units.largestItemBytes, bytes);
    storedBytes = bytes;
  };
  const register: LedgerRegister = {
    async read() {
      units.readUnits += readUnitsOf(storedBytes);
      return inner.read();
    },
    async swap(from, to) {
      const won = await inner.swap(from, to);
      if (won) wrote(itemBytes(await inner.read(), limits));
      else units.writeUnits += writeUnitsOf(storedBytes);
      return won;
    },
    async recordReleases(releases) {
      const state = await inner.recordReleases(releases);
      wrote(itemBytes(state, limits));
      return state;
    },
  };
  return { units, register };
}

function writeUnitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

function readUnitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
}

/** The size of the ledger's item, as DynamoDB counts it. */
function itemBytes(state: LedgerState, limits: LedgerLimits): number {
  const coded = <T>(map: Readonly<Record<string, T>>, encode: (value: T) => AttributeValue): AttributeValue => ({
    M: Object.fromEntries(Object.entries(map).map(([id, value]) => [id, encode(value)])),
  });
  const item: Record<string, AttributeValue> = {
    pk: { S: 'ledger#123-abc-456.mktorest.com' },
    ...encodePlain(state, limits),
    slots: coded(state.slots, encodeSlot),
    releases: coded(state.releases, encodeRelease),
  };
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + valueBytes(value), 0);
}

/** Of the types that the relay writes. */
function valueBytes({ S, N, B, M, BOOL }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  // Two digits a byte, and one more; the sign is another.
  if (N !== undefined) return Math.ceil(N.replace(/\D/g, '').length / 2) + 1 + (N.startsWith('-') ? 1 : 0);
  if (B !== undefined) return B.byteLength;
  if (BOOL !== undefined) return 1;
  if (M === undefined) throw new Error('an attribute of a type that is not counted');
  return Object.entries(M).reduce(
    (sum, [name, value]) => sum + ENTRY_BYTES + Buffer.byteLength(name) + valueBytes(value),
    MAP_BYTES,
  );
}

export type { CapacityUnits };
export { countUnits, itemBytes, readUnitsOf, valueBytes, writeUnitsOf };
