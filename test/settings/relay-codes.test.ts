import { describe, expect, it } from 'vitest';
import type { RefusalReason } from '../../lib/ledger/ledger.ts';
import {
  isDeadLetterCode,
  isRelayCode,
  RELAY_CODES,
  type RelayCode,
  type RelayCodeEntry,
  type WaitCode,
} from '../../lib/settings/relay-codes.ts';

const ENTRIES = Object.entries(RELAY_CODES) as [RelayCode, RelayCodeEntry][];

/** Compiles only while every reason for which the ledger refuses a permit is a code that waits. */
const REFUSALS = {
  window: 'window',
  slots: 'slots',
  day: 'day',
  keys: 'keys',
  circuit: 'circuit',
  operation: 'operationPaused',
  lane: 'lane',
} as const satisfies Record<RefusalReason, WaitCode>;

describe("the relay's own codes", () => {
  it.each(ENTRIES)('%s says what happened and what to do', (_, entry) => {
    expect(entry.name.length).toBeGreaterThan(3);
    expect(entry.meaning).toMatch(/[.)]$/);
    expect(entry.remedy).toMatch(/\.$/);
  });

  it.each(ENTRIES)('%s is not called retriable when its outcome is unknown', (_, entry) => {
    expect(entry.outcomeUnknown && entry.retriable).toBe(false);
  });

  it.each(ENTRIES)('%s is no number, which would be taken for one of Marketo', (code) => {
    expect(code).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it('have a wait for every refusal of a permit', () => {
    expect(Object.values(REFUSALS).filter((code) => isDeadLetterCode(code))).toEqual([]);
  });

  it('are told from any other text, and those of a dead letter from those that only delay', () => {
    expect(['expired', '606', 'ok', 'toString', ''].map(isRelayCode)).toEqual([true, false, false, false, false]);
    expect(['expired', 'workerCrash', 'noReply', 'order', '1004', 'valueOf'].map(isDeadLetterCode)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
