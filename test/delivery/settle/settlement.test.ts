import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../lib/delivery/judge/verdict.ts';
import type { Exchange, Outcome } from '../../../lib/delivery/outcome.ts';
import { settlementsOf } from '../../../lib/delivery/settle/settlement.ts';
import { toWorkItems, type WorkItem } from '../../../lib/delivery/work-item.ts';
import type { Message } from '../../../lib/message/message.ts';
import type { ReceivedMessage } from '../../../lib/message/queue.ts';
import { decodeRelayState } from '../../../lib/message/relay-attribute.ts';
import type { RelayState } from '../../../lib/message/relay-state.ts';
import { MAX_MESSAGE_BYTES } from '../../../lib/settings/policy.ts';
import { messageOf } from '../fixtures.ts';
import { failed, leads } from '../harness.ts';
import { NOW_MS } from '../intake/fixtures.ts';

const DAY_MS = 86_400_000;
const CONTEXT = { nowMs: NOW_MS, secrets: [], sendsResults: true };
const DELIVERED: Outcome = { kind: 'delivered' };

function wait(delayMs = 0, rest: object = {}): Outcome {
  return { kind: 'requeue', reason: 'wait', code: 'window', delayMs, ...rest };
}

function retry(delayMs = 5_000, code = '713'): Outcome {
  return { kind: 'requeue', reason: 'retry', code, delayMs };
}

const verdict = (rest: Partial<Verdict> = {}): Verdict => ({
  rule: { kind: 'reject' },
  code: '1003',
  level: 'record',
  message: 'no good',
  errors: [{ code: '1003', message: 'no good' }],
  executed: 'no',
  counted: true,
  ...rest,
});

const dead = (rest: object = {}, about: Partial<Verdict> = {}): Outcome => ({
  kind: 'dead',
  verdict: verdict(about),
  outcomeUnknown: false,
  tried: true,
  ...rest,
});

function exchangeOf(items: readonly WorkItem[]): Exchange {
  const request = {
    method: 'POST',
    url: 'https://x.mktorest.com/rest/v1/leads.json',
    headers: {},
    body: '{"input":[{}]}',
  } as const;
  return { request, reply: failed('713'), sentAtMs: NOW_MS - 500, items };
}

/** One message with so many records, each with its outcome in order. */
function settleOne(
  outcomes: readonly (Outcome | ((items: readonly WorkItem[]) => Outcome))[],
  state?: Partial<RelayState>,
  overrides?: Partial<ReceivedMessage>,
) {
  const message = messageOf(leads(...outcomes.map((_, index) => `${index}@x.test`)), 'm', state, overrides);
  const items = toWorkItems(message);
  const entries = items.map((item, index) => {
    const outcome = outcomes[index] ?? DELIVERED;
    return [item, typeof outcome === 'function' ? outcome(items) : outcome] as const;
  });
  const [settlement] = settlementsOf([message], new Map(entries), CONTEXT);
  if (settlement === undefined) throw new Error('a settlement is expected');
  const { retryMessage } = settlement;
  return { ...settlement, message, next: retryMessage && decodeRelayState(retryMessage.attributes, NOW_MS) };
}

const BEHIND: Outcome = { kind: 'requeue', reason: 'wait', code: 'order', delayMs: 0 };

describe('a message that is delivered', () => {
  it('leaves nothing to write', () => {
    const { deadLetter, retryMessage, visibilityTimeoutSeconds, counts } = settleOne([DELIVERED, DELIVERED]);
    expect([deadLetter, retryMessage, visibilityTimeoutSeconds]).toEqual([undefined, undefined, undefined]);
    expect(counts).toEqual({ delivered: 2, dead: 0, requeued: 0 });
  });

  it('may be several, each with its own outcomes, in the order of the queue', () => {
    const [first, second] = [messageOf(leads('a@x.test', 'b@x.test'), 'm1'), messageOf(leads('c@x.test'), 'm2')];
    const outcomes = new Map<WorkItem, Outcome>([
      ...toWorkItems(second).map((item) => [item, retry(7_000)] as const),
      ...toWorkItems(first).map((item) => [item, DELIVERED] as const),
    ]);

    const settlements = settlementsOf([first, second], outcomes, CONTEXT);

    expect(settlements.map(({ message, counts }) => [message, counts])).toEqual([
      [first, { delivered: 2, dead: 0, requeued: 0 }],
      [second, { delivered: 0, dead: 0, requeued: 1 }],
    ]);
    expect(settlements[0]).not.toHaveProperty('requeue');
    expect(settlements[1]?.retryMessage?.delaySeconds).toBe(7);
  });

  it('is never one without an outcome', () => {
    const message = messageOf(leads('a@x.test', 'b@x.test'), 'm');
    const [item] = toWorkItems(message);
    expect(() => settlementsOf([message], new Map([[item as WorkItem, DELIVERED]]), CONTEXT)).toThrow(
      'message without outcome: m',
    );
    expect(() => settlementsOf([message], new Map(), CONTEXT)).toThrow('without outcome');
    expect(() => settlementsOf([messageOf(leads('a@x.test'), 'm')], new Map(), CONTEXT)).toThrow('without outcome');
  });

  it('may be one that is no list of records', () => {
    const merge = messageOf({ path: '/rest/v1/leads/5/merge.json', method: 'POST', query: { leadId: 6 } }, 'm');
    const settled = (outcome: Outcome) =>
      settlementsOf([merge], new Map(toWorkItems(merge).map((item) => [item, outcome])), CONTEXT)[0];

    expect(settled(DELIVERED)?.counts).toEqual({ delivered: 1, dead: 0, requeued: 0 });
    expect(settled(retry())?.retryMessage?.body).toBe(merge.originalBody);
  });
});

describe('a copy', () => {
  it('after a failure has one attempt more, and its time and code in the history', () => {
    const { retryMessage, next, requeued, message } = settleOne([retry()]);
    expect(retryMessage?.body).toBe(message.originalBody);
    expect(retryMessage?.delaySeconds).toBe(5);
    expect(next).toMatchObject({ relayId: 'm', attempts: 1, firstFailedMs: NOW_MS, lastCode: '713', part: 0 });
    expect(next?.history).toEqual([{ atMs: NOW_MS, code: '713' }]);
    expect(requeued).toEqual({ reason: 'retry', code: '713' });
  });

  it('after a wait has no attempt more, but says what it waited for', () => {
    const { next, requeued } = settleOne([wait(20_000)], { attempts: 3, firstFailedMs: NOW_MS - 9_000 });
    expect(next).toMatchObject({ attempts: 3, firstFailedMs: NOW_MS - 9_000, lastCode: 'window' });
    expect(next?.history).toEqual([]);
    expect(requeued).toEqual({ reason: 'wait', code: 'window' });
  });

  it('keeps the time of the first failure, and of the first sight', () => {
    const { next } = settleOne([retry()], { attempts: 1, firstFailedMs: NOW_MS - 9_000, firstSeenMs: NOW_MS - 10_000 });
    expect(next).toMatchObject({ attempts: 2, firstFailedMs: NOW_MS - 9_000, firstSeenMs: NOW_MS - 10_000 });
  });

  it('keeps the newest twenty of the history', () => {
    const history = Array.from({ length: 20 }, (_, index) => ({ atMs: NOW_MS - 100 + index, code: `c${index}` }));
    const { next } = settleOne([retry()], { attempts: 20, history });
    expect(next?.history.map(({ code }) => code)).toEqual([...history.slice(1).map(({ code }) => code), '713']);
  });

  it.each([
    [0, 0],
    [1, 1],
    [899_001, 900],
    [7_200_000, 900],
  ])('asked to wait %i ms has a delay of %i s', (delayMs, seconds) => {
    expect(settleOne([wait(delayMs)]).retryMessage?.delaySeconds).toBe(seconds);
  });

  it('comes back for the first turn of its records, and for no failure too soon', () => {
    expect(settleOne([wait(600_000), wait(20_000)]).retryMessage?.delaySeconds).toBe(20);
    expect(settleOne([wait(600_000), wait(20_000), retry(60_000)]).retryMessage?.delaySeconds).toBe(60);
    expect(settleOne([wait(600_000), retry(5_000)]).retryMessage?.delaySeconds).toBe(600);
    expect(settleOne([wait(600_000), BEHIND]).retryMessage?.delaySeconds).toBe(600);
  });

  it('has the delay of its slowest record, and counts as a retry when one of them is', () => {
    const { retryMessage, next } = settleOne([wait(30_000), retry(5_000)]);
    expect(retryMessage?.delaySeconds).toBe(30);
    expect(next?.attempts).toBe(1);
  });

  it('counts as a wait when all of its records wait, and as a retry when one is, by its code', () => {
    expect(settleOne([wait(), wait()]).requeued).toEqual({ reason: 'wait', code: 'window' });
    expect(settleOne([wait(), retry()]).requeued).toEqual({ reason: 'retry', code: '713' });
  });

  it('has its records in the order of the message, whatever the order of their outcomes', () => {
    const message = messageOf(leads('a@x.test', 'b@x.test', 'c@x.test', 'd@x.test'), 'm');
    const [a, b, c, d] = toWorkItems(message) as readonly [WorkItem, WorkItem, WorkItem, WorkItem];
    const outcomes = new Map<WorkItem, Outcome>([
      [d, dead({}, { code: '1007' })],
      [c, retry(0, '611')],
      [b, dead()],
      [a, retry()],
    ]);

    const [settlement] = settlementsOf([message], outcomes, CONTEXT);

    expect(settlement?.deadLetter?.failure.code).toBe('1003');
    expect(settlement?.requeued?.code).toBe('713');
    expect(decodeRelayState(settlement?.retryMessage?.attributes ?? {}, NOW_MS)).toMatchObject({ positions: [0, 2] });
  });

  it('holds what is left, with positions in the original', () => {
    const { retryMessage, next, counts } = settleOne([DELIVERED, retry(), DELIVERED, retry()]);
    expect(JSON.parse(retryMessage?.body ?? '').body.input).toEqual([{ email: '1@x.test' }, { email: '3@x.test' }]);
    expect(next).toMatchObject({ positions: [1, 3], part: 1 });
    expect(counts).toEqual({ delivered: 2, dead: 0, requeued: 2 });
  });

  it('counts positions from the original in the second copy too', () => {
    const { next } = settleOne([DELIVERED, retry(), retry()], { positions: [4, 7, 9], part: 1 });
    expect(next).toMatchObject({ positions: [7, 9], part: 2 });
  });

  it('keeps the publisher’s attributes', () => {
    const attributes = {
      trace: { dataType: 'String', stringValue: 't-1' },
      raw: { dataType: 'Binary', binaryValue: 'AA==' },
    };
    expect(settleOne([retry()], undefined, { attributes }).retryMessage?.attributes).toMatchObject(attributes);
  });

  it.each<[string, number | undefined, number | undefined, number | undefined]>([
    ['nothing of isolation', undefined, undefined, undefined],
    ['where isolation is', undefined, 38, 38],
    ['where isolation was, while it waits for something else', 38, undefined, 38],
    ['the smaller of both', 38, 5, 5],
    ['the smaller of both, though it is the older', 5, 38, 5],
  ])('remembers %s', (_name, before, now, after) => {
    const state = before === undefined ? {} : { shareAtMost: before };
    const { next } = settleOne([wait(0, now === undefined ? {} : { shareAtMost: now })], state);
    expect(next?.shareAtMost).toBe(after);
  });
});

describe('a letter', () => {
  it('is about the rejected records only', () => {
    const { deadLetter, retryMessage, next } = settleOne([
      DELIVERED,
      dead(),
      retry(),
      dead({}, { code: '1007', message: 'two of them', errors: [{ code: '1007', message: 'two of them' }] }),
    ]);
    expect(deadLetter?.message.positions).toEqual([1, 3]);
    expect(deadLetter?.message.body).toEqual(leads('1@x.test', '3@x.test'));
    expect(deadLetter?.failure).toMatchObject({
      code: '1003',
      level: 'record',
      details: [
        { position: 1, code: '1003', message: 'no good' },
        { position: 3, code: '1007', message: 'two of them' },
      ],
    });
    expect([next?.positions, JSON.parse(retryMessage?.body ?? '').body.input]).toEqual([[2], [{ email: '2@x.test' }]]);
  });

  it.each<[string, Outcome, object]>([
    ['rejected', dead(), { code: '1003', level: 'record', retriable: false, attempts: 3 }],
    [
      'rejected as a whole',
      dead({}, { level: 'response', code: '610', message: 'no such path' }),
      { code: '610', level: 'response', message: 'no such path', retriable: false },
    ],
    [
      'out of attempts',
      dead({ gaveUp: 'attempts' }, { code: '713', level: 'response', message: 'busy' }),
      { code: 'attemptsExhausted', level: 'relay', retriable: true, message: 'gave up after 3 attempts: 713 busy' },
    ],
    [
      'too old',
      dead({ gaveUp: 'age' }, { code: '502', level: 'http', message: 'HTTP 502' }),
      { code: 'ageExhausted', level: 'relay', retriable: true, message: 'gave up after 3 attempts: 502 HTTP 502' },
    ],
    [
      'of unknown outcome',
      dead({ outcomeUnknown: true }, { code: 'noReply', level: 'relay', message: 'no reply', executed: 'unknown' }),
      { code: 'outcomeUnknown', outcomeUnknown: true, retriable: false, message: 'no reply' },
    ],
    [
      'of unknown outcome by Marketo’s own code',
      dead({ outcomeUnknown: true }, { code: '611', level: 'response', message: 'System error', executed: 'unknown' }),
      { code: 'outcomeUnknown', outcomeUnknown: true, remedy: expect.stringContaining('611') },
    ],
    [
      'expired',
      dead({ tried: false }, { code: 'expired', level: 'relay', message: 'notAfter was yesterday', errors: [] }),
      { code: 'expired', level: 'message', attempts: 2 },
    ],
    [
      'too large',
      dead(
        { tried: false },
        { code: 'recordTooLarge', level: 'relay', message: '1000007 bytes as sent, of at most 1000000', errors: [] },
      ),
      { code: 'recordTooLarge', remedy: expect.stringMatching(/^It is 1000007 bytes as sent, of at most 1000000\. /) },
    ],
    [
      'redirected',
      dead({}, { code: 'redirected', level: 'relay', message: 'HTTP 302', errors: [] }),
      { code: 'redirected', retriable: true },
    ],
    [
      'partly done, where it cannot be divided',
      dead({}, { executed: 'yes' }),
      { code: '1003', retriable: false, message: 'no good (other records of the message were taken)' },
    ],
  ])('says of a message that is %s what became of it', (_name, outcome, failure) => {
    const { deadLetter } = settleOne([outcome], { attempts: 2, firstFailedMs: NOW_MS - 60_000 });
    expect(deadLetter?.failure).toMatchObject(failure);
    expect(deadLetter?.message.positions).toBeUndefined();
  });

  it('tells every try, the last one included', () => {
    const history = [{ atMs: NOW_MS - 9_000, code: '713' }];
    const { deadLetter } = settleOne([(items) => dead({ exchange: exchangeOf(items) })], { attempts: 1, history });
    expect(deadLetter?.history).toEqual([`${iso(NOW_MS - 9_000)} 713`, `${iso(NOW_MS - 500)} 1003`]);
    expect(deadLetter?.failure).toMatchObject({ attempts: 2, lastTried: iso(NOW_MS - 500) });
    expect([deadLetter?.request?.url, deadLetter?.response]).toEqual([
      'https://x.mktorest.com/rest/v1/leads.json',
      expect.objectContaining({ status: 200 }),
    ]);
  });

  it('is about what nobody can know, when some of it is that', () => {
    const unknown = dead(
      { outcomeUnknown: true },
      { code: 'noReply', level: 'relay', executed: 'unknown', errors: [] },
    );
    expect(settleOne([dead(), unknown]).deadLetter?.failure).toMatchObject({
      code: 'outcomeUnknown',
      outcomeUnknown: true,
    });
  });

  it('ends a message that has waited for 13 days, whatever it waits for', () => {
    const { deadLetter, retryMessage } = settleOne([wait(1_000)], { firstSeenMs: NOW_MS - 13 * DAY_MS - 1 });
    expect(retryMessage).toBeUndefined();
    expect(deadLetter?.failure).toMatchObject({ code: 'ageExhausted', retriable: true });
    expect(deadLetter?.failure.message).toContain('13 days');
    expect(deadLetter?.failure.message).toBe('given up while waiting (window): it is 13 days old');
    expect(settleOne([wait(1_000)], { firstSeenMs: NOW_MS - 13 * DAY_MS }).retryMessage).toBeDefined();
  });

  it('of a message of 13 days has what is dead besides, and is none where nothing waits', () => {
    const old = { firstSeenMs: NOW_MS - 14 * DAY_MS };

    expect(settleOne([dead(), wait()], old)).toMatchObject({
      deadLetter: { failure: { code: '1003' } },
      counts: { delivered: 0, dead: 2, requeued: 0 },
    });
    expect(settleOne([DELIVERED], old).deadLetter).toBeUndefined();
  });

  it.each([
    [false, 2, undefined, true],
    [false, 1, undefined, false],
    [false, 1, 18, true],
    [true, 2, 18, false],
  ])('of what was given up, idempotent: %s, received %i times, in a group of %s, is open: %s', (...facts) => {
    const [idempotent, receiveCount, group, isOpen] = facts;
    const state = { firstSeenMs: NOW_MS - 14 * DAY_MS, ...(group !== undefined && { group }) };
    const message = messageOf({ ...leads('a@x.test'), idempotent }, 'm', state, { receiveCount });

    const [settlement] = settlementsOf([message], new Map(toWorkItems(message).map((item) => [item, wait()])), CONTEXT);

    expect(settlement?.deadLetter?.failure).toMatchObject({
      code: isOpen ? 'outcomeUnknown' : 'ageExhausted',
      outcomeUnknown: isOpen,
      attempts: 0,
    });
    expect(settlement?.deadLetter?.history).toEqual([]);
  });
});

describe('a message that SQS would not take as a copy', () => {
  const ten = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`a${index}`, { dataType: 'String', stringValue: 'x' }]),
  );

  it.each([
    [1, 5],
    [2, 20],
    [3, 80],
    [4, 320],
  ])('is held at receive %i for %i s', (receiveCount, seconds) => {
    const { visibilityTimeoutSeconds, retryMessage, deadLetter } = settleOne([retry(5_000)], undefined, {
      attributes: ten,
      receiveCount,
    });
    expect([visibilityTimeoutSeconds, retryMessage, deadLetter]).toEqual([seconds, undefined, undefined]);
  });

  it('is never held for longer than SQS allows', () => {
    expect(settleOne([wait(900_000)], undefined, { attributes: ten, receiveCount: 4 }).visibilityTimeoutSeconds).toBe(
      40_000,
    );
    expect(settleOne([wait(86_400_000)], undefined, { attributes: ten }).visibilityTimeoutSeconds).toBe(40_000);
  });

  it('is held a second at least, and longer each time', () => {
    const held = (receiveCount: number) => settleOne([wait(0)], undefined, { attributes: ten, receiveCount });

    expect([1, 2, 3].map((receiveCount) => held(receiveCount).visibilityTimeoutSeconds)).toEqual([1, 4, 16]);
    expect(held(1).counts).toEqual({ delivered: 0, dead: 0, requeued: 1 });
    expect(held(1).requeued).toEqual({ reason: 'wait', code: 'window' });
  });

  it('is held for as long as its slowest record must wait, to the second', () => {
    const outcomes = [wait(1_000), wait(7_200_001), wait(5_000)];

    expect(settleOne(outcomes, undefined, { attributes: ten }).visibilityTimeoutSeconds).toBe(7_201);
  });

  it('is held for as long as it must wait, though no copy could be', () => {
    expect(settleOne([wait(7_200_000)], undefined, { attributes: ten }).visibilityTimeoutSeconds).toBe(7_200);
  });

  it('is given up after four times', () => {
    const { deadLetter, visibilityTimeoutSeconds } = settleOne([retry()], undefined, {
      attributes: ten,
      receiveCount: 5,
    });
    expect(visibilityTimeoutSeconds).toBeUndefined();
    expect(deadLetter?.failure).toMatchObject({ code: 'ageExhausted', retriable: true });
    expect(deadLetter?.failure.message).toBe(
      'given up while waiting (713): it cannot be copied, with ten attributes or 1 MiB, and was held back 4 times',
    );
  });

  it('is given up when some of it is done, for held it would be done again', () => {
    const { deadLetter, retryMessage, visibilityTimeoutSeconds, counts } = settleOne([DELIVERED, retry()], undefined, {
      attributes: ten,
    });
    expect([retryMessage, visibilityTimeoutSeconds]).toEqual([undefined, undefined]);
    expect(deadLetter?.message.positions).toEqual([1]);
    expect(deadLetter?.failure.message).toContain('what is left of it does not fit a message of its own');
    expect(counts).toEqual({ delivered: 1, dead: 1, requeued: 0 });
  });

  it('is given up when some of it is dead, with the letter of that', () => {
    const { deadLetter, counts } = settleOne([dead(), retry()], undefined, { attributes: ten });

    expect(deadLetter?.failure.code).toBe('1003');
    expect(counts).toEqual({ delivered: 0, dead: 2, requeued: 0 });
  });

  it('may be too near 1 MiB for what the relay has to remember', () => {
    const message = (chars: number): Message =>
      messageOf(
        { path: '/rest/v1/leads.json', body: { input: [{ email: 'a@x.test', notes: 'x'.repeat(chars) }] } },
        'm',
      );
    const bare = Buffer.byteLength(message(0).originalBody);
    const settled = (chars: number) => {
      const one = message(chars);
      return settlementsOf([one], new Map(toWorkItems(one).map((item) => [item, retry()])), CONTEXT)[0];
    };
    expect(settled(MAX_MESSAGE_BYTES - bare - 10)).toMatchObject({ visibilityTimeoutSeconds: 5 });
    expect(settled(MAX_MESSAGE_BYTES - bare - 500)?.retryMessage?.delaySeconds).toBe(5);
  });
});

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
