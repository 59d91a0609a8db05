import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../../../lib/local/cli/arguments.ts';
import { SILENT_LOG } from '../../../lib/local/cli/json-log.ts';
import { SILENT } from '../../../lib/local/cli/progress.ts';
import { type RunInput, run } from '../../../lib/local/cli/run.ts';
import { screenOf } from '../../../lib/local/cli/screen.ts';
import type { Summary } from '../../../lib/local/report/summary.ts';
import { createToyDelivery } from '../../emulators/toy-delivery.ts';

const OPTIONS: RunOptions = {
  messagesPath: undefined,
  marketo: undefined,
  seed: 1,
  serve: false,
  ports: {},
  statePath: undefined,
  formsPath: undefined,
  failOnDeadLetters: false,
  json: true,
  verbose: false,
  logPath: undefined,
  rateLimitCalls: 100,
  maxConcurrentCalls: 10,
  allowedOperations: '*',
  timeLimitSeconds: 60,
  isolate: 'record',
};

function runToy(bodies: readonly string[], change: Partial<RunInput> = {}): Promise<Summary> {
  return run({
    options: OPTIONS,
    source: { path: 'toy.ndjson', messages: bodies.map((body, index) => ({ line: index + 1, body })) },
    tell: async () => {},
    screen: screenOf({}, {}),
    output: SILENT,
    log: SILENT_LOG,
    interrupted: new AbortController().signal,
    relay: { createDelivery: createToyDelivery, batchSize: 10, batchWindowSeconds: 0 },
    ...change,
  });
}

describe('a local run', () => {
  it('ends when the queue is empty, with every message accounted for', async () => {
    const summary = await runToy([...Array.from({ length: 12 }, () => 'deliver'), 'kill', 'kill']);

    expect(summary).toMatchObject({
      accounted: true,
      end: 'drained',
      problems: [],
      messages: { published: 14, delivered: 12, dead: 2, queued: 0, lost: 0 },
    });
    expect(summary.deadLetters.map((letter) => [letter.code, letter.line])).toEqual([
      ['1006', 13],
      ['1006', 14],
    ]);
  });

  it('finds a message that was acknowledged and neither delivered nor dead', async () => {
    const summary = await runToy(['deliver', 'lose']);

    expect(summary).toMatchObject({ accounted: false, end: 'drained', messages: { delivered: 1, lost: 1 } });
    expect(summary.problems).toHaveLength(1);
  });

  it('ends at its time limit with what is still queued', async () => {
    const summary = await runToy(['deliver', 'hold'], { options: { ...OPTIONS, timeLimitSeconds: 1 } });

    expect(summary).toMatchObject({
      accounted: false,
      end: 'timeLimit',
      messages: { delivered: 1, queued: 1, lost: 0 },
    });
  });

  it('ends when it is interrupted', async () => {
    const summary = await runToy(['hold'], { interrupted: AbortSignal.abort() });

    expect(summary).toMatchObject({ end: 'interrupted', messages: { published: 1, queued: 1, lost: 0 } });
  });

  it('ends at once, with the reason, when the function does not start', async () => {
    const createDelivery = (): never => {
      throw new Error('MARKETO_BASE_URL is missing');
    };

    const summary = await runToy(['deliver'], { relay: { createDelivery, batchWindowSeconds: 0, batchSize: 10 } });

    expect(summary).toMatchObject({ end: 'cannotStart', messages: { queued: 1, lost: 0 } });
    expect(summary.problems.join()).toContain('MARKETO_BASE_URL is missing');
  });

  it('counts a letter that somebody reads or takes before the end, and shows only what is on the queue', async () => {
    const interrupted = new AbortController();
    const serving = runToy(['kill', 'kill', 'deliver'], {
      options: { ...OPTIONS, serve: true },
      interrupted: interrupted.signal,
    });
    await expect.poll(() => process.env.AWS_ENDPOINT_URL_SQS).toBeDefined();
    const client = new SQSClient({});
    const QueueUrl = `${process.env.AWS_ENDPOINT_URL_SQS}/000000000000/marketo-requests-dead-letters`;
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, VisibilityTimeout: 600 });
    const read = await client.send(receive);
    const taken = await client.send(receive);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: taken.Messages?.[0]?.ReceiptHandle }));
    client.destroy();
    interrupted.abort();

    const summary = await serving;

    expect(summary).toMatchObject({ accounted: true, messages: { published: 3, dead: 2, taken: 1, lost: 0 } });
    expect(summary.problems).toEqual([]);
    expect(summary.deadLetters.map(({ messageId }) => messageId)).toEqual([read.Messages?.[0]?.MessageId]);
  });

  it('ends early when Marketo says that the day is spent, and blames the day', async () => {
    const started = Date.now();
    const message = { method: 'GET', path: '/rest/v1/leads/describe.json' };

    const summary = await runToy([JSON.stringify(message)], {
      relay: { fake: { dailyQuota: 0 }, batchSize: 10, batchWindowSeconds: 0 },
    });

    expect(summary).toMatchObject({ accounted: false, end: 'daySpent', ledger: { circuit: 'daySpent', leftToday: 0 } });
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  it('tells where everything listens while it serves', async () => {
    const told: string[] = [];
    const interrupted = new AbortController();

    const summary = await runToy([], {
      options: { ...OPTIONS, serve: true },
      source: undefined,
      interrupted: interrupted.signal,
      serving: { folder: await mkdtemp(join(tmpdir(), 'relay-serve-')), ports: {}, kept: {}, forms: [], remarks: [] },
      tell: async (text) => {
        told.push(text);
        if (text.includes('Ctrl-C')) interrupted.abort();
      },
    });

    expect(told.join('')).toMatch(/aws sqs send-message --queue-url "\$QUEUE_URL"/);
    expect(told.join('')).toMatch(/export AWS_ENDPOINT_URL_SQS=http:\/\/127\.0\.0\.1:\d+/);
    expect(told.join('')).toMatch(/http:\/\/127\.0\.0\.1:\d+\/000000000000\/marketo-requests/);
    expect(summary).toMatchObject({ accounted: true, messages: { published: 0 } });
  });
});
