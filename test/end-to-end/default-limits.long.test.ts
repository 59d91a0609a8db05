import { afterAll, beforeAll, expect, it } from 'vitest';
import { MARKETO_LIMITS } from '../../lib/fake-marketo/options.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';
import { requestVia } from './requests.ts';

let relayUnderTest: RelayUnderTest;
beforeAll(async () => {
  relayUnderTest = await startRelayUnderTest({
    fake: { ...MARKETO_LIMITS, latencyMs: 20 },
    // Nothing is set: what a relay does that nobody has configured.
    settings: { RATE_LIMIT_CALLS: '', RATE_LIMIT_WINDOW_SECONDS: '', MAX_CONCURRENT_CALLS: '' },
  });
});
afterAll(() => relayUnderTest.stop());

it('80 calls that want out at once: no more than 50 go in 20 s and 5 at a time, the others wait or come back later', async () => {
  const requests = Array.from({ length: 80 }, (_, index) => ({ ...requestVia('read', index), id: `read-${index}` }));
  await relayUnderTest.desk.publish(...requests.map((request) => JSON.stringify(request)));

  const { failedIds } = await relayUnderTest.deliver();

  const copies = await relayUnderTest.desk.copies();
  const { apiCalls, worstArrivals, worstConcurrency, repliesByCode } = relayUnderTest.marketo.stats;
  expect(failedIds).toEqual([]);
  expect(apiCalls).toBeGreaterThan(0);
  expect(worstArrivals).toBeLessThanOrEqual(50);
  expect(worstConcurrency).toBeLessThanOrEqual(5);
  expect(repliesByCode).toEqual({ success: apiCalls });
  expect(copies).toHaveLength(80 - apiCalls);
  expect(new Set(copies.map(({ relay }) => relay.id)).size).toBe(copies.length);
  for (const { relay, delaySeconds } of copies) {
    // Waiting for a limit is no attempt.
    expect(relay).toMatchObject({ attempt: 0, lastCode: 'window' });
    expect(delaySeconds).toBeGreaterThanOrEqual(1);
    expect(delaySeconds).toBeLessThanOrEqual(60);
  }
  expect((await relayUnderTest.ledger()).usedToday).toBe(apiCalls);
  expect(await relayUnderTest.desk.letters()).toEqual([]);
});
