import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock, nextCall, startCaller, stopAll, until } from './support/caller.ts';

const PATH = '/rest/v1/lead/1001.json';

afterEach(stopAll);

describe('the rate limit of the fake', () => {
  it('lets exactly the limit through in a window and answers 606 to the next', async () => {
    const caller = await startCaller({ clock: new ManualClock('2026-03-03T12:00:00Z') });
    const codes: (string | undefined)[] = [];
    for (let call = 0; call < 101; call += 1) codes.push((await caller.call(PATH)).code);
    expect(codes.slice(0, 100).every((code) => code === undefined)).toBe(true);
    expect(codes[100]).toBe('606');
    expect(caller.fake.stats.worstWindow).toBe(101);
  });

  it('rolls: a call leaves the window 20 s after its arrival, not at a fixed edge', async () => {
    const clock = new ManualClock('2026-03-03T12:00:19Z');
    const caller = await startCaller({ clock, rateLimitCalls: 2 });
    await caller.call(PATH);
    clock.advance(10_000);
    await caller.call(PATH);
    clock.advance(9_999);
    expect((await caller.call(PATH)).code).toBe('606');
    clock.advance(1);
    // The first is out; the second and the refused one, which counts as well, are in.
    expect((await caller.call(PATH)).code).toBe('606');
    clock.advance(20_000);
    expect((await caller.call(PATH)).code).toBeUndefined();
  });

  it('says the limit as Marketo does', async () => {
    const caller = await startCaller({ rateLimitCalls: 0 });
    const { json } = await caller.call(PATH);
    expect(json).toMatchObject({
      success: false,
      errors: [{ code: '606', message: "Max rate limit '0' exceeded with in '20' secs" }],
    });
  });

  it('counts the calls of another integration', async () => {
    const caller = await startCaller({ rateLimitCalls: 5 });
    caller.fake.otherTraffic(5);
    expect((await caller.call(PATH)).code).toBe('606');
    expect(caller.fake.stats).toMatchObject({ worstWindow: 6, worstArrivals: 1, countedToday: 6 });
  });

  it.each(['604', '605', '608', '611'])('takes a call that gets %s back from window and day', async (code) => {
    const caller = await startCaller({ rateLimitCalls: 1 });
    caller.fake.addFault({ times: 3, gives: { kind: 'code', level: 'response', code } });
    for (let call = 0; call < 3; call += 1) expect((await caller.call(PATH)).code).toBe(code);
    expect(caller.fake.stats).toMatchObject({ countedToday: 0, worstWindow: 1, worstArrivals: 3 });
    expect((await caller.call(PATH)).code).toBeUndefined();
  });

  it.each(['606', '607', '615', '610', '713'])('keeps counting a call that gets %s', async (code) => {
    const caller = await startCaller();
    caller.fake.addFault({ gives: { kind: 'code', level: 'response', code } });
    await caller.call(PATH);
    expect(caller.fake.stats.countedToday).toBe(1);
  });
});

describe('the slots of the fake', () => {
  it('answers 615 to a call that finds all slots taken, and lets in the next when one is free', async () => {
    const caller = await startCaller({ maxConcurrentCalls: 2 });
    const release = caller.fake.holdSlots(2);
    const refused = await caller.call(PATH);
    release();
    release();
    const admitted = await caller.call(PATH);
    expect(refused.json).toMatchObject({ errors: [{ code: '615', message: "Concurrent access limit '2' reached" }] });
    expect(admitted.code).toBeUndefined();
    expect(caller.fake.stats).toMatchObject({ inFlight: 0, worstConcurrency: 3 });
  });

  it('counts the calls that are at work at one time', async () => {
    const caller = await startCaller({ latencyMs: 200, maxConcurrentCalls: 4 });
    const replies = await Promise.all(Array.from({ length: 6 }, () => caller.call(PATH)));
    expect(replies.filter(({ code }) => code === '615')).toHaveLength(2);
    expect(caller.fake.stats.worstConcurrency).toBe(5);
  });

  it('keeps the slot of a call whose client left before the reply until the work is done', async () => {
    const caller = await startCaller({ latencyMs: 400, maxConcurrentCalls: 1 });
    const done = nextCall(caller.fake, PATH);
    const abort = new AbortController();
    const gone = caller.call(PATH, { signal: abort.signal });
    await until(() => caller.fake.stats.inFlight === 1);
    abort.abort();
    await expect(gone).rejects.toThrow();
    expect((await caller.call('/rest/v1/lists.json')).code).toBe('615');
    await done;
    expect(caller.fake.stats.inFlight).toBe(0);
  });

  it('frees the slot before the client has the reply', async () => {
    const caller = await startCaller({ maxConcurrentCalls: 1, rateLimitCalls: 1000 });
    for (let call = 0; call < 200; call += 1) expect((await caller.call(PATH)).code).toBeUndefined();
  });
});

describe('the day of the fake', () => {
  it('answers 607 past the quota until midnight in Chicago, daylight saving included', async () => {
    const clock = new ManualClock('2026-07-02T04:59:00Z');
    const caller = await startCaller({ clock, dailyQuota: 2 });
    for (let call = 0; call < 2; call += 1) expect((await caller.call(PATH)).code).toBeUndefined();
    expect((await caller.call(PATH)).code).toBe('607');
    clock.advance(59_999);
    expect((await caller.call(PATH)).code).toBe('607');
    clock.advance(1);
    await caller.login();
    expect((await caller.call(PATH)).code).toBeUndefined();
  });

  it('reports usage by day and by user', async () => {
    const clock = new ManualClock('2026-01-10T12:00:00Z');
    const caller = await startCaller({ clock, tokenLifetimeSeconds: 200_000 });
    await caller.call(PATH);
    clock.advance(86_400_000);
    caller.fake.otherTraffic(7);
    const week = await caller.call('/rest/v1/stats/usage/last7days.json');
    const today = await caller.call('/rest/v1/stats/usage.json');
    expect(week.result).toMatchObject([
      { date: '2026-01-11', total: 8 },
      { date: '2026-01-10', total: 1, users: [{ userId: 'relay@example.com', count: 1 }] },
    ]);
    expect(today.result).toEqual([
      {
        date: '2026-01-11',
        total: 9,
        users: [
          { userId: 'other-integration@example.com', count: 7 },
          { userId: 'relay@example.com', count: 2 },
        ],
      },
    ]);
  });

  it('reports errors by code', async () => {
    const caller = await startCaller();
    await caller.call('/rest/v1/nothing.json');
    await caller.call('/rest/v1/nothing.json');
    const { result } = await caller.call('/rest/v1/stats/errors.json');
    expect(result).toMatchObject([{ total: 2, errors: [{ errorCode: '610', count: 2 }] }]);
  });
});
