import { describe, expect, it } from 'vitest';
import { deduplicate } from '../../../lib/delivery/intake/deduplicate.ts';
import { encodeRelayState, freshState } from '../../../lib/message/relay-attribute.ts';
import { recordOf, SYNC, validMessage } from './fixtures.ts';

const withId = (id: string, messageId: string) =>
  validMessage({ ...SYNC, id }, { messageId, receiptHandle: messageId });

describe('collapse', () => {
  it('keeps the first of each relay id, and tells who follows it', () => {
    const [a1, b, a2, a3] = [withId('a', 'm1'), withId('b', 'm2'), withId('a', 'm3'), withId('a', 'm4')];
    const { messages, duplicates } = deduplicate([a1, b, a2, a3]);
    expect(messages).toEqual([a1, b]);
    expect([...duplicates]).toEqual([['m1', [a2.received, a3.received]]]);
  });

  it('puts aside what has the id of another message and another request', () => {
    const first = withId('a', 'm1');
    const other = validMessage(
      { ...SYNC, id: 'a', body: { input: [{ email: 'other@example.com' }] } },
      { messageId: 'm2' },
    );
    const { messages, duplicates, conflicting } = deduplicate([first, other]);
    expect(messages).toEqual([first]);
    expect(duplicates.size).toBe(0);
    expect(conflicting).toEqual([other]);
  });

  it('takes one delivery twice of the same SQS message as one', () => {
    const twice = [validMessage(SYNC, { receiptHandle: 'h1' }), validMessage(SYNC, { receiptHandle: 'h2' })];
    const { messages, duplicates } = deduplicate(twice);
    expect(messages).toHaveLength(1);
    expect(duplicates.get(recordOf('').messageId)?.map((record) => record.receiptHandle)).toEqual(['h2']);
  });

  it('keeps copies of different parts of one message, because each may hold what the others lack', () => {
    const copy = (positions: readonly number[], part: number) =>
      validMessage(
        { ...SYNC, body: { input: positions.map((id) => ({ id })) } },
        { attributes: { relay: encodeRelayState({ ...freshState(recordOf(''), 'a'), positions, part }) } },
      );
    const copies = [copy([3], 1), copy([3, 5], 1), copy([3], 2), copy([3], 1)];
    expect(deduplicate(copies).messages).toEqual(copies.slice(0, 3));
  });
});
