import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock, startCaller, stopAll } from './support/caller.ts';

const PATH = '/rest/v1/lead/1001.json';

afterEach(stopAll);

describe('identity of the fake', () => {
  it('gives the same token, with what remains of its hour, until it expires', async () => {
    const clock = new ManualClock('2026-03-03T12:00:00Z');
    const caller = await startCaller({ clock });
    const first = (await caller.identity()).json;
    clock.advance(3_599_500);
    const last = (await caller.identity()).json;
    clock.advance(500);
    const next = (await caller.identity()).json;
    expect(first).toMatchObject({ expires_in: 3600, token_type: 'bearer', scope: 'relay@example.com' });
    expect(last).toMatchObject({ access_token: first.access_token, expires_in: 0 });
    expect(next.access_token).not.toBe(first.access_token);
    expect(next.expires_in).toBe(3600);
  });

  it('takes its parameters from the query too', async () => {
    const caller = await startCaller();
    const { url, clientId, clientSecret } = caller.fake;
    const query = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const reply = await fetch(`${url}/identity/oauth/token?${query}`);
    expect(await reply.json()).toMatchObject({ access_token: caller.token });
  });

  it('answers 401 with its own body to a wrong secret', async () => {
    const caller = await startCaller();
    const reply = await caller.identity({ secret: 'wrong' });
    expect(reply.status).toBe(401);
    expect(reply.json).toEqual({ error: 'invalid_client', error_description: 'Bad client credentials' });
  });

  it('counts against nothing', async () => {
    const caller = await startCaller({ rateLimitCalls: 1 });
    for (let call = 0; call < 5; call += 1) await caller.identity();
    expect(caller.fake.stats).toMatchObject({ identityCalls: 6, apiCalls: 0, countedToday: 0, worstArrivals: 0 });
  });

  it('gives each client its own token', async () => {
    const users = ['a', 'b'].map((name) => ({ userId: `${name}@example.com`, clientId: name, clientSecret: name }));
    const caller = await startCaller({ users });
    const other = String((await caller.identity({ id: 'b', secret: 'b' })).json.access_token);
    await caller.call(PATH, { token: other });
    expect(other).not.toBe(caller.token);
    expect((await caller.call('/rest/v1/stats/usage.json')).result).toMatchObject([
      { users: [{ userId: 'b@example.com', count: 1 }, { userId: 'a@example.com' }] },
    ]);
  });
});

describe('the token check of the fake', () => {
  it('answers 602 to the first use of an expired token and 601 to later ones', async () => {
    const caller = await startCaller();
    caller.fake.expireTokens();
    expect((await caller.call(PATH)).code).toBe('602');
    expect((await caller.call(PATH)).code).toBe('601');
    expect((await caller.call(PATH)).code).toBe('601');
    await caller.login();
    expect((await caller.call(PATH)).code).toBeUndefined();
    expect(caller.fake.stats.countedToday).toBe(1);
  });

  it('expires a token when its lifetime is over', async () => {
    const clock = new ManualClock('2026-03-03T12:00:00Z');
    const caller = await startCaller({ clock, tokenLifetimeSeconds: 60 });
    clock.advance(59_999);
    expect((await caller.call(PATH)).code).toBeUndefined();
    clock.advance(1);
    expect((await caller.call(PATH)).code).toBe('602');
  });

  it('answers 601 to a revoked and to an invented token, and identity gives a new one', async () => {
    const caller = await startCaller();
    const old = caller.token;
    caller.fake.revokeToken();
    expect((await caller.call(PATH)).code).toBe('601');
    expect((await caller.call(PATH, { token: 'invented' })).code).toBe('601');
    await caller.login();
    expect(caller.token).not.toBe(old);
    expect((await caller.call(PATH)).code).toBeUndefined();
  });

  it('answers 603 without a header, whatever the query says, and counts it', async () => {
    const caller = await startCaller();
    const token = caller.token;
    caller.token = '';
    expect((await caller.call(`${PATH}?access_token=${token}`)).code).toBe('603');
    expect(caller.fake.stats.countedToday).toBe(1);
  });

  it('answers 603 where the role of the user does not reach', async () => {
    const user = { userId: 'reader@example.com', clientId: 'c', clientSecret: 's', deniedPaths: [/\/merge\.json$/] };
    const caller = await startCaller({ users: [user] });
    expect((await caller.call('/rest/v1/leads/1001/merge.json?leadId=1002', { method: 'POST' })).code).toBe('603');
    expect((await caller.call(PATH)).code).toBeUndefined();
  });
});
