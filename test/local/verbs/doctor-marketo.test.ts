import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDbLedgerRegister } from '../../../lib/aws/dynamodb-ledger.ts';
import type { CallOutcome } from '../../../lib/ledger/ledger.ts';
import { DEFAULT_LIMITS } from '../../../lib/ledger/limits.ts';
import { createSharedLedger } from '../../../lib/ledger/shared-ledger.ts';
import { SILENT_LOG } from '../../../lib/local/cli/json-log.ts';
import { type DoctorWorld, SECRET, startDoctorWorld } from '../support/doctor-world.ts';

let under: DoctorWorld;
beforeAll(async () => {
  under = await startDoctorWorld();
});
afterAll(() => under.stop());
beforeEach(() => under.reset());

/** The relay's own, as a worker uses it. */
function ledger() {
  const register = createDynamoDbLedgerRegister({
    client: under.wire.dynamodb,
    tableName: under.wire.tableName,
    subscription: new URL(under.marketo.url).host,
    limits: DEFAULT_LIMITS,
  });
  const clock = { nowMs: () => Date.now(), sleep: async () => {} };
  return createSharedLedger({ register, limits: DEFAULT_LIMITS, clock, random: Math.random, log: SILENT_LOG });
}

/** Calls as the ledger saw them end. */
async function ended(operation: string, outcome: CallOutcome, times = 1): Promise<void> {
  const one = ledger();
  for (let made = 0; made < times; made += 1) {
    const [answer] = await one.acquire([{ operation, keys: [], hasKeyless: true, callTimeoutMs: 1_000 }]);
    if (answer?.kind !== 'granted') throw new Error(JSON.stringify(answer));
    await one.release([{ permit: answer.permit, operation, outcome, counted: true, endedAtMs: Date.now() }]);
  }
}

describe('credentials', () => {
  it.each([
    [
      'refused by identity',
      '{"clientId":"the-client-id","clientSecret":"not-the-right-one"}',
      'identity refused the credentials: HTTP 401',
    ],
    ['as the stack leaves it', '{"clientId":"","clientSecret":""}', `secret ${SECRET} does not hold a JSON object`],
    ['no JSON', 'not-the-right-one', `secret ${SECRET} does not hold a JSON object`],
  ])('are wrong when the secret is %s, and what is in it is not shown', async (_, value, text) => {
    under.secrets.put(SECRET, value);
    const { of, status, text: printed } = await under.doctor();

    expect(of('credentials')).toMatchObject([
      { verdict: 'wrong', said: expect.stringContaining(text), remedy: expect.stringContaining('put-secret-value') },
    ]);
    expect(printed).not.toContain('not-the-right-one');
    expect(of('usage')).toMatchObject([{ verdict: 'notChecked', said: expect.stringContaining('see "credentials"') }]);
    expect(status).toBe(1);
  });

  it('are wrong when there is no such secret', async () => {
    under.setSettings({ MARKETO_SECRET_ID: 'gone' });
    expect((await under.doctor()).of('credentials')).toMatchObject([
      { verdict: 'wrong', said: expect.stringMatching(/^secret gone: ResourceNotFoundException/) },
    ]);
  });

  it('are posted to no host but one that the relay itself would post them to', async () => {
    const { identityCalls } = under.marketo.stats;
    under.world.outputs = { ...under.world.outputs, MarketoBaseUrl: 'https://mktorest.com.evil.example' };
    expect((await under.doctor()).of('credentials')).toMatchObject([
      { verdict: 'wrong', said: expect.stringContaining('outside *.mktorest.com') },
    ]);
    expect(under.marketo.stats.identityCalls).toBe(identityCalls);
  });

  it('are not what is wrong when identity cannot be reached', async () => {
    await under.marketo.switches.on({ kind: 'outage', how: 'refuse' });
    expect((await under.doctor()).of('credentials')).toMatchObject([
      { verdict: 'wrong', said: expect.stringContaining('ECONNREFUSED') },
    ]);
  });
});

describe('line', () => {
  it.each<[string, () => Promise<void>, string]>([
    [
      'LineStoppedCredentialsRefusedAlarm',
      () => ledger().tokenUnobtainable('credentialsRefused', '401'),
      'refuses the credentials',
    ],
    ['LineStoppedDaySpentAlarm', () => ended('syncLeads', 'daySpent'), '(607)'],
  ])('tells why nothing is delivered, until when, and where the runbook has more: %s', async (section, stop, why) => {
    await stop();
    expect((await under.doctor()).of('line')).toMatchObject([
      {
        verdict: 'wrong',
        said: expect.stringMatching(/^nothing is delivered until \d{4}-.*Z, when it is tried again/),
        remedy: expect.stringContaining(`docs/runbook.md#${section.toLowerCase()}`),
      },
    ]);
    expect((await under.doctor()).of('line')[0]?.said).toContain(why);
  });

  it('warns of an operation that is paused while others go on', async () => {
    await ended('syncLeads', 'operationQuotaSpent');
    expect((await under.doctor()).of('line')).toMatchObject([
      { verdict: 'warning', said: expect.stringMatching(/^syncLeads is paused until .*its own quota is spent/) },
    ]);
  });

  it('is asked of Marketo even while it is stopped, when the ledger grants no call', async () => {
    await ledger().tokenUnobtainable('credentialsRefused', '401');
    const { of } = await under.doctor();
    expect(of('credentials')).toMatchObject([{ verdict: 'ok' }]);
    expect(of('usage')).toMatchObject([{ verdict: 'ok', said: expect.stringContaining('relay@example.com') }]);
  });
});

describe('permissions', () => {
  it('are wrong for what Marketo denies: a paused operation, and a read of what is in use', async () => {
    await ended('syncCompanies', 'denied', 5);
    await under.marketo.switches.on({ kind: 'code', operation: 'describeLeads', code: '603' });
    const { of, status } = await under.doctor();

    expect(of('permissions')).toEqual([
      expect.objectContaining({
        verdict: 'wrong',
        said: expect.stringMatching(/^syncCompanies: Marketo denies it to relay@example.com \(603\)/),
      }),
      expect.objectContaining({
        verdict: 'wrong',
        said: expect.stringMatching(/^relay@example.com may not read leads: 603/),
      }),
      expect.objectContaining({
        verdict: 'ok',
        said: expect.stringContaining('may read companies; whether it may write'),
      }),
    ]);
    expect(status).toBe(1);
  });

  it('teach the ledger nothing: a denied look pauses no operation and stops no line', async () => {
    await under.marketo.switches.on({ kind: 'code', operation: 'describeLeads', code: '603' });
    for (let times = 0; times < 6; times += 1) await under.doctor();
    expect((await under.doctor()).of('line')).toMatchObject([{ verdict: 'ok' }]);
  });

  it('warn of dead letters with 603, by operation, and try a read of each kind that letters are of', async () => {
    await under.cli.addLetters({ code: '603' }, { code: '603' }, { code: '1003' });
    await under.cli.addLetters({
      code: '1003',
      body: { path: '/rest/v1/opportunities/roles.json', body: { input: [{ role: 'x' }] } },
    });
    const { of } = await under.doctor();

    expect(of('permissions')).toEqual([
      expect.objectContaining({ verdict: 'warning', said: expect.stringMatching(/^syncLeads: 2 dead letters of 603/) }),
      expect.objectContaining({ verdict: 'ok', said: expect.stringContaining('may read leads, opportunity roles') }),
    ]);
    expect(await under.cli.deadCounts()).toEqual({ visible: 4, hidden: 0 });
  });
});

describe('limits', () => {
  it('warn of settings beyond what Marketo grants to all integrations together', async () => {
    under.setSettings({ RATE_LIMIT_CALLS: '120', MAX_CONCURRENT_CALLS: '12', RATE_LIMIT_WINDOW_SECONDS: '10' });
    expect((await under.doctor()).of('limits')).toEqual([
      expect.objectContaining({ verdict: 'warning', said: expect.stringMatching(/^rateLimitWindowSeconds is 10/) }),
      expect.objectContaining({
        verdict: 'warning',
        said: expect.stringMatching(/^rateLimitCalls is 120 in 10 s, and Marketo grants 100/),
      }),
      expect.objectContaining({
        verdict: 'warning',
        said: expect.stringMatching(/^maxConcurrentCalls is 12, and Marketo grants 10/),
      }),
    ]);
  });

  it('tell that others use the rest, by the refusals that the relay was given', async () => {
    await ended('syncLeads', 'success', 3);
    await ended('syncLeads', 'slotsSpent');
    await ended('syncLeads', 'windowSpent');
    expect((await under.doctor()).of('limits').map(({ said }) => said)).toEqual([
      expect.stringMatching(/^others fill the rate limit \(606\): the relay makes \d of 50/),
      expect.stringMatching(/^others fill the concurrency limit \(615\): the relay makes \d of 5/),
    ]);
  });

  it('are wrong when Marketo says that the day is spent long before dailyQuota', async () => {
    await ended('syncLeads', 'daySpent');
    expect((await under.doctor()).of('limits')).toMatchObject([
      {
        verdict: 'wrong',
        said: expect.stringMatching(/\(607\) at \d+ calls?, and dailyQuota is 50,000: the subscription has less/),
      },
    ]);
  });

  it('warn of a quota that is nearly used up, and of one that is larger than the relay knows', async () => {
    const { countedToday } = under.marketo.stats;
    under.setSettings({ MARKETO_SECRET_ID: SECRET, DAILY_QUOTA: String(countedToday + 5) });
    const low = await under.doctor();
    under.setSettings({ MARKETO_SECRET_ID: SECRET, DAILY_QUOTA: '10' });
    const beyond = await under.doctor();

    expect(low.of('limits')).toContainEqual(
      expect.objectContaining({ verdict: 'warning', said: expect.stringContaining('are left today for all') }),
    );
    expect(beyond.of('limits')).toContainEqual(
      expect.objectContaining({
        verdict: 'warning',
        said: expect.stringContaining('the subscription has more than the relay uses'),
      }),
    );
  });
});

describe('usage', () => {
  it('names who calls, the busiest first, and which of them is this relay', async () => {
    await ended('syncLeads', 'success', 3);
    under.marketo.otherTraffic(90);
    const { of } = await under.doctor();
    expect(of('usage')).toMatchObject([
      {
        verdict: 'ok',
        said: expect.stringMatching(
          /^today \d+ calls: other-integration@example.com \d+, relay@example.com \d+ \(this relay\)/,
        ),
      },
    ]);
  });

  it('warns of others that use over half of the quota', async () => {
    under.setSettings({ MARKETO_SECRET_ID: SECRET, DAILY_QUOTA: '100' });
    under.marketo.otherTraffic(60);
    expect((await under.doctor()).of('usage')).toContainEqual(
      expect.objectContaining({
        verdict: 'warning',
        said: expect.stringMatching(/^other integrations made \d+ calls on \d{4}-\d\d-\d\d, of 100 for all/),
      }),
    );
  });

  it('warns when Marketo counts far more calls of the API user than the relay has made', async () => {
    const token = await tokenOf();
    for (let made = 0; made < 60; made += 1) {
      await fetch(`${under.marketo.url}/rest/v1/leads/describe.json`, {
        headers: { authorization: `Bearer ${token}` },
      });
    }
    expect((await under.doctor()).of('usage')).toContainEqual(
      expect.objectContaining({ verdict: 'warning', said: expect.stringContaining('somebody else uses its API user') }),
    );
  });

  it.each([
    ['601', 'wrong', 'identity gives a token that Marketo does not take'],
    ['603', 'wrong', 'which needs no permission'],
    ['606', 'warning', '606'],
    ['611', 'wrong', '611'],
  ])('says what it means that the endpoint answers %s', async (code, verdict, text) => {
    await under.marketo.switches.on({ kind: 'code', operation: 'getWeeklyUsage', code });
    expect((await under.doctor()).of('usage')).toMatchObject([{ verdict, said: expect.stringContaining(text) }]);
  });

  it('says so when the day is spent', async () => {
    await under.marketo.switches.on({ kind: 'quotaSpent' });
    expect((await under.doctor()).of('usage')).toMatchObject([
      { verdict: 'wrong', said: expect.stringMatching(/607 .*the day is spent for all integrations/) },
    ]);
  });
});

async function tokenOf(): Promise<string> {
  const { clientId, clientSecret, url } = under.marketo;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const reply = await fetch(`${url}/identity/oauth/token`, { method: 'POST', body });
  return ((await reply.json()) as { access_token: string }).access_token;
}
