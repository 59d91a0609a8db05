import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../lib/journal/entry.ts';
import { toLine } from '../../lib/journal/line.ts';
import { createJournalCheck } from '../../lib/journal/verify.ts';
import { entryOf } from './entries.ts';

const START_MS = Date.UTC(2027, 0, 31, 12);
const DAY_MS = 86_400_000;
const ADA = 'lead:email:ada@example.com';

type Said = Partial<JournalEntry>;

const delivered = (rest: Said = {}): Said => ({ sentAtMs: START_MS + 1_000, objects: [{ id: '1' }], ...rest });
const requeued = (rest: Said = {}): Said => ({ outcome: 'requeued', code: '713', ...rest });
const dead = (rest: Said = {}): Said => ({ outcome: 'dead', code: '1003', ...rest });

/** Each list is what one invocation says. */
function verify(objects: readonly (readonly Said[])[], endsByMs = 0) {
  const check = createJournalCheck();
  for (const [index, object] of objects.entries()) {
    const settledAtMs = START_MS + (index + 1) * 60_000;
    const entries = object.map((said) => entryOf({ position: 0, publishedAtMs: START_MS, settledAtMs, ...said }));
    check.add(entries.map((entry) => toLine(entry, (text) => text)));
  }
  return check.report(endsByMs);
}

const rulesIn = (objects: readonly (readonly Said[])[], endsByMs?: number) =>
  verify(objects, endsByMs).violations.map(({ rule }) => rule);

describe('what a journal can show', () => {
  it('is nothing wrong, for a record that went round and was delivered', () => {
    const report = verify([
      [requeued()],
      [requeued({ messageId: 'm-2', code: 'window' })],
      [delivered({ messageId: 'm-3', attempts: 2 })],
    ]);

    expect(report).toEqual({
      lines: 3,
      records: 1,
      delivered: 1,
      dead: 0,
      onTheWay: 0,
      rows: { imported: 0, failed: 0, warned: 0 },
      endedAgain: 0,
      withGaps: 0,
      violations: [],
    });
  });

  it('is how many rows of files came to which end, each file counted once', () => {
    const rows = { imported: 48, failed: 2, warned: 1, failedRows: [7, 41] };
    const file = (relayId: string, rest: Said): Said => ({ relayId, messageId: relayId, rows, ...rest });
    const whole = { imported: 10, failed: 0, warned: 0 };
    const report = verify([
      [file('one', dead({ code: 'rowsFailed' }))],
      [
        file('one', dead({ code: 'rowsFailed', receiveCount: 2, suspect: true })),
        file('two', delivered({ rows: whole })),
      ],
    ]);
    expect(report).toMatchObject({ rows: { imported: 58, failed: 2, warned: 1 }, violations: [] });
  });

  it.each([
    ['a file with failed rows is delivered', delivered({ rows: { imported: 1, failed: 1, warned: 0 } })],
    [
      'one is dead of rows that did not fail',
      dead({ code: 'rowsFailed', rows: { imported: 1, failed: 0, warned: 0 } }),
    ],
  ])('is that %s', (_, end) => {
    expect(rulesIn([[end]])).toEqual(['rowsFit']);
  });

  it('is nothing wrong where a worker ended, and its messages came again', () => {
    const again = { receiveCount: 2, suspect: true } as const;
    const report = verify([[delivered()], [requeued(again)], [delivered({ messageId: 'm-2', attempts: 2 })]]);

    expect(report).toMatchObject({ delivered: 1, endedAgain: 1, violations: [] });
  });

  it('is nothing wrong where SQS took one copy twice', () => {
    expect(rulesIn([[requeued()], [delivered({ messageId: 'm-2' })], [delivered({ messageId: 'm-3' })]])).toEqual([]);
  });

  it('is nothing wrong with a dead letter that was sent again', () => {
    const again = { messageId: 'm-9', publishedAtMs: START_MS + DAY_MS };
    expect(rulesIn([[dead()], [delivered(again)]])).toEqual([]);
    expect(
      rulesIn([[dead({ idempotent: false, outcomeUnknown: true })], [delivered({ ...again, idempotent: false })]]),
    ).toEqual([]);
  });

  it('is that an invocation settled a record twice', () => {
    expect(verify([[delivered(), dead()]]).violations[0]).toEqual({
      rule: 'settledOnce',
      relayId: 'order-7',
      position: 0,
      detail: 'settled again by one invocation, as dead',
    });
  });

  it('is that a record went past an earlier one of its key', () => {
    const other = { relayId: 'order-8', messageId: 'm-8' };
    expect(rulesIn([[requeued(), delivered(other)]])).toEqual(['keyOrder']);
    expect(rulesIn([[delivered({ sentAtMs: START_MS + 5_000 }), delivered(other)]])).toEqual(['keyOrder']);
    expect(rulesIn([[requeued(), delivered({ ...other, keys: ['lead:email:ben@example.com'] })]])).toEqual([]);
    expect(rulesIn([[requeued(), requeued(other)]])).toEqual([]);
    // Not sent by this invocation: an earlier copy was delivered, or it was dead unsent.
    expect(rulesIn([[requeued(), { ...other, keys: [ADA] }]])).toEqual([]);
  });

  it('is that a record was both delivered and dead', () => {
    expect(rulesIn([[delivered()], [dead({ messageId: 'm-2' })]])).toEqual(['oneEnd']);
    expect(rulesIn([[delivered()], [dead({ messageId: 'm-2', suspect: true })]])).toEqual([]);
  });

  it('is that what was delivered is in a later part of its message', () => {
    expect(rulesIn([[delivered()], [requeued({ messageId: 'm-2', part: 1 })]])).toEqual(['nothingAfterSuccess']);
    const ben = { position: 1, keys: ['lead:email:ben@example.com'] };
    expect(rulesIn([[requeued(), delivered(ben)], [delivered({ messageId: 'm-2', part: 1 })]])).toEqual([]);
  });

  it('is that a copy is not what it was', () => {
    expect(rulesIn([[requeued()], [requeued({ attempts: 5, receiveCount: 2 })]])).toEqual(['sameCopy']);
    expect(rulesIn([[requeued()], [requeued({ part: 1, receiveCount: 2 })]])).toEqual(['sameCopy']);
  });

  it('is that what may not be repeated was sent twice, whatever came to pass between', () => {
    const once = { idempotent: false } as const;
    const first = delivered(once);
    const second = delivered({ ...once, sentAtMs: START_MS + 9_000, messageId: 'm-2', suspect: true });
    expect(rulesIn([[first], [second]])).toEqual(['notTwice']);
    expect(rulesIn([[first], [{ ...second, publishedAtMs: START_MS + DAY_MS }]])).toEqual(['notTwice']);
    // A copy that finds its send-once record done has sent nothing; the same line can be there twice.
    expect(rulesIn([[first], [{ ...once, messageId: 'm-2' }]])).toEqual([]);
    expect(rulesIn([[first], [first]])).toEqual([]);
    // The send-once record is gone by then, and the id free for another request.
    expect(rulesIn([[first], [{ ...second, sentAtMs: START_MS + 40 * DAY_MS }]])).toEqual([]);
  });

  it('is that a record has no end', () => {
    expect(rulesIn([[requeued()]], START_MS + 1)).toEqual(['endsInTime']);
    expect(verify([[requeued()]], START_MS)).toMatchObject({ onTheWay: 1, violations: [] });
    // Its message was dead-lettered unread, for all of its records.
    const { position: _, ...whole } = entryOf(
      dead({ operation: 'unknown', keys: [], suspect: true, publishedAtMs: START_MS }),
    );
    const check = createJournalCheck();
    check.add([toLine(entryOf({ ...requeued(), position: 0, publishedAtMs: START_MS }), (text) => text)]);
    check.add([toLine(whole, (text) => text)]);
    expect(check.report(START_MS + 1)).toMatchObject({ dead: 2, onTheWay: 0, violations: [] });
  });

  it('is that lines are missing, which is no fault of delivery', () => {
    expect(verify([[delivered({ attempts: 3 })]])).toMatchObject({ withGaps: 1, violations: [] });
  });
});
