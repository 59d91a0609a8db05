import { describe, expect, it } from 'vitest';
import { type Circumstances, callOutcomeOf, holdMsOf, outcomeOf } from '../../../lib/delivery/judge/disposition.ts';
import type { Verdict } from '../../../lib/delivery/judge/verdict.ts';
import type { Exchange } from '../../../lib/delivery/outcome.ts';
import { toWorkItems } from '../../../lib/delivery/work-item.ts';
import type { VerdictRule } from '../../../lib/marketo/catalogue/types.ts';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import { parseReply } from '../../../lib/marketo/reply.ts';
import type { RelayState } from '../../../lib/message/relay-state.ts';
import { messageOf } from '../fixtures.ts';
import { failed, LOST, leads, page } from '../harness.ts';
import { NOW_MS } from '../intake/fixtures.ts';

const exchange: Exchange = {
  request: { method: 'POST', url: 'https://x.mktorest.com/rest/v1/leads.json', headers: {} },
  reply: LOST,
  sentAtMs: NOW_MS - 1_000,
  items: [],
};
const at = (rest: Partial<Circumstances> = {}): Circumstances => ({
  exchange,
  counts: true,
  sharedBy: 1,
  units: 1,
  holdMs: 0,
  nowMs: NOW_MS,
  limits: { windowCalls: 50, windowMs: 20_000, retryMaxAttempts: 8, retryMaxAgeMs: 86_400_000 },
  random: () => 0,
  ...rest,
});
const verdict = (rule: VerdictRule, rest: Partial<Verdict> = {}): Verdict => ({
  rule,
  code: '713',
  level: 'response',
  message: 'busy',
  errors: [],
  executed: 'no',
  counted: true,
  ...rest,
});
const RETRY = { kind: 'retry', pace: 'growing' } as const;

function outcome(
  rule: VerdictRule,
  about: Partial<Verdict> = {},
  circumstances: Partial<Circumstances> = {},
  state: Partial<RelayState> = {},
  idempotent = true,
) {
  const [item] = toWorkItems(messageOf({ ...leads('a@x.test'), idempotent }, 'm', state));
  if (item === undefined) throw new Error('an item is expected');
  return outcomeOf(item, verdict(rule, about), at(circumstances));
}

describe('what becomes of an item', () => {
  it.each<[string, ReturnType<typeof outcome>, object]>([
    ['delivered', outcome({ kind: 'delivered' }, { executed: 'yes' }, {}, {}, false), { kind: 'delivered' }],
    ['606', outcome({ kind: 'wait', limit: 'window' }), { kind: 'requeue', reason: 'wait', delayMs: 20_000 }],
    ['615', outcome({ kind: 'wait', limit: 'slot' }), { kind: 'requeue', reason: 'wait', delayMs: 2_000 }],
    ['607', outcome({ kind: 'wait', limit: 'day' }), { kind: 'requeue', reason: 'wait', delayMs: 900_000 }],
    ['the first failure', outcome(RETRY), { kind: 'requeue', reason: 'retry', code: '713', delayMs: 5_000 }],
    ['the third failure', outcome(RETRY, {}, {}, { attempts: 2 }), { kind: 'requeue', delayMs: 20_000 }],
    [
      'the last attempt',
      outcome(RETRY, {}, {}, { attempts: 7, attemptsAlone: 1 }),
      { kind: 'dead', gaveUp: 'attempts', tried: true },
    ],
    [
      'an attempt after the greatest age',
      outcome(RETRY, {}, {}, { attempts: 1, attemptsAlone: 1, firstFailedMs: NOW_MS - 86_400_000 }),
      { kind: 'dead', gaveUp: 'age' },
    ],
    [
      'a code that is worth two attempts',
      outcome({ kind: 'retry', pace: 'soon', maxAttempts: 2 }, {}, {}, { attempts: 1, attemptsAlone: 1 }),
      { kind: 'dead', outcomeUnknown: false },
    ],
    [
      'a failure while Marketo is not known to work',
      outcome(RETRY, {}, { counts: false }, { attempts: 7 }),
      { kind: 'requeue', reason: 'wait', delayMs: 5_000, outage: true },
    ],
    [
      'a call that Marketo may still be busy with',
      outcome(RETRY, { executed: 'unknown' }, { holdMs: 89_000 }),
      { kind: 'requeue', delayMs: 89_000 },
    ],
    [
      'the same, where it must not be repeated',
      outcome(RETRY, { executed: 'unknown' }, { holdMs: 89_000 }, {}, false),
      { kind: 'dead', outcomeUnknown: true },
    ],
    [
      'a failure that was not executed, where it must not be repeated',
      outcome(RETRY, {}, {}, {}, false),
      { kind: 'requeue' },
    ],
    [
      'partly done, where it must not be repeated',
      outcome(RETRY, { executed: 'yes' }, {}, {}, false),
      { kind: 'dead', outcomeUnknown: false },
    ],
    ['partly done, where it may be repeated', outcome(RETRY, { executed: 'yes' }), { kind: 'requeue' }],
    ['603, once', outcome({ kind: 'stop' }, { code: '603' }), { kind: 'requeue', delayMs: 60_000 }],
    [
      '603, three times',
      outcome({ kind: 'stop' }, { code: '603' }, {}, { attempts: 2, attemptsAlone: 1 }),
      { kind: 'dead' },
    ],
    ['rejected', outcome({ kind: 'reject' }), { kind: 'dead', outcomeUnknown: false, tried: true }],
    ['a culprit alone', outcome({ kind: 'isolate' }), { kind: 'dead' }],
    [
      'another number of results, alone',
      outcome({ kind: 'isolate' }, { level: 'relay', executed: 'unknown' }),
      { kind: 'requeue', reason: 'retry' },
    ],
    ['too large, alone', outcome({ kind: 'reshape', how: 'halve' }), { kind: 'dead' }],
    ['601, again', outcome({ kind: 'reauthenticate' }, { code: '601' }), { kind: 'requeue', delayMs: 60_000 }],
    [
      'a limit, with its share of chance',
      outcome({ kind: 'wait', limit: 'window' }, {}, { random: () => 0.5 }),
      { kind: 'requeue', delayMs: 25_000 },
    ],
    [
      'partly done, where it must not be repeated, counted as a try',
      outcome(RETRY, { executed: 'yes' }, {}, {}, false),
      { kind: 'dead', tried: true },
    ],
    ['a culprit alone, counted as a try', outcome({ kind: 'isolate' }), { tried: true, outcomeUnknown: false }],
  ])('after %s', (_name, became, expected) => {
    expect(became).toMatchObject(expected);
  });
});

describe('a failure of a call that messages shared', () => {
  const shared = (sharedBy: number, state: Partial<RelayState> = {}, rule: VerdictRule = RETRY) =>
    outcome(rule, { code: '611' }, { sharedBy }, state);

  it('sends each back to share with eight times fewer, down to none', () => {
    expect([300, 37, 9, 8, 4, 2].map((count) => shared(count))).toMatchObject(
      [37, 4, 1, 1, 1, 1].map((shareAtMost) => ({ kind: 'requeue', reason: 'retry', shareAtMost })),
    );
  });

  it('sends a message by itself back in calls of eight times fewer of its records, down to one', () => {
    const alone = (units: number) =>
      outcome(RETRY, { code: '611' }, { sharedBy: 1, units }, { attempts: 99, attemptsAlone: 5 });
    expect([300, 37, 9, 2].map(alone)).toMatchObject(
      [37, 4, 1, 1].map((recordsAtMost) => ({ kind: 'requeue', reason: 'retry', shareAtMost: 1, recordsAtMost })),
    );
    expect(alone(300)).not.toHaveProperty('alone');
    expect(alone(1)).toMatchObject({ kind: 'dead', gaveUp: 'attempts' });
  });

  it('ends nobody, however often or long it was tried', () => {
    const spent = { attempts: 99, attemptsAlone: 5, firstFailedMs: NOW_MS - 90 * 86_400_000 };

    expect(shared(2, spent)).toMatchObject({ kind: 'requeue', shareAtMost: 1 });
    expect(shared(2, spent, { kind: 'stop' })).toMatchObject({ kind: 'requeue', shareAtMost: 1 });
    expect(shared(2, spent, { kind: 'retry', pace: 'soon', maxAttempts: 2 })).toMatchObject({ kind: 'requeue' });
  });

  it('is not enough for the first failure alone to be the last', () => {
    expect(shared(1, { attempts: 9 })).toMatchObject({ kind: 'requeue', alone: true });
    expect(shared(1, { attempts: 9, attemptsAlone: 1 })).toMatchObject({ kind: 'dead', gaveUp: 'attempts' });
  });
});

describe('a failure while Marketo is not known to work', () => {
  it('costs no attempt, whatever has been spent, and narrows nothing', () => {
    const spent = { attempts: 99, attemptsAlone: 9, firstFailedMs: NOW_MS - 90 * 86_400_000 };

    const became = outcome(RETRY, {}, { counts: false, sharedBy: 300 }, spent);

    expect(became).toMatchObject({ kind: 'requeue', reason: 'wait', outage: true });
    expect(became).not.toHaveProperty('shareAtMost');
  });

  it('is final all the same where the request may have been executed and may not be repeated', () => {
    expect(outcome(RETRY, { executed: 'unknown' }, { counts: false }, {}, false)).toMatchObject({
      kind: 'dead',
      outcomeUnknown: true,
    });
  });
});

describe('what may have been done by an earlier attempt', () => {
  const deleting = { path: '/rest/v1/leads/delete.json', body: { input: [{ id: 5 }] } };
  const answer = (state: Partial<RelayState>, request: object = deleting, code = '1004') => {
    const [item] = toWorkItems(messageOf(request, 'm', state));
    if (item === undefined) throw new Error('an item is expected');
    return outcomeOf(item, verdict({ kind: 'reject' }, { code, level: 'record', message: 'not found' }), at());
  };

  it('is remembered when an attempt ends and nobody knows how', () => {
    expect(outcome(RETRY, { executed: 'unknown' })).toMatchObject({ kind: 'requeue', mayBeDone: true });
    expect(outcome(RETRY)).not.toHaveProperty('mayBeDone');
  });

  it('is delivered when a removal then finds nothing to remove', () => {
    expect(answer({ mayBeDone: true })).toMatchObject({ kind: 'delivered', answer: { verdict: { code: '1004' } } });
  });

  it('is a dead letter on a first try, and for an answer that is no "already so"', () => {
    expect(answer({})).toMatchObject({ kind: 'dead' });
    expect(answer({ mayBeDone: true }, deleting, '1003')).toMatchObject({ kind: 'dead' });
    expect(answer({ mayBeDone: true }, leads('a@x.test'))).toMatchObject({ kind: 'dead' });
  });
});

describe('what the ledger learns', () => {
  it.each<[string, Verdict, string]>([
    ['606', verdict({ kind: 'wait', limit: 'window' }, { code: '606' }), 'windowSpent'],
    ['615', verdict({ kind: 'wait', limit: 'slot' }, { code: '615' }), 'slotsSpent'],
    ['607', verdict({ kind: 'wait', limit: 'day' }, { code: '607' }), 'daySpent'],
    ['1029, a quota of its own', verdict({ kind: 'wait', limit: 'day' }, { code: '1029' }), 'operationQuotaSpent'],
    ['a limit for one record', verdict({ kind: 'wait', limit: 'day' }, { level: 'record', code: '1020' }), 'success'],
    ['602', verdict({ kind: 'reauthenticate' }, { code: '602' }), 'neutral'],
    ['603', verdict({ kind: 'stop' }, { code: '603' }), 'denied'],
    ['608', verdict(RETRY, { code: '608' }), 'transient'],
    ['502', verdict(RETRY, { code: '502', level: 'http' }), 'transient'],
    ['no reply', verdict(RETRY, { code: 'noReply', level: 'relay' }), 'transient'],
    ['1016', verdict(RETRY, { code: '1016' }), 'success'],
    ['408', verdict(RETRY, { code: '408', level: 'http' }), 'transient'],
    ['a longer code that ends in three such digits', verdict(RETRY, { code: '1713' }), 'success'],
    ['a longer code that begins with them', verdict(RETRY, { code: '7131' }), 'success'],
    [
      'a window limit for one record',
      verdict({ kind: 'wait', limit: 'window' }, { level: 'record', code: '606' }),
      'success',
    ],
    ['a rejection', verdict({ kind: 'reject' }, { code: '610' }), 'success'],
    ['what is too large', verdict({ kind: 'reshape', how: 'halve' }, { code: '413', level: 'http' }), 'success'],
    ['a record that nobody understands', verdict({ kind: 'reject' }, { level: 'relay' }), 'transient'],
    ['a culprit', verdict({ kind: 'isolate' }, { code: '1003' }), 'success'],
    ['another number of results', verdict({ kind: 'isolate' }, { level: 'relay' }), 'transient'],
    ['delivered', verdict({ kind: 'delivered' }), 'success'],
  ])('from %s', (_name, about, learnt) => {
    expect(callOutcomeOf(about)).toBe(learnt);
  });
});

describe('how long a call may still be under way in Marketo', () => {
  const hold = (reply: HttpReply, about: Partial<Verdict>, sinceSentMs: number): number =>
    holdMsOf(parseReply(reply), verdict(RETRY, about), 90_000, sinceSentMs);

  it.each<[string, number, number]>([
    ['no reply', hold(LOST, { executed: 'unknown' }, 10_000), 80_000],
    ['no reply after the server’s own timeout', hold(LOST, { executed: 'unknown' }, 95_000), 0],
    [
      'no connection',
      hold({ ...LOST, kind: 'noReply', mayHaveExecuted: false, reason: 'notConnected', detail: '' }, {}, 10),
      0,
    ],
    ['502', hold(page(502), { code: '502', executed: 'unknown' }, 30_000), 60_000],
    ['502 in Marketo’s own words', hold(failed('502'), { code: '502' }, 30_000), 60_000],
    ['504 in Marketo’s own words', hold(failed('504'), { code: '504' }, 30_000), 60_000],
    ['a page that tells that nothing was done', hold(page(503), { code: '503', executed: 'no' }, 30_000), 0],
    ['half a reply', hold({ ...page(200, '{"succ'), complete: false }, { executed: 'unknown' }, 30_000), 60_000],
    ['an error that Marketo names', hold(failed('713'), {}, 30_000), 0],
  ])('after %s', (_name, holdMs, expected) => {
    expect(holdMs).toBe(expected);
  });
});
