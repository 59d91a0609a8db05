import { describe, expect, it } from 'vitest';
import type { TokenAnswer } from '../../../lib/access-token/token-keeper.ts';
import { createPermitReleases, type ReleaseTerms } from '../../../lib/delivery/call/permit-releases.ts';
import { permittedCall } from '../../../lib/delivery/call/permitted-call.ts';
import type { Ledger, Permit, Release } from '../../../lib/ledger/ledger.ts';
import type { HttpReply, HttpRequest } from '../../../lib/marketo/http.ts';
import { Secret } from '../../../lib/marketo/secret.ts';

const NOW_MS = Date.parse('2027-03-01T12:00:00Z');
const LONGEST_MS = 40_000;
const LATENCY_MS = 300;
const PERMIT: Permit = { id: 'w-1', notBeforeMs: NOW_MS + 200, sendByMs: NOW_MS + 5_000 };
const TOKEN: TokenAnswer = { kind: 'token', token: new Secret('token-1') };
const REQUEST: HttpRequest = { method: 'GET', url: 'https://123-abc-456.mktorest.com/rest/v1/x.json', headers: {} };
const OUTGOING = { request: REQUEST, timeoutMs: 30_000 };
const OK: HttpReply = { kind: 'reply', status: 200, headers: {}, body: '{}', complete: true };
const SUCCESS: ReleaseTerms = { outcome: 'success', counted: true, holdMs: 0 };
const UNUSED: ReleaseTerms = { outcome: 'unused', counted: false, holdMs: 0 };
const fails = () => {
  throw new Error('planted');
};

interface Given {
  readonly permit?: Permit;
  readonly token?: () => TokenAnswer;
  /** How long `prepare` takes. */
  readonly preparesMs?: number;
  readonly prepare?: () => typeof OUTGOING | undefined;
  readonly reply?: () => HttpReply;
  readonly read?: () => ReleaseTerms;
}

async function use({
  permit = PERMIT,
  token = () => TOKEN,
  preparesMs = 0,
  prepare = () => OUTGOING,
  reply = () => OK,
  read = () => SUCCESS,
}: Given) {
  let nowMs = NOW_MS;
  const steps: string[] = [];
  const releases: Release[] = [];
  const sentAtMs: number[] = [];
  const step = <T>(name: string, value: () => T): T => {
    steps.push(name);
    return value();
  };
  const clock = {
    nowMs: () => nowMs,
    sleep: async (durationMs: number) => {
      nowMs += durationMs;
    },
  };
  const ledger = { release: async (ended: readonly Release[]) => void releases.push(...ended) } as Partial<Ledger>;
  const deps = {
    clock,
    tokens: { current: async () => step('token', token), replace: fails },
    transport: async () => {
      sentAtMs.push(nowMs);
      nowMs += LATENCY_MS;
      return step('send', reply);
    },
  };
  const call = permittedCall(
    {
      permit,
      operation: 'syncLeads',
      longestMs: LONGEST_MS,
      async prepare() {
        nowMs += preparesMs;
        return { prepared: 'prepared', outgoing: step('prepare', prepare) };
      },
      read: () => ({ value: 'read', terms: step('read', read) }),
    },
    deps,
    createPermitReleases({ ledger: ledger as Ledger, clock }),
  );
  const [result] = await Promise.allSettled([call]);
  return { result, steps, releases, sentAtMs };
}

const released = (terms: ReleaseTerms, endedAtMs: number): Release => ({
  permit: PERMIT,
  operation: 'syncLeads',
  ...terms,
  endedAtMs,
});
const STARTED_MS = PERMIT.notBeforeMs;
const ENDED_MS = STARTED_MS + LATENCY_MS;

describe('a permitted call', () => {
  it('waits for the start of its permit, gets the token, prepares, sends, reads, and releases', async () => {
    const { result, steps, releases, sentAtMs } = await use({});

    expect(steps).toEqual(['token', 'prepare', 'send', 'read']);
    expect(sentAtMs).toEqual([STARTED_MS]);
    expect(result).toMatchObject({
      status: 'fulfilled',
      value: { kind: 'replied', prepared: 'prepared', value: 'read', holdMs: 0, exchange: { sentAtMs: STARTED_MS } },
    });
    expect(releases).toEqual([released(SUCCESS, ENDED_MS)]);
  });

  it('does not wait for a start that is past', async () => {
    const permit = { ...PERMIT, notBeforeMs: NOW_MS - 50 };
    expect((await use({ permit })).sentAtMs).toEqual([NOW_MS]);
  });

  it.each<[string, Given, string, readonly string[]]>([
    [
      'there is no token',
      { token: () => ({ kind: 'refused', reason: 'credentialsRefused', retryAfterMs: 60_000, detail: 'no' }) },
      'noToken',
      ['token'],
    ],
    ['there is nothing to send', { prepare: () => undefined }, 'notSent', ['token', 'prepare']],
    ['preparing has outlasted the permit', { preparesMs: 4_801 }, 'notSent', ['token', 'prepare']],
    ['the worker was frozen', { permit: { ...PERMIT, sendByMs: NOW_MS } }, 'notSent', ['token', 'prepare']],
  ])('sends nothing when %s, and releases the permit unused, once', async (_, given, kind, expected) => {
    const { result, steps, releases } = await use(given);

    expect(steps).toEqual(expected);
    expect(result).toMatchObject({ status: 'fulfilled', value: { kind } });
    expect(releases).toMatchObject([UNUSED]);
  });

  it('sends until the last moment of its permit', async () => {
    expect((await use({ preparesMs: 4_800 })).sentAtMs).toEqual([PERMIT.sendByMs]);
  });

  it.each<[string, Given]>([
    ['the token', { token: fails }],
    ['prepare', { prepare: fails }],
  ])('throws what %s throws, sends nothing, and releases the permit unused, once', async (_, given) => {
    const { result, releases, sentAtMs } = await use(given);

    expect(sentAtMs).toEqual([]);
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'planted' } });
    expect(releases).toEqual([released(UNUSED, STARTED_MS)]);
  });

  it('takes a transport that throws for a lost reply', async () => {
    const lost: ReleaseTerms = { outcome: 'transient', counted: true, holdMs: 7 };
    const { result, releases } = await use({ reply: fails, read: () => lost });

    expect(result).toMatchObject({
      value: { kind: 'replied', holdMs: 7, exchange: { reply: { kind: 'noReply', mayHaveExecuted: true } } },
    });
    expect(releases).toEqual([released(lost, ENDED_MS)]);
  });

  it('holds the slot of a call whose reply cannot be read until Marketo must have given up, and says so', async () => {
    const { result, releases } = await use({ read: fails });
    const holdMs = LONGEST_MS - LATENCY_MS;

    expect(result).toMatchObject({ value: { kind: 'unread', holdMs, error: { message: 'planted' } } });
    expect(releases).toEqual([released({ outcome: 'transient', counted: true, holdMs }, ENDED_MS)]);
  });
});
