import { describe, expect, it } from 'vitest';
import { keyHash } from '../../lib/ledger/keys.ts';
import { MAX_CALLS_A_SECOND, NUMBER_BOUNDS } from '../../lib/settings/bounds.ts';
import { endOf, limitsOf, NOON_MS, slotOf, stateOf } from '../ledger/support/builders.ts';
import { bytesOf, itemOf, writeUnits } from '../ledger/support/item-size.ts';

/** DynamoDB: service quotas. */
const UNITS_A_SECOND_OF_ONE_ITEM = 1_000;
/** Ten workers of one call each at the limit: docs/decisions/001-ledger.md. */
const WRITES_A_CALL = 2.07;
const RECORDS_A_CALL = 300;
/** For what the ledger may come to remember of operations. */
const ALLOWANCE_BYTES = 2_048;

/** Every slot taken by a call of 300 records, the window full, and the end of each call in flight told and not yet folded. */
function itemBytes(windowCalls: number, slots: number, keysARecord: number): number {
  const keys = Array.from({ length: RECORDS_A_CALL * keysARecord }, (_, index) => keyHash(String(index)));
  const ids = Array.from({ length: slots }, (_, index) => `worker${index % 10}-${index + 1_000}`);
  const state = stateOf({
    day: { ...stateOf().day, used: 1_234_567, others: 123_456, othersAtMs: NOON_MS, usedAtAsking: 123_456 },
    slots: Object.fromEntries(ids.map((id) => [id, slotOf({ keys })])),
    releases: Object.fromEntries(ids.map((id) => [id, endOf()])),
    windowCalls: Array.from({ length: windowCalls }, (_, index) => ({
      atMs: NOON_MS + index,
      worker: `worker${index % 10}`,
    })),
    adaptiveWindow: { limit: 37, atMs: NOON_MS },
    adaptiveSlots: { limit: 7, atMs: NOON_MS },
  });
  return bytesOf(itemOf(state, limitsOf({ windowCalls, slots })));
}

const unitsASecond = (windowCalls: number, slots: number, callsASecond: number, keysARecord = 1): number =>
  callsASecond * WRITES_A_CALL * writeUnits(itemBytes(windowCalls, slots, keysARecord) + ALLOWANCE_BYTES);

describe('the bounds of the settings', () => {
  const calls = NUMBER_BOUNDS.rateLimitCalls.max;
  const slots = NUMBER_BOUNDS.maxConcurrentCalls.max;

  it('keep the ledger within what one DynamoDB partition writes, with room to spare', () => {
    const units = unitsASecond(calls, slots, MAX_CALLS_A_SECOND);
    expect(units).toBeLessThan(0.95 * UNITS_A_SECOND_OF_ONE_ITEM);
    // As the table of bounds has it.
    expect(writeUnits(itemBytes(calls, slots, 1))).toBeLessThanOrEqual(31);
    expect(unitsASecond(100, 10, 5)).toBeLessThan(130);
    // An update that finds its lead by one key and sets another has two.
    expect(unitsASecond(100, 10, 5, 2)).toBeLessThan(0.22 * UNITS_A_SECOND_OF_ONE_ITEM);
  });

  it('are not twice as narrow as they have to be', () => {
    expect(unitsASecond(2 * calls, slots, 2 * MAX_CALLS_A_SECOND)).toBeGreaterThan(UNITS_A_SECOND_OF_ONE_ITEM);
    expect(unitsASecond(calls, 2 * slots, MAX_CALLS_A_SECOND)).toBeGreaterThan(UNITS_A_SECOND_OF_ONE_ITEM);
  });

  it('let through the whole of what Marketo allows', () => {
    expect(calls).toBeGreaterThanOrEqual(100);
    expect(slots).toBeGreaterThanOrEqual(10);
    expect(MAX_CALLS_A_SECOND).toBeGreaterThanOrEqual(100 / 20);
  });
});
