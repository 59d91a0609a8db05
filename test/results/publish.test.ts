import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../lib/message/queue.ts';
import { createResultPublisher, type ResultBody } from '../../lib/results/publish.ts';
import type { Result } from '../../lib/results/result.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';

const result = (relayId: string, rest: Partial<Result> = {}): Result => ({
  version: 1,
  relayId,
  operation: 'getLeadById',
  status: 'delivered',
  waiting: 0,
  attempts: 1,
  publishedAt: '2026-11-28T00:00:00.000Z',
  settledAt: '2026-11-28T00:00:01.000Z',
  ...rest,
});
const reply = (body: string): Partial<Result> => ({ reply: { httpStatus: 200, body } });

interface Options {
  readonly maxBytes?: number;
  readonly takes?: (text: string) => boolean;
  readonly stores?: boolean;
}

async function publish(
  results: readonly Result[],
  { maxBytes = 1_000_000, takes = () => true, stores = true }: Options = {},
) {
  const sent: ResultBody[] = [];
  const stored = new Map<string, string>();
  const events: DeliveryEvent[] = [];
  const publisher = createResultPublisher({
    destination: {
      maxBytes,
      send: async (bodies) =>
        bodies.map((body): SendOutcome => {
          if (!takes(body.text)) return { accepted: false, error: 'QueueDoesNotExist' };
          sent.push(body);
          return { accepted: true };
        }),
    },
    store: {
      bucket: 'overflow',
      async put(key, body) {
        if (!stores) throw new Error('AccessDenied');
        stored.set(key, body);
      },
    },
    log: silentLog,
    observe: (event) => events.push(event),
  });
  const outcomes = await publisher.send(results);
  return {
    outcomes,
    sent: sent.map(({ text }) => JSON.parse(text)),
    facts: sent.map(({ facts }) => facts),
    stored,
    events,
  };
}

describe('sending results', () => {
  it('sends each as JSON, with facts to filter by', async () => {
    const { outcomes, sent, facts, stored } = await publish([result('a'), result('b', { status: 'dead' })]);

    expect(outcomes).toEqual([{ accepted: true }, { accepted: true }]);
    expect(sent).toEqual([result('a'), result('b', { status: 'dead' })]);
    expect(facts[1]).toEqual({ relayId: 'b', operation: 'getLeadById', status: 'dead' });
    expect(stored.size).toBe(0);
  });

  it('puts a reply of more than 256 KB beside it, whole, and says where and how large', async () => {
    const body = `{"result":"${'ä'.repeat(140_000)}"}`;
    const { sent, stored } = await publish([result('a', reply(body)), result('b', reply('{}'))]);

    const { object } = sent[0].reply;
    expect(object).toMatchObject({ bucket: 'overflow', bytes: Buffer.byteLength(body) });
    expect(stored.get(object.key)).toBe(body);
    expect(sent[0].reply).not.toHaveProperty('body');
    expect(sent[1].reply.body).toBe('{}');
  });

  it('sends a pointer for what its destination does not take whole', async () => {
    const records = Array.from(
      { length: 300 },
      (_, position) => ({ position, outcome: 'delivered', code: 'ok' }) as const,
    );
    const large = result('a', { correlation: 'c', records });
    const { sent, stored } = await publish([large], { maxBytes: 1_000 });

    expect(sent).toMatchObject([
      { version: 1, relayId: 'a', correlation: 'c', operation: 'getLeadById', status: 'delivered' },
    ]);
    expect(JSON.parse(stored.get(sent[0].object.key) ?? '')).toEqual(large);
  });

  it('keeps what the destination refuses, counts it, and counts it as told', async () => {
    const { outcomes, stored, events } = await publish([result('a/b'), result('c')], {
      takes: (text) => !text.includes('a/b'),
    });

    expect(outcomes).toEqual([{ accepted: true }, { accepted: true }]);
    expect([...stored.keys()]).toEqual([expect.stringMatching(/^results\/unsent\/a%2Fb\/[0-9a-f]{32}\.json$/)]);
    expect(JSON.parse([...stored.values()][0] ?? '')).toEqual(result('a/b'));
    expect(events).toEqual([{ kind: 'resultUnsent', relayId: 'a/b' }]);
  });

  it('accepts nothing that neither takes', async () => {
    const { outcomes } = await publish([result('a')], { takes: () => false, stores: false });

    expect(outcomes).toMatchObject(
      [{ accepted: false, error: /QueueDoesNotExist.*AccessDenied/ }].map(() => ({ accepted: false })),
    );
    expect(JSON.stringify(outcomes)).toMatch(/QueueDoesNotExist.*AccessDenied/);
  });

  it('lets no result down for its neighbour that is too large for a store out of reach', async () => {
    const { outcomes, sent } = await publish([result('a', reply('x'.repeat(300_000))), result('b')], { stores: false });

    expect(outcomes.map(({ accepted }) => accepted)).toEqual([false, true]);
    expect(sent.map(({ relayId }) => relayId)).toEqual(['b']);
  });
});
