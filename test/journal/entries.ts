import type { JournalEntry } from '../../lib/journal/entry.ts';

/** An entry with every member that there is, in the order of a line. */
const fullEntry: JournalEntry = {
  relayId: 'order-7',
  messageId: 'm-1',
  receiveCount: 1,
  suspect: true,
  part: 0,
  position: 3,
  operation: 'syncLeads',
  idempotent: true,
  outcome: 'dead',
  code: '1003',
  attempts: 2,
  publishedAtMs: Date.UTC(2027, 0, 31, 12, 0, 0, 123),
  settledAtMs: Date.UTC(2027, 0, 31, 12, 0, 9),
  sentAtMs: Date.UTC(2027, 0, 31, 12, 0, 5),
  requestId: '1a2b#3c4d',
  objects: [{ id: '318', status: 'skipped' }],
  stripped: ['shoeSize'],
  outcomeUnknown: true,
  rows: { imported: 48, failed: 2, warned: 1, failedRows: [7, 41] },
  keys: ['lead:email:ada@example.com', 'customObject:car_c:owner:eve@example.com'],
};

function entryOf(rest: Partial<JournalEntry> = {}): JournalEntry {
  const {
    position: _,
    sentAtMs: __,
    requestId: ___,
    objects: ____,
    stripped: ________________,
    outcomeUnknown: _____,
    suspect: ______,
    rows: _______,
    ...least
  } = fullEntry;
  return { ...least, outcome: 'delivered', code: 'ok', attempts: 1, keys: ['lead:email:ada@example.com'], ...rest };
}

export { entryOf, fullEntry };
