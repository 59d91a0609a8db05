import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeMarketoOptions } from '../../../lib/fake-marketo/options.ts';
import { type FakeMarketo, startFakeMarketo } from '../../../lib/fake-marketo/server.ts';
import { main } from '../../../lib/local/parity/main.ts';
import { PROBES, TEST_EMAIL } from '../../../lib/local/parity/probes.ts';

const SECRET = 'hush-hush-secret';
const started: FakeMarketo[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((fake) => fake.stop()));
});

/** A fake in the part of the sandbox, and the command run against it. */
async function startSandbox(options: FakeMarketoOptions = {}) {
  const fake = await startFakeMarketo({ clientSecret: SECRET, callLogSize: 100, seed: 99, ...options });
  started.push(fake);
  const run = async (argv: readonly string[] = [], env: Record<string, string> = {}) => {
    let [out, err, sleptMs] = ['', '', 0];
    const status = await main(argv, {
      stdout: { write: (text: string) => (out += text) },
      stderr: { write: (text: string) => (err += text) },
      env: { MARKETO_BASE_URL: fake.url, MARKETO_CLIENT_ID: fake.clientId, MARKETO_CLIENT_SECRET: SECRET, ...env },
      sleep: async (durationMs) => {
        sleptMs += durationMs;
      },
    });
    return { status, out, err, sleptMs };
  };
  return { fake, run };
}

describe('parity of the fake with itself', () => {
  it('finds no difference in any row', async () => {
    const { fake, run } = await startSandbox();
    const { status, out } = await run(['--budget', '100']);
    expect(out).toContain(
      `${PROBES.length} rules: ${PROBES.length} the same, 0 differ, 0 without a reply, 0 not compared.`,
    );
    expect(status).toBe(0);
    expect(fake.stats.apiCalls).toBe(PROBES.length);
  });

  it('writes nobody but the test person', async () => {
    const { fake, run } = await startSandbox();
    const before = fake.database.leads.size;
    await run(['--budget', '100']);
    await run(['--budget', '100']);
    expect(fake.database.leads.size).toBe(before + 1);
    expect(fake.database.leadsByEmail(TEST_EMAIL)).toHaveLength(1);
    expect(fake.database.listMembers(1159)).toHaveLength(40);
    expect(fake.stats.executed.requestCampaign ?? fake.stats.executed.submitForm).toBeUndefined();
  });

  it('makes 30 calls unless told otherwise, well apart, and says what it did not ask', async () => {
    const { fake, run } = await startSandbox();
    const { out, sleptMs } = await run();
    expect(fake.stats.apiCalls).toBe(30);
    expect(sleptMs).toBeGreaterThanOrEqual(29_000);
    expect(out).toContain('30 of at most 30 calls were made.');
    expect(out).toContain('the budget of calls is used up');
  });

  it('goes to no endpoint that writes when it may only read', async () => {
    const { fake, run } = await startSandbox();
    const { status, out } = await run(['--read-only', '--budget', '100']);
    const writing = fake.calls().filter(({ method, url }) => method === 'POST' && !url.includes('_method=GET'));
    expect(writing.filter(({ kind }) => kind === 'api')).toEqual([]);
    expect(fake.database.leadsByEmail(TEST_EMAIL)).toEqual([]);
    expect(out).toContain('it goes to an endpoint that writes');
    expect(status).toBe(0);
  });
});

describe('a subscription that answers otherwise', () => {
  it('is shown by rule, with both answers', async () => {
    const { run } = await startSandbox({
      faults: [
        { path: '/rest/v1/leeds.json', gives: { kind: 'html', status: 404 } },
        { path: '/rest/v1/lists.json', gives: { kind: 'wrongResultCount', by: -300 } },
        {
          bodyIncludes: 'NoSuchField',
          method: 'POST',
          times: 1,
          gives: { kind: 'code', level: 'response', code: '1006' },
        },
      ],
      features: { formReads: false },
    });
    const { status, out } = await run(['--budget', '100']);
    expect(status).toBe(1);
    expect(out).toMatch(/\*\*wire-unknown-path\*\*.*\n {2}- HTTP 404, the fake: HTTP 200/);
    expect(out).toMatch(/\*\*leads-field-unknown\*\*.*\n {2}- failure 1006, the fake: success/);
    expect(out).toMatch(/\*\*wire-form-read\*\*.*\n {2}- failure 605, the fake: success/);
    expect(out).toContain('it needs a static list that is not there');
  });

  it('is shown where a member or its type is another', async () => {
    const { run } = await startSandbox({
      faults: [{ path: '/rest/v1/leads.json', gives: { kind: 'code', level: 'record', code: '1007' } }],
    });
    const { out } = await run(['--budget', '1']);
    expect(out).toContain('result: reasons, which the fake does not send');
    expect(out).toContain('result: no id, which the fake sends');
    expect(out).toContain('records: skipped 1007, the fake: written');
  });

  it('waits where a limit is reached, within the budget', async () => {
    const { fake, run } = await startSandbox({
      faults: [{ times: 1, gives: { kind: 'code', level: 'response', code: '606' } }],
    });
    const { out, sleptMs } = await run(['--budget', '2']);
    expect(sleptMs).toBeGreaterThanOrEqual(20_000);
    expect(fake.stats.apiCalls).toBe(2);
    expect(out).toContain('1 the same');
  });

  it.each([
    ['607', 'the daily quota of the subscription is used up (607)'],
    ['601', 'the token was refused (601)'],
  ])('ends the run with %s', async (code, reason) => {
    const { fake, run } = await startSandbox({
      faults: [{ after: 2, gives: { kind: 'code', level: 'response', code } }],
    });
    const { status, out } = await run();
    expect(status).toBe(1);
    expect(fake.stats.apiCalls).toBe(3);
    expect(out).toContain(`Stopped early: ${reason}.`);
  });

  it('ends the run when nobody answers', async () => {
    const { fake, run } = await startSandbox({ faults: [{ gives: { kind: 'reset', when: 'before' } }] });
    const { status, out } = await run();
    expect(status).toBe(1);
    expect(fake.stats.apiCalls).toBe(3);
    expect(out).toContain('3 calls in a row had no reply');
  });

  it('skips what the role does not allow', async () => {
    const user = { userId: 'u@example.com', clientId: 'c', clientSecret: SECRET, deniedPaths: [/asset/] };
    const { run } = await startSandbox({ users: [user] });
    const { status, out } = await run(['--budget', '100']);
    expect(status).toBe(0);
    expect(out).toContain('the role of the API user does not allow it (603)');
  });
});

describe('the report', () => {
  it('holds no token, secret, address or id, whatever the subscription says', async () => {
    const message = `Lead 4711001 'ada@customer.example' of 123-ABC-456 \u001b[31mhas\ntoken 0f3c1e6a-1111-2222-3333-444455556666:ab, ${SECRET}`;
    const { fake, run } = await startSandbox({
      faults: [{ after: 1, gives: { kind: 'code', level: 'response', code: '1003', message } }],
    });
    const { out, err } = await run(['--budget', '100']);
    expect(out).toContain("Marketo says: Lead [number] '...' of [account]  [31mhas token [id], [secret]");
    for (const secret of [SECRET, fake.clientId, 'customer.example', '4711001', '0f3c1e6a', 'u@', '127.0.0.1']) {
      expect(`${out}${err}`.split(secret)).toHaveLength(1);
    }
    expect(out).not.toMatch(/\b\d{5,}\b/);
    expect(out).not.toContain('@');
  });

  it('goes into a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parity-'));
    const { run } = await startSandbox();
    const { out } = await run(['--out', join(folder, 'report.md')]);
    expect(out).toBe('');
    expect(readFileSync(join(folder, 'report.md'), 'utf8')).toContain('# Parity of the fake Marketo');
    const { status, err } = await run(['--out', folder, '--budget', '1']);
    expect(status).toBe(2);
    expect(err).toContain('the report cannot be written');
    rmSync(folder, { recursive: true });
  });
});

describe('wrong use', () => {
  it.each([
    [[], { MARKETO_CLIENT_SECRET: '' }, 'the environment lacks MARKETO_CLIENT_SECRET'],
    [[], { MARKETO_BASE_URL: 'http://example.com' }, 'use https'],
    [['--budget', '0'], {}, '--budget is "0", and must be a whole number from 1 to 1000'],
    [['--bugdet', '3'], {}, "'--bugdet'"],
  ] as const)('%o with %o is refused', async (argv, env, message) => {
    const { fake, run } = await startSandbox();
    const { status, err } = await run(argv, env);
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(fake.stats.identityCalls).toBe(0);
  });

  it('says so when the credentials are not accepted, without showing them', async () => {
    const { run } = await startSandbox();
    const { status, err } = await run([], { MARKETO_CLIENT_SECRET: 'wrong-secret' });
    expect(status).toBe(2);
    expect(err).toContain('identity refused the credentials');
    expect(err).not.toContain('wrong-secret');
  });

  it('has a help text', async () => {
    const { run } = await startSandbox();
    expect((await run(['--help'])).out).toContain('MARKETO_BASE_URL');
  });
});
