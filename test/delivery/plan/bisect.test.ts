import { describe, expect, it } from 'vitest';
import { bisect, firstPart, toCall, withItems } from '../../../lib/delivery/plan/bisect.ts';
import { messagesOf, toWorkItems } from '../../../lib/delivery/work-item.ts';
import { messageOf } from '../fixtures.ts';
import { leads } from '../harness.ts';

const MOST = 300;

/** Most calls that isolating `bad` among `count` messages can take, whichever they are. */
function worstCalls(mostMessages: number): readonly (readonly number[])[] {
  const worst: number[][] = [[], [1, 1]];
  for (let count = 2; count <= mostMessages; count++) {
    const first = firstPart(count);
    const [left = [], right = []] = [worst[first], worst[count - first]];
    worst[count] = Array.from({ length: count + 1 }, (_, bad) => {
      if (bad === 0) return 1;
      let most = 0;
      for (let inFirst = Math.max(0, bad - (count - first)); inFirst <= Math.min(bad, first); inFirst++) {
        most = Math.max(most, 1 + (left[inFirst] ?? 0) + (right[bad - inFirst] ?? 0));
      }
      return most;
    });
  }
  return worst;
}

describe('a call', () => {
  const [first, second] = [
    messageOf(leads('a@x.test', 'b@x.test'), 'm1'),
    messageOf({ ...leads('c@x.test', 'd@x.test'), id: 'other' }, 'm2'),
  ];

  it('of all records of one message is the request itself, sent with the token at hand', () => {
    const call = toCall(toWorkItems(first));

    expect(call.request).toBe(first.request);
    expect(call).toMatchObject({ tokenTries: 0, isPart: false });
  });

  it('of as many records of two messages has the records of both', () => {
    const items = [...toWorkItems(first).slice(0, 1), ...toWorkItems(second).slice(0, 1)];

    expect(toCall(items).request.body?.input).toEqual([{ email: 'a@x.test' }, { email: 'c@x.test' }]);
    expect(toCall(items.toReversed()).request.body?.input).toEqual([{ email: 'c@x.test' }, { email: 'a@x.test' }]);
  });

  it('narrowed to some of its items has the records of those', () => {
    const call = toCall([...toWorkItems(first), ...toWorkItems(second)]);
    const items = call.items.slice(1, 3);

    expect(withItems(call, items)).toMatchObject({
      items,
      request: { body: { input: [{ email: 'b@x.test' }, { email: 'c@x.test' }] } },
    });
    expect(withItems(call, call.items)).toBe(call);
    expect(withItems(call, [])).toEqual({ ...call, items: [] });
  });
});

describe('splitting a call that failed as a whole', () => {
  it('costs at most 2 b (1 + log2(n / b)) + 1 calls for any b culprits among any n of up to 300 messages', () => {
    const worst = worstCalls(MOST);
    const over: string[] = [];
    for (let count = 1; count <= MOST; count++) {
      for (let bad = 1; bad <= count; bad++) {
        const calls = worst[count]?.[bad] ?? Number.POSITIVE_INFINITY;
        if (calls > 2 * bad * (1 + Math.log2(count / bad)) + 1) over.push(`${bad} of ${count}: ${calls}`);
      }
    }
    expect(over).toEqual([]);
  });

  it.each([
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [6, 4],
    [7, 4],
    [9, 5],
    [12, 8],
    [150, 86],
    [300, 172],
  ])('of %i puts %i into the first part, so that one part is a power of two', (count, first) => {
    expect(firstPart(count)).toBe(first);
    expect([first, count - first].some((part) => Number.isInteger(Math.log2(part)))).toBe(true);
  });

  it('never parts the records of a message while there are several', () => {
    const messages = [leads('a@x.test', 'b@x.test', 'c@x.test'), leads('d@x.test'), leads('e@x.test', 'f@x.test')].map(
      (body, index) => messageOf(body, `m${index}`),
    );
    const parts = bisect(toCall(messages.flatMap(toWorkItems)));
    expect(parts.map((part) => messagesOf(part.items))).toEqual([messages.slice(0, 2), messages.slice(2)]);
    expect(parts.map((part) => part.request.body?.input)).toEqual([
      ['a', 'b', 'c', 'd'].map((name) => ({ email: `${name}@x.test` })),
      ['e', 'f'].map((name) => ({ email: `${name}@x.test` })),
    ]);
  });

  it('parts a single message by record', () => {
    const message = messageOf(leads('a@x.test', 'b@x.test', 'c@x.test'), 'm');
    const parts = bisect(toCall(toWorkItems(message)));
    expect(parts.map((part) => part.items.length)).toEqual([2, 1]);
  });

  it('lets each part have its token replaced again, and remembers that it is one', () => {
    const call = { ...toCall(toWorkItems(messageOf(leads('a@x.test', 'b@x.test'), 'm'))), tokenTries: 1 };
    for (const part of bisect(call)) expect(part).toMatchObject({ tokenTries: 0, isPart: true });
    expect(withItems({ ...call, isPart: true }, call.items.slice(0, 1))).toMatchObject({
      tokenTries: 1,
      isPart: true,
    });
  });
});
