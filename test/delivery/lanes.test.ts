import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import type { PermitAsk } from '../../lib/ledger/ledger.ts';
import type { OutgoingMessage } from '../../lib/message/queue.ts';
import type { ComposedDelivery } from '../../lib/runtime/compose.ts';
import { handlerOver } from '../../lib/runtime/delivery.ts';
import { World } from './harness.ts';

const LIVE_ARN = 'arn:aws:sqs:us-east-1:123456789012:relay-1a2b';
const BACKFILL_ARN = 'arn:aws:sqs:us-east-1:123456789012:relay-backfill-1a2b';

function setUp() {
  const world = new World({
    script: () => ({ kind: 'noReply', reason: 'timeout', mayHaveExecuted: false, detail: '' }),
  });
  const copies: OutgoingMessage[] = [];
  const letters: DeadLetter[] = [];
  const asked: PermitAsk[] = [];
  const { deps } = world;
  const composed: ComposedDelivery = {
    ...deps,
    ledger: {
      ...deps.ledger,
      acquire: (asks) => {
        asked.push(...asks);
        return deps.ledger.acquire(asks);
      },
    },
    backfill: {
      queueName: 'relay-backfill-1a2b',
      deps: {
        lane: 'backfill',
        queue: {
          ...deps.queue,
          send: async (messages) => {
            copies.push(...messages);
            return messages.map(() => ({ accepted: true }));
          },
        },
        deadLetters: {
          send: async (sent) => {
            letters.push(...sent);
            return sent.map(() => ({ accepted: true }));
          },
        },
      },
    },
  };
  const handler = handlerOver(composed);
  const deliver = (arn: string, ...bodies: string[]) => {
    const Records = bodies.map((body, index) => ({
      messageId: `00000000-0000-4000-8000-00000000000${index}`,
      receiptHandle: String(index),
      body,
      eventSourceARN: arn,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(world.time.nowMs) },
      messageAttributes: {},
    }));
    return world.time.finish(handler({ Records } as unknown as SQSEvent, { getRemainingTimeInMillis: () => 420_000 }));
  };
  const lanesAsked = () => [...new Set(asked.filter(({ healthCheck }) => !healthCheck).map(({ lane }) => lane))];
  return { world, copies, letters, deliver, lanesAsked };
}

const LEAD = JSON.stringify({ path: '/rest/v1/leads.json', body: { input: [{ email: 'a@example.com' }] } });

describe('a batch of the backfill queue', () => {
  it('asks for permits of its lane, and what is tried again goes back to its own queue', async () => {
    const { world, copies, deliver, lanesAsked } = setUp();

    expect(await deliver(BACKFILL_ARN, LEAD)).toEqual({ batchItemFailures: [] });

    expect(lanesAsked()).toEqual(['backfill']);
    expect([copies.length, world.copies.length]).toEqual([1, 0]);
  });

  it('writes dead letters that say where they came from', async () => {
    const { world, letters, deliver } = setUp();

    await deliver(BACKFILL_ARN, 'no message');

    expect([letters.length, world.letters.length]).toEqual([1, 0]);
  });

  it('tells no age: it waits for its turn, and nobody need be woken for that', async () => {
    const { world, deliver } = setUp();

    await deliver(BACKFILL_ARN, LEAD);
    expect(world.events.map(({ kind }) => kind)).not.toContain('messageAge');

    await deliver(LIVE_ARN, LEAD);
    expect(world.events.map(({ kind }) => kind)).toContain('messageAge');
  });
});

describe('a batch of the live queue', () => {
  it('is what it was', async () => {
    const { world, copies, letters, deliver, lanesAsked } = setUp();

    await deliver(LIVE_ARN, LEAD, 'no message');

    expect(lanesAsked()).toEqual(['live']);
    expect([copies.length, world.copies.length, letters.length, world.letters.length]).toEqual([0, 1, 0, 1]);
  });
});
