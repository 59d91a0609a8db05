import { afterEach, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../lib/fake-marketo/faults.ts';
import { nextCall, startCaller, stopAll, until } from './support/caller.ts';

const LEADS = '/rest/v1/leads.json';
const lead = (name: string) => ({ email: `${name}@example.org`, title: `marker-${name}` });

/** Codes that Marketo documents, by the level at which a reply carries them. */
const RESPONSE_CODES =
  '600 601 602 603 604 605 606 607 608 609 610 611 612 613 614 615 616 701 702 703 704 709 710 711 712 713 714 718 719';
const RECORD_CODES =
  '1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013 1014 1015 1016 1017 1018 1019 1020 1021 1022 1025 1026 1027 1028 1029 1035 1036 1037 1042 1048 1049 1076 1077 1078 1079 1080';
const HTTP_CODES = '401 408 413 414 429 500 502 503 504';

afterEach(stopAll);

describe('every code on demand', () => {
  it('gives any code at response level, without running the operation', async () => {
    const caller = await startCaller({ rateLimitCalls: 1000 });
    for (const code of `${RESPONSE_CODES} ${RECORD_CODES} 9999`.split(' ')) {
      caller.fake.setFaults([{ gives: { kind: 'code', level: 'response', code, message: 'Because' } }]);
      const reply = await caller.syncLeads([lead('a')]);
      expect(reply.json).toMatchObject({ success: false, errors: [{ code, message: 'Because' }] });
    }
    expect(caller.fake.database.leadsByEmail('a@example.org')).toEqual([]);
    expect(caller.fake.executions('marker-a')).toBe(0);
  });

  it('gives any code at record level, and runs the other records', async () => {
    const caller = await startCaller({ rateLimitCalls: 1000 });
    for (const code of RECORD_CODES.split(' ')) {
      caller.fake.setFaults([{ gives: { kind: 'code', level: 'record', code, position: 1 } }]);
      const reply = await caller.syncLeads([lead('a'), lead('b'), lead('c')]);
      expect(reply.result).toMatchObject([
        { id: 100_001 },
        { status: 'skipped', reasons: [{ code }] },
        { id: 100_002 },
      ]);
    }
    expect(caller.fake.database.leadsByEmail('b@example.org')).toEqual([]);
    expect(caller.fake.executions('marker-b')).toBe(0);
    expect(caller.fake.executions('marker-a')).toBe(RECORD_CODES.split(' ').length);
  });

  it('gives any code as an HTTP status, with HTML', async () => {
    const caller = await startCaller();
    for (const code of HTTP_CODES.split(' ')) {
      caller.fake.setFaults([{ gives: { kind: 'code', level: 'http', code } }]);
      const reply = await caller.call(LEADS);
      expect(reply.status).toBe(Number(code));
      expect(reply.text).toContain('<html>');
    }
  });

  it('keeps the numbers of numbered results in order around a skipped record', async () => {
    const caller = await startCaller({ faults: [{ gives: { kind: 'code', level: 'record', code: '1003' } }] });
    const { result } = await caller.post('/rest/v1/companies.json', {
      input: [{ externalCompanyId: 'one' }, { externalCompanyId: 'two' }],
    });
    expect(result).toMatchObject([
      { seq: 0, status: 'skipped' },
      { seq: 1, status: 'created' },
    ]);
  });

  it('lets a record fault follow the record that holds a text', async () => {
    const rule = { bodyIncludes: 'b@example.org', gives: { kind: 'code', level: 'record', code: '1003' } } as const;
    const caller = await startCaller({ faults: [rule] });
    const shared = await caller.syncLeads([lead('a'), lead('c'), lead('b')]);
    const without = await caller.syncLeads([lead('d')]);
    expect(shared.result.map(({ status }) => status)).toEqual(['created', 'created', 'skipped']);
    expect(without.recordCodes).toEqual([]);
  });

  it('writes codes as numbers when asked', async () => {
    const caller = await startCaller();
    caller.fake.addFault({ times: 1, gives: { kind: 'code', level: 'response', code: '606', numeric: true } });
    caller.fake.addFault({ gives: { kind: 'code', level: 'record', code: 1004, numeric: true } });
    expect((await caller.syncLeads([lead('a')])).json).toMatchObject({ errors: [{ code: 606 }] });
    expect((await caller.syncLeads([lead('a')])).recordCodes).toEqual([1004]);
  });
});

describe('broken replies', () => {
  const play = async (gives: FaultEffect) => {
    const caller = await startCaller({ faults: [{ gives, times: 1 }] });
    const reply = await caller.syncLeads([lead('a')]).catch((error: unknown) => error as Error);
    return { caller, reply, executions: caller.fake.executions('marker-a') };
  };

  it.each([
    [{ kind: 'html' }, 502, 0],
    [{ kind: 'html', status: 200, executed: true }, 200, 1],
    [{ kind: 'empty' }, 200, 0],
    [{ kind: 'notJson', executed: true }, 200, 1],
    [{ kind: 'redirect', location: 'http://127.0.0.1:9/' }, 302, 0],
  ] satisfies [FaultEffect, number, number][])('%o answers %i and executes %i times', async (effect, status, times) => {
    const { reply, executions } = await play(effect);
    expect(reply).toMatchObject({ status, json: {} });
    expect(executions).toBe(times);
  });

  it.each([
    [{ kind: 'cutBody' }, 1],
    [{ kind: 'reset', when: 'before' }, 0],
    [{ kind: 'reset', when: 'after' }, 1],
  ] satisfies [FaultEffect, number][])('%o ends the connection and executes %i times', async (effect, times) => {
    const { reply, executions, caller } = await play(effect);
    expect(reply).toBeInstanceOf(Error);
    expect(executions).toBe(times);
    expect(caller.fake.stats.inFlight).toBe(0);
  });

  it.each([
    [-1, ['created']],
    [1, ['created', 'created', 'updated']],
    [-5, []],
  ])('gives %i results more than records', async (by, statuses) => {
    const caller = await startCaller({ faults: [{ gives: { kind: 'wrongResultCount', by } }] });
    const { result } = await caller.syncLeads([lead('a'), lead('b')]);
    expect(result.map(({ status }) => status)).toEqual(statuses);
  });

  it.each([true, false])('hangs until the client leaves, executed: %s', async (executed) => {
    const caller = await startCaller({ faults: [{ times: 1, gives: { kind: 'hang', executed } }] });
    const done = nextCall(caller.fake, LEADS);
    const client = new AbortController();
    const hanging = caller.call(LEADS, { body: { input: [lead('a')] }, signal: client.signal });
    const { fake } = caller;
    await until(() => fake.stats.inFlight === 1 && (!executed || fake.executions('marker-a') > 0));
    client.abort();
    await expect(hanging).rejects.toThrow();
    await done;
    expect(caller.fake.executions('marker-a')).toBe(executed ? 1 : 0);
    expect(caller.fake.stats.inFlight).toBe(0);
  });

  it('keeps the slot of a hanging call for as long as it is told', async () => {
    const caller = await startCaller({
      faults: [{ times: 1, gives: { kind: 'hang', executed: false, holdsSlotMs: 60_000 } }],
    });
    const done = nextCall(caller.fake, LEADS);
    const client = new AbortController();
    const hanging = caller.call(LEADS, { signal: client.signal });
    await until(() => caller.fake.stats.inFlight === 1);
    client.abort();
    await expect(hanging).rejects.toThrow();
    await done;
    expect(caller.fake.stats.inFlight).toBe(1);
  });
});

describe('which calls a rule meets', () => {
  const once = { kind: 'code', level: 'response', code: '713' } as const;

  it('skips the first ones and is spent after its times', async () => {
    const caller = await startCaller({ faults: [{ after: 1, times: 2, gives: once }] });
    const codes = [];
    for (let call = 0; call < 5; call += 1) codes.push((await caller.call('/rest/v1/lists.json')).code);
    expect(codes).toEqual([undefined, '713', '713', undefined, undefined]);
  });

  it('looks at method, path and body', async () => {
    const rule = { method: 'POST', path: /^\/rest\/v1\/leads/, bodyIncludes: 'culprit', gives: once };
    const caller = await startCaller({ faults: [rule] });
    expect((await caller.call('/rest/v1/leads/describe.json')).code).toBeUndefined();
    expect((await caller.syncLeads([lead('innocent')])).code).toBeUndefined();
    expect((await caller.syncLeads([lead('culprit')])).code).toBe('713');
    expect(
      (await caller.post('/rest/v1/lists/1159/leads.json', { input: [{ id: 1001, culprit: 1 }] })).code,
    ).toBeUndefined();
  });

  it('draws from the seed', async () => {
    const run = async (seed: number) => {
      const caller = await startCaller({ seed, faults: [{ probability: 0.5, gives: once }] });
      const codes = [];
      for (let call = 0; call < 40; call += 1) codes.push((await caller.call('/rest/v1/lists.json')).code ?? 'ok');
      return codes.join(' ');
    };
    const first = await run(3);
    expect(await run(3)).toBe(first);
    expect(await run(4)).not.toBe(first);
    expect(first).toContain('ok');
    expect(first).toContain('713');
  });

  it('does not spend a rule on a call that the limits refuse', async () => {
    const caller = await startCaller({ maxConcurrentCalls: 1, faults: [{ times: 1, gives: once }] });
    const release = caller.fake.holdSlots(1);
    expect((await caller.call('/rest/v1/lists.json')).code).toBe('615');
    release();
    expect((await caller.call('/rest/v1/lists.json')).code).toBe('713');
  });

  it('adds latency and lets the operation answer', async () => {
    const caller = await startCaller({ faults: [{ times: 1, gives: { kind: 'latency', ms: 40 } }] });
    const startMs = performance.now();
    expect((await caller.call('/rest/v1/lists.json')).code).toBeUndefined();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(39);
  });

  it('expires the token under a call', async () => {
    const caller = await startCaller({ faults: [{ after: 1, times: 1, gives: { kind: 'expireToken' } }] });
    const codes = [];
    for (let call = 0; call < 3; call += 1) codes.push((await caller.call('/rest/v1/lists.json')).code);
    expect(codes).toEqual([undefined, '602', '601']);
  });
});

describe('faults of identity', () => {
  it.each([
    [
      { kind: 'code', level: 'http', code: '401' },
      { status: 401, json: { error: 'invalid_client' } },
    ],
    [{ kind: 'code', level: 'http', code: 500 }, { status: 500 }],
    [{ kind: 'html' }, { status: 502 }],
    [{ kind: 'empty' }, { status: 200, text: '' }],
    [
      { kind: 'identity', expiresIn: 0 },
      { status: 200, json: { expires_in: 0 } },
    ],
  ] satisfies [FaultEffect, object][])('%o', async (gives, expected) => {
    const caller = await startCaller();
    caller.fake.addFault({ target: 'identity', gives });
    expect(await caller.identity()).toMatchObject(expected);
    expect((await caller.call('/rest/v1/lists.json')).code).toBeUndefined();
  });

  it('gives the same token that no call accepts, until the fault is gone', async () => {
    const caller = await startCaller();
    caller.fake.addFault({ times: 2, gives: { kind: 'identity', refusedToken: true } });
    await caller.login();
    const refused = caller.token;
    await caller.login();
    expect(caller.token).toBe(refused);
    expect((await caller.call('/rest/v1/lists.json')).code).toBe('601');
    await caller.login();
    expect((await caller.call('/rest/v1/lists.json')).code).toBeUndefined();
  });
});
