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
  probe: false,
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
    ['the last attempt', outcome(RETRY, {}, {}, { attempts: 7 }), { kind: 'dead', gaveUp: 'attempts', tried: true }],
    [
      'an attempt after the greatest age',
      outcome(RETRY, {}, {}, { attempts: 1, firstFailedMs: NOW_MS - 86_400_000 }),
      { kind: 'dead', gaveUp: 'age' },
    ],
    [
      'a code that is worth two attempts',
      outcome({ kind: 'retry', pace: 'soon', maxAttempts: 2 }, {}, {}, { attempts: 1 }),
      { kind: 'dead', outcomeUnknown: false },
    ],
    [
      'a failed probe',
      outcome(RETRY, {}, { probe: true }, { attempts: 7 }),
      { kind: 'requeue', reason: 'wait', delayMs: 60_000 },
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
    ['603, three times', outcome({ kind: 'stop' }, { code: '603' }, {}, { attempts: 2 }), { kind: 'dead' }],
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

describe('what the ledger learns', () => {
  it.each<[string, Verdict, boolean, string]>([
    ['606', verdict({ kind: 'wait', limit: 'window' }, { code: '606' }), false, 'windowSpent'],
    ['615', verdict({ kind: 'wait', limit: 'slot' }, { code: '615' }), false, 'slotsSpent'],
    ['607', verdict({ kind: 'wait', limit: 'day' }, { code: '607' }), false, 'daySpent'],
    [
      '1029, a quota of its own',
      verdict({ kind: 'wait', limit: 'day' }, { code: '1029' }),
      false,
      'operationQuotaSpent',
    ],
    [
      'a limit for one record',
      verdict({ kind: 'wait', limit: 'day' }, { level: 'record', code: '1020' }),
      false,
      'success',
    ],
    ['602', verdict({ kind: 'reauthenticate' }, { code: '602' }), false, 'neutral'],
    ['602 after a fresh token', verdict({ kind: 'reauthenticate' }, { code: '602' }), true, 'tokenRefused'],
    ['603', verdict({ kind: 'stop' }, { code: '603' }), false, 'denied'],
    ['608', verdict(RETRY, { code: '608' }), false, 'transient'],
    ['502', verdict(RETRY, { code: '502', level: 'http' }), false, 'transient'],
    ['no reply', verdict(RETRY, { code: 'noReply', level: 'relay' }), false, 'transient'],
    ['1016', verdict(RETRY, { code: '1016' }), false, 'success'],
    ['408', verdict(RETRY, { code: '408', level: 'http' }), false, 'transient'],
    ['a longer code that ends in three such digits', verdict(RETRY, { code: '1713' }), false, 'success'],
    ['a longer code that begins with them', verdict(RETRY, { code: '7131' }), false, 'success'],
    [
      'a window limit for one record',
      verdict({ kind: 'wait', limit: 'window' }, { level: 'record', code: '606' }),
      false,
      'success',
    ],
    ['a rejection', verdict({ kind: 'reject' }, { code: '610' }), false, 'success'],
    ['what is too large', verdict({ kind: 'reshape', how: 'halve' }, { code: '413', level: 'http' }), false, 'success'],
    ['a record that nobody understands', verdict({ kind: 'reject' }, { level: 'relay' }), false, 'transient'],
    ['a culprit', verdict({ kind: 'isolate' }, { code: '1003' }), false, 'success'],
    ['another number of results', verdict({ kind: 'isolate' }, { level: 'relay' }), false, 'transient'],
    ['delivered', verdict({ kind: 'delivered' }), false, 'success'],
  ])('from %s', (_name, about, reauthenticated, learnt) => {
    expect(callOutcomeOf(about, reauthenticated)).toBe(learnt);
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
