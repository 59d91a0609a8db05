import { describe, expect, it } from 'vitest';
import { type AskPurpose, askMarketo } from '../../lib/govern/ask-marketo.ts';
import type { PermitAsk, Release, UsageToday } from '../../lib/ledger/ledger.ts';
import type { HttpReply } from '../../lib/marketo/http.ts';
import { Secret } from '../../lib/marketo/secret.ts';

const NOW_MS = Date.parse('2027-01-20T12:00:00Z');
const USAGE = { date: '2027-01-20', total: 120, users: [{ userId: 'Relay@Example.com', count: 100 }] };

function reply(body: unknown, status = 200): HttpReply {
  return { kind: 'reply', status, headers: {}, body: JSON.stringify(body), complete: true };
}

interface World {
  readonly answer: HttpReply | (() => Promise<HttpReply>);
  readonly token?: 'token' | 'refused' | 'unavailable';
  readonly isGranted?: boolean;
  readonly leftMs?: number;
}

async function ask(purpose: AskPurpose, { answer, token = 'token', isGranted = true, leftMs = 55_000 }: World) {
  const releases: Release[] = [];
  const learned: UsageToday[] = [];
  const told: string[] = [];
  const asked: PermitAsk[] = [];
  const permit = { id: 'w-1', notBeforeMs: NOW_MS, sendByMs: NOW_MS + 5_000, probe: 'line' } as const;
  const granted = { kind: 'granted', permit, busyKeys: [] } as const;
  const refused = { kind: 'refused', reason: 'circuit', waitMs: 1_000 } as const;
  let calls = 0;
  await askMarketo(purpose, {
    baseUrl: 'https://123-abc-456.mktorest.com',
    clock: { nowMs: () => NOW_MS, sleep: async () => {} },
    log: { debug: () => {}, info: () => {}, warn: (text) => told.push(text), error: () => {} },
    leftMs: () => leftMs,
    transport: async ({ url }) => {
      calls += 1;
      expect(url).toContain('/rest/v1/stats/usage.json');
      return typeof answer === 'function' ? answer() : answer;
    },
    tokens: {
      current: async () => {
        if (token === 'token') return { kind: 'token', token: new Secret('t'), user: 'relay@example.com' };
        if (token === 'refused') {
          return { kind: 'refused', reason: 'credentialsRefused', retryAfterMs: 60_000, detail: 'HTTP 401' };
        }
        return { kind: 'unavailable', retryAfterMs: 1_000, detail: 'busy' };
      },
      replace: async () => {
        told.push('replace');
        return { kind: 'same' };
      },
    },
    ledger: {
      acquire: async (asks) => {
        asked.push(...asks);
        return [isGranted ? granted : refused];
      },
      release: async (ends) => {
        releases.push(...ends);
      },
      tokenUnobtainable: async (reason, detail) => {
        told.push(`${reason} ${detail}`);
      },
      learnUsage: async (usage) => {
        learned.push(usage);
      },
      usageDue: () => true,
      marksUntilMs: () => 0,
      tellMarks: async () => {},
      evidence: () => Promise.reject(new Error('not asked')),
      healthCheckDue: () => false,
      status: () => undefined,
    },
  });
  return { asked, outcomes: releases.map(({ outcome }) => outcome), releases, learned, told, calls };
}

describe('asking Marketo', () => {
  it('tells the ledger that Marketo works, and what the day has seen', async () => {
    const { outcomes, learned } = await ask('usage', { answer: reply({ success: true, result: [USAGE] }) });
    expect(outcomes).toEqual(['success']);
    expect(learned).toEqual([{ totalToday: 120, ownToday: 100, atMs: NOW_MS }]);
  });

  it.each([
    ['607', 'daySpent'],
    ['606', 'windowSpent'],
    ['615', 'slotsSpent'],
    ['603', 'denied'],
    ['608', 'transient'],
    ['601', 'neutral'],
  ])('releases its permit after %s with %s', async (code, outcome) => {
    const answer = reply({ success: false, errors: [{ code, message: 'x' }] });
    const { outcomes, learned, told } = await ask('probe', { answer });
    expect(outcomes).toEqual([outcome]);
    expect(learned).toEqual([]);
    expect(told.includes('replace')).toBe(code === '601');
  });

  it('is a health check only where nothing else would be let through', async () => {
    const answer = reply({ success: true, result: [USAGE] });
    const asked = await Promise.all(
      (['healthCheck', 'probe', 'usage'] as const).map((purpose) => ask(purpose, { answer })),
    );
    expect(asked.map((one) => one.asked[0]?.healthCheck)).toEqual([true, undefined, undefined]);
  });

  it('holds its slot while Marketo may be busy with a call that had no reply', async () => {
    const lost: HttpReply = { kind: 'noReply', reason: 'timeout', mayHaveExecuted: true, detail: 'x' };
    const { releases } = await ask('probe', { answer: lost });
    expect(releases[0]).toMatchObject({ outcome: 'transient', counted: true });
    expect(releases[0]?.holdMs).toBeGreaterThan(0);
  });

  it('gives the permit back whatever breaks, and never throws', async () => {
    const { outcomes, told } = await ask('probe', { answer: () => Promise.reject(new Error('broken')) });
    expect(outcomes).toEqual(['transient']);
    expect(told).toEqual(['Marketo could not be asked']);
  });

  it('makes no call without a permit, a token or the time for it', async () => {
    const answer = reply({ success: true });
    for (const world of [{ isGranted: false }, { token: 'unavailable' }, { leftMs: 30_000 }] as const) {
      expect(await ask('probe', { answer, ...world })).toMatchObject({ calls: 0, outcomes: [], told: [] });
    }
  });

  it('tells the ledger that credentials are refused when it probes, and not when it only wants to know the usage', async () => {
    const answer = reply({ success: true });
    expect((await ask('probe', { answer, token: 'refused' })).told).toEqual(['credentialsRefused HTTP 401']);
    expect((await ask('usage', { answer, token: 'refused' })).told).toEqual([]);
  });
});
