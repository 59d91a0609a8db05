import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Switch } from '../../lib/fake-marketo/switches.ts';
import { type Caller, ManualClock, type Reply, startCaller, stopAll, until } from './support/caller.ts';

const LISTS = '/rest/v1/lists.json';

afterEach(stopAll);

/** What a call came to: its code, `ok`, or the system's word for a connection that failed. */
async function told(call: Promise<Reply>): Promise<string> {
  try {
    return (await call).code ?? 'ok';
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code ?? String(error);
  }
}

const outcomes = async (caller: Caller) => [await told(caller.call(LISTS)), await told(caller.identity())];

describe('a switch that is on and then off', () => {
  it.each<[Switch, string, string]>([
    [{ kind: 'outage', how: 'refuse' }, 'ECONNREFUSED', 'ECONNREFUSED'],
    [{ kind: 'outage', how: 'reset' }, 'ECONNRESET', 'ECONNRESET'],
    [{ kind: 'outage', how: 'badGateway' }, '502', '502'],
    [{ kind: 'quotaSpent' }, '607', 'ok'],
    [{ kind: 'tokenInvalid' }, '601', 'ok'],
    [{ kind: 'rateLimitedByOthers' }, '606', 'ok'],
    [{ kind: 'slotsTakenByOthers' }, '615', 'ok'],
    [{ kind: 'code', operation: 'getLists', code: '713' }, '713', 'ok'],
    [{ kind: 'code', operation: 'getLists', code: '503' }, '503', 'ok'],
    [{ kind: 'code', operation: 'getList', code: '713' }, 'ok', 'ok'],
  ])('%o gives %s to a call and %s to identity, and nothing after', async (fault, api, identity) => {
    const caller = await startCaller();
    const { switches } = caller.fake;
    await switches.on(fault);
    expect(await outcomes(caller)).toEqual([api, identity]);
    expect(switches.active()).toEqual([fault]);
    await switches.off(fault.kind);
    expect(await outcomes(caller)).toEqual(['ok', 'ok']);
    expect(switches.active()).toEqual([]);
    expect(caller.fake.stats.internalErrors).toEqual([]);
  });

  it('refuses credentials and the tokens that they brought, and gives new ones after', async () => {
    const caller = await startCaller();
    await caller.fake.switches.on({ kind: 'credentialsRevoked' });
    expect(await outcomes(caller)).toEqual(['601', '401']);
    expect((await caller.identity()).json).toMatchObject({ error: 'invalid_client' });
    await caller.fake.switches.off('credentialsRevoked');
    expect(await told(caller.call(LISTS))).toBe('601');
    await caller.login();
    expect(await told(caller.call(LISTS))).toBe('ok');
  });

  it.each(['api', 'identity'])('leaves calls to %s without an answer, until the client leaves', async (target) => {
    const caller = await startCaller();
    await caller.fake.switches.on({ kind: 'hang' });
    const client = new AbortController();
    const path = target === 'api' ? LISTS : '/identity/oauth/token';
    const hanging = told(caller.call(path, { signal: client.signal }));
    await until(() => caller.fake.stats.apiCalls + caller.fake.stats.identityCalls === 2);
    await caller.fake.switches.off('hang');
    expect(await outcomes(caller)).toEqual(['ok', 'ok']);
    client.abort();
    expect(await hanging).toContain('Abort');
  });

  it('makes calls slow by a factor, and at least so slow', async () => {
    const caller = await startCaller({ latencyMs: 10 });
    const durationMs = async () => {
      const startMs = performance.now();
      await caller.call(LISTS);
      return performance.now() - startMs;
    };
    await caller.fake.switches.on({ kind: 'slow', factor: 6 });
    expect(await durationMs()).toBeGreaterThanOrEqual(59);
    await caller.fake.switches.on({ kind: 'slow', factor: 1, atLeastMs: 80 });
    expect(await durationMs()).toBeGreaterThanOrEqual(79);
  });

  it('sends a reply byte by byte, and the rest at once when it is switched off', async () => {
    const caller = await startCaller();
    const whole = (await caller.call(LISTS)).text;
    await caller.fake.switches.on({ kind: 'trickle', byteMs: 5 });
    const response = await fetch(caller.fake.url + LISTS, { headers: { authorization: `Bearer ${caller.token}` } });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.byteLength).toBeLessThan(10);
    await caller.fake.switches.off('trickle');
    let bytes = first?.value?.byteLength ?? 0;
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
      bytes += part.value.byteLength;
    expect(bytes).toBe(Buffer.byteLength(whole));
  });

  it('lets a client leave in the middle of a slow reply', async () => {
    const caller = await startCaller();
    await caller.fake.switches.on({ kind: 'trickle', byteMs: 1 });
    const client = new AbortController();
    const ended = new Promise<void>((resolve) => void caller.fake.onCall(() => resolve()));
    const headers = { authorization: `Bearer ${caller.token}` };
    await fetch(caller.fake.url + LISTS, { headers, signal: client.signal });
    client.abort();
    await ended;
    expect(caller.fake.stats.internalErrors).toEqual([]);
  });
});

describe('the spent day', () => {
  it('ends at the reset, and is shown as used by others until then', async () => {
    const clock = new ManualClock('2026-03-02T05:59:00Z');
    const caller = await startCaller({ clock, dailyQuota: 1000 });
    await caller.fake.switches.on({ kind: 'quotaSpent' });
    expect(await told(caller.call(LISTS))).toBe('607');
    expect(caller.fake.stats.countedToday).toBe(1001);
    clock.advance(60_000);
    expect(await told(caller.call(LISTS))).toBe('ok');
    expect(caller.fake.switches.active()).toEqual([]);
  });

  it('gives the calls of others back when it is switched off', async () => {
    const caller = await startCaller({ dailyQuota: 1000 });
    await caller.call(LISTS);
    await caller.fake.switches.on({ kind: 'quotaSpent' });
    await caller.fake.switches.off('quotaSpent');
    expect(caller.fake.stats.countedToday).toBe(1);
  });
});

describe('several switches', () => {
  it('work together, one of a kind, and all go off at once', async () => {
    const caller = await startCaller();
    const { switches } = caller.fake;
    await switches.on({ kind: 'outage', how: 'refuse' });
    await switches.on({ kind: 'outage', how: 'badGateway' });
    await switches.on({ kind: 'code', operation: 'getLists', code: '611' });
    await switches.on({ kind: 'code', operation: 'getList', code: '713' });
    expect(switches.active()).toHaveLength(3);
    expect(await told(caller.call(LISTS))).toBe('502');
    await switches.off('outage');
    expect(await told(caller.call(LISTS))).toBe('611');
    await switches.off('code', 'getLists');
    expect(await told(caller.call(LISTS))).toBe('ok');
    expect(await told(caller.call('/rest/v1/lists/1159.json'))).toBe('713');
    await switches.allOff();
    expect(await told(caller.call('/rest/v1/lists/1159.json'))).toBe('ok');
    await switches.off('hang');
  });

  it('do not touch the rules of faults', async () => {
    const gives = { kind: 'code', level: 'response', code: '719' } as const;
    const caller = await startCaller({ faults: [{ gives }] });
    await caller.fake.switches.on({ kind: 'code', operation: 'getLists', code: '713' });
    expect(await told(caller.call(LISTS))).toBe('713');
    await caller.fake.switches.allOff();
    expect(await told(caller.call(LISTS))).toBe('719');
  });

  it('give a code to one record', async () => {
    const caller = await startCaller();
    await caller.fake.switches.on({ kind: 'code', operation: 'syncLeads', code: '1007', record: true });
    const reply = await caller.syncLeads([{ email: 'a@example.org' }, { email: 'b@example.org' }]);
    expect(reply.result).toMatchObject([{ status: 'skipped', reasons: [{ code: '1007' }] }, { status: 'created' }]);
  });
});

describe('what cannot be switched', () => {
  it.each<[Switch, string]>([
    [{ kind: 'code', operation: 'syncLeeds', code: '611' }, "no operation of the fake is called 'syncLeeds'"],
    [{ kind: 'slow', factor: 0 }, 'must be above 0'],
    [{ kind: 'trickle', byteMs: -1 }, 'must be above 0'],
  ])('%o is refused', async (fault, message) => {
    const caller = await startCaller();
    await expect(caller.fake.switches.on(fault)).rejects.toThrow(message);
    expect(caller.fake.switches.active()).toEqual([]);
  });

  it('stays on when somebody else has taken the port in the meantime, and goes off when it is free', async () => {
    const caller = await startCaller();
    await caller.fake.switches.on({ kind: 'outage', how: 'refuse' });
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(Number(new URL(caller.fake.url).port), '127.0.0.1', resolve));
    await expect(caller.fake.switches.off('outage')).rejects.toThrow('EADDRINUSE');
    await new Promise((resolve) => squatter.close(resolve));
    await caller.fake.switches.off('outage');
    expect(await outcomes(caller)).toEqual(['ok', 'ok']);
  });

  it('stops in the middle of an outage', async () => {
    const caller = await startCaller();
    await caller.fake.switches.on({ kind: 'outage', how: 'refuse' });
    await caller.fake.stop();
    expect(await told(caller.identity())).toBe('ECONNREFUSED');
  });
});
