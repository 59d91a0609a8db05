import { afterEach, describe, expect, it, vi } from 'vitest';
import { type LocalRelay, type LocalRelayOptions, startLocalRelay } from '../../lib/local/relay.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';

let relay: LocalRelay | undefined;
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
});

/** Runs messages through the whole local relay, event source mapping included, until nothing is left on the queue. */
async function runToTheEnd(options: LocalRelayOptions, bodies: readonly string[], timeoutMs: number) {
  const events: DeliveryEvent[] = [];
  const running = await startLocalRelay({ ...options, observe: (event) => events.push(event) });
  relay = running;
  const startedAtMs = performance.now();
  await running.publish(bodies);
  await vi.waitFor(async () => expect(await running.drained()).toBe(true), { timeout: timeoutMs, interval: 100 });
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const letters = await running.letters();
  const { fake } = running;
  if (fake === undefined) throw new Error('expected the fake');
  return { events, letters, seconds, stats: fake.stats };
}

const relayIds = (events: readonly DeliveryEvent[], kind: 'delivered' | 'deadLettered'): ReadonlySet<string> =>
  new Set(events.flatMap((event) => (event.kind === kind ? [event.relayId] : [])));

const read = (id: number, name: string): string =>
  JSON.stringify({ id: name, path: '/rest/v1/leads.json', query: { filterType: 'id', filterValues: `${id}` } });

function thousandMessages(): readonly string[] {
  return Array.from({ length: 1_000 }, (_, index) => {
    const id = `message-${index}`;
    if (index % 20 === 0) return JSON.stringify({ id, path: '/rest/v2/leads.json' });
    if (index % 20 === 1) {
      return JSON.stringify({
        id,
        path: '/rest/v1/leads.json',
        body: { input: [{ email: `${id}@example.com`, shoe: 1 }] },
      });
    }
    if (index % 5 === 2) return read(1_001 + (index % 100), id);
    return JSON.stringify({ id, path: '/rest/v1/leads.json', body: { input: [{ email: `${id}@example.com` }] } });
  });
}

describe('the relay with raised limits', () => {
  it('brings 1,000 messages to their end in under a minute', async () => {
    const { events, letters, seconds, stats } = await runToTheEnd(
      {
        fake: { rateLimitCalls: 100_000, maxConcurrentCalls: 50, latencyMs: { minMs: 5, maxMs: 50 } },
        limits: { windowCalls: 200, windowMs: 1_000, slots: 30 },
        batchWindowSeconds: 1,
      },
      thousandMessages(),
      60_000,
    );

    process.stdout.write(`1,000 messages in ${seconds.toFixed(1)} s, ${stats.apiCalls} calls\n`);
    const delivered = relayIds(events, 'delivered');
    expect(delivered.size).toBe(900);
    expect(letters).toHaveLength(100);
    // As soon as the fields are known, by the relay itself.
    const codes = new Set(letters.map(({ code }) => (code === 'unknownField' ? '1006' : code)));
    expect(codes).toEqual(new Set(['invalidMessage', '1006']));
    expect(letters.filter(({ relayId }) => delivered.has(relayId))).toEqual([]);
    expect(stats.duplicatesCreated).toBe(0);
    expect(stats.internalErrors).toEqual([]);
  }, 120_000);
});

describe('the relay with the default limits, in a window of two seconds', () => {
  it('never has more than 50 calls in any window or 5 in flight, as Marketo counts them', async () => {
    const { events, letters, stats } = await runToTheEnd(
      {
        fake: {
          rateLimitCalls: 50,
          rateLimitWindowSeconds: 2,
          maxConcurrentCalls: 5,
          latencyMs: { minMs: 5, maxMs: 60 },
        },
        limits: { windowMs: 2_000 },
        batchSize: 10,
        batchWindowSeconds: 0,
      },
      // Reads share no call: each message is one.
      Array.from({ length: 130 }, (_, index) => read(1_001 + (index % 100), `read-${index}`)),
      60_000,
    );

    expect(relayIds(events, 'delivered').size).toBe(130);
    expect(letters).toEqual([]);
    expect(stats.repliesByCode).toEqual({ success: 130 });
    expect(stats.worstWindow).toBeLessThanOrEqual(50);
    expect(stats.worstConcurrency).toBeLessThanOrEqual(5);
  }, 120_000);
});
