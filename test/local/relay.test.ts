import { afterEach, describe, expect, it } from 'vitest';
import { publish } from '../../lib/local/publish.ts';
import { type LocalRelay, startLocalRelay } from '../../lib/local/relay.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';

const UPSERT = JSON.stringify({
  id: 'ada',
  method: 'POST',
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email: 'ada@example.com' }] },
});

let relay: LocalRelay | undefined;

afterEach(async () => {
  await relay?.stop();
});

describe('the relay on one machine', () => {
  it('delivers a good message and dead-letters a bad one, with no call for it', async () => {
    const events: DeliveryEvent[] = [];
    relay = await startLocalRelay({ batchSize: 10, batchWindowSeconds: 0, observe: (event) => events.push(event) });
    const started = relay;

    const messageIds = await relay.publish([UPSERT, 'not a message']);
    await expect.poll(() => started.drained(), { timeout: 10_000 }).toBe(true);

    expect(events).toContainEqual({ kind: 'delivered', relayId: 'ada', records: 1 });
    expect(await relay.letters()).toMatchObject([{ relayId: messageIds[1], code: 'invalidMessage' }]);
    expect(relay.fake?.stats.executed).toEqual({ syncLeads: 1, describeLeads: 1 });
    expect(await relay.ledger()).toMatchObject({ usedToday: 2, callsInWindow: 2, windowCalls: 50, circuit: 'closed' });
  });

  it('delivers what is on the backfill queue too, and says so in its dead letters', async () => {
    const events: DeliveryEvent[] = [];
    relay = await startLocalRelay({ batchSize: 10, batchWindowSeconds: 0, observe: (event) => events.push(event) });
    const started = relay;

    await publish(relay.clients.sqs, relay.backfillQueueUrl, [UPSERT, 'not a message']);
    await expect.poll(() => started.drained(), { timeout: 10_000 }).toBe(true);

    expect(events).toContainEqual({ kind: 'delivered', relayId: 'ada', records: 1 });
    expect(relay.lyingLetters().map(({ body }) => JSON.parse(body))).toMatchObject([{ lane: 'backfill' }]);
    expect(relay.settings.BACKFILL_QUEUE_URL).toBe(relay.backfillQueueUrl);
  });

  it('leaves the environment as it was', async () => {
    const before = { ...process.env };

    relay = await startLocalRelay();
    const during = process.env.AWS_ENDPOINT_URL_SQS;
    await relay.stop();

    expect(during).toBe(relay.endpoints.sqs);
    expect(process.env).toEqual(before);
  });
});
