import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlStatus } from '../../../lib/local/target/control.ts';
import { openTarget } from '../../../lib/local/target/target.ts';
import { type ServedUnderTest, startServed } from './served-relay.ts';

let under: ServedUnderTest;

beforeAll(async () => {
  under = await startServed();
});

afterAll(async () => {
  await under.stop();
});

/** With headers that `fetch` does not let one set. */
function statusWith(headers: Readonly<Record<string, string>>, path = '/', method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, under.served.pageUrl), { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('whom the server answers', () => {
  const host = (): string => new URL(under.served.url).host;

  it('is asked under the names of this machine only: a foreign name may have been made to point here', async () => {
    expect(await statusWith({ host: host() })).toBe(200);
    expect(await statusWith({ host: host().replace('127.0.0.1', 'localhost') })).toBe(200);
    expect(await statusWith({ host: 'evil.example:80' })).toBe(403);
    expect(await statusWith({ host: host().replace(/:\d+/, ':1') })).toBe(403);
  });

  it('is no page of another origin', async () => {
    expect(await statusWith({ host: host(), origin: `http://${host()}` })).toBe(200);
    expect(await statusWith({ host: host(), origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ host: host(), origin: 'null' })).toBe(403);
    expect(await statusWith({ host: host(), 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  it('needs the token for what a command may do', async () => {
    const authorization = `Bearer ${'x'.repeat(under.served.token.length)}`;

    expect(await statusWith({ host: host() }, '/status')).toBe(401);
    expect(await statusWith({ host: host(), authorization }, '/status')).toBe(401);
    expect(await statusWith({ host: host() }, '/mapping', 'POST')).toBe(401);
    expect(await statusWith({ host: host() }, '/faults', 'POST')).toBe(401);
    expect((await under.control('GET', '/status')).status).toBe(200);
  });
});

describe('the descriptor file', () => {
  it('leads a command to the relay, its control server and its settings', async () => {
    const target = await openTarget({ local: true, state: under.folder, folder: '/' });

    expect(target).toMatchObject({ kind: 'local', queueUrl: under.relay.queueUrl, baseUrl: under.relay.marketoUrl });
    expect(await controlStatus(target)).toMatchObject({
      mapping: { enabled: true },
      settings: { RATE_LIMIT_CALLS: '50' },
    });
    target.close();
  });
});

describe('the control server', () => {
  it('switches the mapping: what is published meanwhile waits', async () => {
    const message = JSON.stringify({ method: 'GET', path: '/rest/v1/leads/describe.json' });
    expect(await (await under.control('POST', '/mapping', { enabled: false })).json()).toEqual({ enabled: false });

    await under.relay.publish([message]);
    // The long poll that was under way gives back what it brings.
    await expect.poll(() => under.relay.queueCounts()).toMatchObject({ visible: 1, inFlight: 0 });
    expect(under.relay.fake?.stats.apiCalls).toBe(0);
    await under.control('POST', '/mapping', { enabled: true });

    await expect.poll(() => under.relay.drained(), { timeout: 10_000 }).toBe(true);
    expect(under.relay.fake?.stats.apiCalls).toBe(1);
    expect((await under.control('POST', '/mapping', { enabled: 'no' })).status).toBe(400);
  });

  it('switches faults on, shows until when, and off', async () => {
    const faults = async (): Promise<unknown> =>
      ((await (await under.control('GET', '/status')).json()) as { faults: unknown }).faults;

    await under.control('POST', '/faults', { name: 'outage', on: true, forSeconds: 600 });
    await under.control('POST', '/faults', {
      name: 'code',
      on: true,
      operation: 'syncLeads',
      code: '1006',
      record: true,
    });

    expect(await faults()).toEqual([
      { name: 'outage', detail: 'badGateway', until: expect.stringMatching(/^\d{4}-.*Z$/) },
      { name: 'code', detail: '1006 to the first record of syncLeads', operation: 'syncLeads' },
    ]);
    expect((await fetch(`${under.relay.marketoUrl}/identity/oauth/token`)).status).toBe(502);
    await under.control('POST', '/faults', { name: 'outage', on: false });
    await under.control('POST', '/faults', { name: 'code', on: false });
    expect(await faults()).toEqual([]);
  });

  it.each([
    [{ name: 'fire', on: true }, 'fire|name'],
    [{ name: 'outage' }, 'on'],
    [{ name: 'outage', on: true, forSeconds: -1 }, 'forSeconds'],
    [{ name: 'code', on: true, code: '1006' }, 'operation'],
    [{ name: 'code', on: true, operation: 'nothing', code: '1006' }, '"nothing" is no operation that the fake has'],
    [{ name: 'code', on: true, operation: 'syncLeads', code: 'x' }, 'three or four digits'],
  ])('refuses %j and says why', async (body, reason) => {
    const reply = await under.control('POST', '/faults', body);

    expect(reply.status).toBe(400);
    expect(((await reply.json()) as { error: string }).error).toMatch(new RegExp(reason));
  });
});
