import { describe, expect, it } from 'vitest';
import type { TokenAnswer } from '../../../lib/access-token/token-keeper.ts';
import { tokenMark } from '../../../lib/access-token/token-state.ts';
import { createDeadline } from '../../../lib/delivery/call/call-timeout.ts';
import { createPermitReleases } from '../../../lib/delivery/call/permit-releases.ts';
import { askUsage } from '../../../lib/delivery/call/usage-call.ts';
import { checkUsage } from '../../../lib/delivery/call/usage-check.ts';
import type { DeliveryDeps } from '../../../lib/delivery/deps.ts';
import type { Permit, PermitAnswer, PermitAsk, Release, UsageToday } from '../../../lib/ledger/ledger.ts';
import type { HttpReply, HttpRequest } from '../../../lib/marketo/http.ts';
import type { Json } from '../../../lib/marketo/request.ts';
import { Secret } from '../../../lib/marketo/secret.ts';
import { silentLog } from '../../../lib/simulation/silent-log.ts';

const NOW_MS = Date.parse('2027-03-01T12:00:00Z');
const PERMIT: Permit = { id: 'w-1', notBeforeMs: NOW_MS, sendByMs: NOW_MS + 5_000 };
const GRANTED: PermitAnswer = { kind: 'granted', permit: PERMIT, busyKeys: [] };
const TOKEN: TokenAnswer = { kind: 'token', token: new Secret('token-1'), user: 'Relay@example.com' };

const reply = (body: Json): HttpReply => ({
  kind: 'reply',
  status: 200,
  headers: {},
  body: JSON.stringify(body),
  complete: true,
});
const USAGE = reply({
  requestId: 'a#1',
  success: true,
  result: [{ date: '2027-03-01', total: 9_000, users: [{ userId: 'relay@example.com', count: 700 }] }],
});

interface Given {
  readonly due?: boolean;
  readonly healthCheck?: boolean;
  readonly answer?: PermitAnswer;
  readonly token?: TokenAnswer;
  readonly reply?: HttpReply;
  readonly leftMs?: number;
}

async function check({
  due = true,
  healthCheck = false,
  answer = GRANTED,
  token = TOKEN,
  reply: given = USAGE,
  leftMs = 300_000,
}: Given) {
  const asks: PermitAsk[] = [];
  const requests: HttpRequest[] = [];
  const ends: Release[] = [];
  const learned: UsageToday[] = [];
  const deps = {
    baseUrl: 'https://123-abc-456.mktorest.com',
    clock: { nowMs: () => NOW_MS, sleep: async () => {} },
    log: silentLog,
    tokens: { current: async () => token, replace: async () => token },
    transport: async (request: HttpRequest) => {
      requests.push(request);
      return given;
    },
    ledger: {
      usageDue: () => due,
      acquire: async (asked: readonly PermitAsk[]) => {
        asks.push(...asked);
        return [answer];
      },
      release: async (ended: readonly Release[]) => void ends.push(...ended),
      learnUsage: async (usage: UsageToday) => void learned.push(usage),
    },
  };
  const delivery = deps as unknown as DeliveryDeps;
  const releases = createPermitReleases(delivery);
  const deadline = createDeadline(delivery.clock, NOW_MS + leftMs);
  const told = healthCheck
    ? await askUsage({ healthCheck, patienceMs: 0 }, delivery, releases, deadline)
    : await checkUsage(delivery, releases, deadline);
  await releases.written();
  return { told, urls: requests.map(({ url }) => url), asks, ends, learned };
}

describe('asking for the usage of the day', () => {
  it("tells the ledger today's totals and the own user's, and gives the permit back as a counted call", async () => {
    const { urls, ends, learned } = await check({});

    expect(urls).toEqual(['https://123-abc-456.mktorest.com/rest/v1/stats/usage.json']);
    expect(learned).toEqual([{ totalToday: 9_000, ownToday: 700, atMs: NOW_MS }]);
    expect(ends).toEqual([
      {
        permit: PERMIT,
        operation: 'getDailyUsage',
        outcome: 'success',
        counted: true,
        endedAtMs: NOW_MS,
        holdMs: 0,
        token: tokenMark(new Secret('token-1')),
      },
    ]);
  });

  it('leaves the own share to the count of the ledger when identity did not name the user', async () => {
    const { learned } = await check({ token: { kind: 'token', token: new Secret('token-1') } });

    expect(learned).toEqual([{ totalToday: 9_000, ownToday: Number.POSITIVE_INFINITY, atMs: NOW_MS }]);
  });

  it.each<[string, Given]>([
    ['it is not due', { due: false }],
    ['the function is about to end', { leftMs: 50_000 }],
    [
      'there is no token',
      { token: { kind: 'refused', reason: 'credentialsRefused', retryAfterMs: 60_000, detail: 'no' } },
    ],
    ['there is no permit at once', { answer: { kind: 'refused', reason: 'window', waitMs: 100 } }],
  ])('makes no call when %s', async (_, given) => {
    const { urls, learned } = await check(given);

    expect(urls).toEqual([]);
    expect(learned).toEqual([]);
  });

  it.each<[string, Permit]>([
    ['probes a stopped line', { ...PERMIT, probe: 'line' }],
    ['is over', { ...PERMIT, sendByMs: NOW_MS - 1 }],
  ])('gives a permit back unused that %s', async (_, permit) => {
    const { urls, ends } = await check({ answer: { ...GRANTED, permit } });

    expect(urls).toEqual([]);
    expect(ends).toMatchObject([{ permit, outcome: 'unused', counted: false, endedAtMs: NOW_MS, holdMs: 0 }]);
  });

  it.each<[string, HttpReply, string, string]>([
    ['an answer', USAGE, 'success', 'answered'],
    ['603', reply({ success: false, errors: [{ code: '603', message: 'Access denied' }] }), 'denied', 'answered'],
    ['607', reply({ success: false, errors: [{ code: '607', message: 'Daily quota' }] }), 'daySpent', 'answered'],
    ['601', reply({ success: false, errors: [{ code: '601', message: 'invalid' }] }), 'neutral', 'tokenRefused'],
    ['608', reply({ success: false, errors: [{ code: '608', message: 'Unavailable' }] }), 'transient', 'failed'],
    ['a page', { kind: 'reply', status: 503, headers: {}, body: '<html>', complete: true }, 'transient', 'failed'],
    [
      'no reply',
      { kind: 'noReply', reason: 'connection', mayHaveExecuted: true, detail: 'reset' },
      'transient',
      'failed',
    ],
  ])('sees whether Marketo works, as a health check: %s', async (_, given, outcome, kind) => {
    const permit: Permit = { ...PERMIT, probe: 'line', healthCheck: true };

    const { asks, ends, told } = await check({ healthCheck: true, answer: { ...GRANTED, permit }, reply: given });

    expect(asks).toMatchObject([{ operation: 'getDailyUsage', healthCheck: true }]);
    expect(ends).toMatchObject([{ permit, operation: 'getDailyUsage', outcome }]);
    expect(told).toMatchObject({ kind });
  });

  it('gives up a health check that gets no permit within its patience', async () => {
    const refusal = { kind: 'refused', reason: 'window', waitMs: 26_000 } as const;

    const { asks, told } = await check({ healthCheck: true, answer: refusal });

    expect(asks).toHaveLength(1);
    expect(told).toEqual({ kind: 'notMade' });
  });

  it.each<[string, HttpReply]>([
    ['an error', reply({ success: false, errors: [{ code: '603', message: 'Access denied' }] })],
    ['nothing', reply({ success: true, result: [] })],
    ['a total that is no number', reply({ success: true, result: [{ total: 'many' }] })],
    ['no reply', { kind: 'noReply', reason: 'timeout', mayHaveExecuted: true, detail: 'no reply' }],
  ])('learns nothing from %s', async (_, given) => {
    const { ends, learned } = await check({ reply: given });

    expect(learned).toEqual([]);
    expect(ends).toHaveLength(1);
  });

  it('keeps the slot of a call without reply until Marketo must have given up', async () => {
    const { ends } = await check({
      reply: { kind: 'noReply', reason: 'timeout', mayHaveExecuted: true, detail: 'no reply' },
    });

    expect(ends[0]?.holdMs).toBeGreaterThanOrEqual(30_000);
  });
});
