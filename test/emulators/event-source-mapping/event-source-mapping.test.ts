import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MappingUnderTest, openMappingUnderTest } from './mapping-under-test.ts';

const everyMessage = (event: SQSEvent): { batchItemFailures: { itemIdentifier: string }[] } => ({
  batchItemFailures: event.Records.map((record) => ({ itemIdentifier: record.messageId })),
});

let mappingUnderTest: MappingUnderTest;

beforeEach(async () => {
  mappingUnderTest = await openMappingUnderTest();
});

afterEach(async () => {
  await mappingUnderTest.end();
});

describe('acknowledgement', () => {
  it('deletes the messages of a batch whose handler returns nothing', async () => {
    await mappingUnderTest.send('one', 'two');
    const bodies: string[] = [];

    mappingUnderTest.start({
      createHandler: () => async (event) => {
        bodies.push(...event.Records.map((record) => record.body));
      },
    });
    await mappingUnderTest.invocations(1);

    expect(bodies).toEqual(['one', 'two']);
    expect(await mappingUnderTest.remaining()).toBe(0);
  });

  it('brings exactly the failed messages again, with a growing receive count', async () => {
    await mappingUnderTest.send('good', 'bad');
    const counts: string[] = [];

    mappingUnderTest.start({
      createHandler: () => async (event) => {
        const bad = event.Records.filter((record) => record.body === 'bad');
        counts.push(...bad.map((record) => record.attributes.ApproximateReceiveCount));
        return everyMessage({ Records: counts.length < 3 ? bad : [] });
      },
    });
    const seen = await mappingUnderTest.invocations(3);

    expect(counts).toEqual(['1', '2', '3']);
    expect(seen.map((invocation) => invocation.messageIds.length)).toEqual([2, 1, 1]);
    expect(await mappingUnderTest.remaining()).toBe(0);
  });

  it.each<[string, () => unknown]>([
    ['an unknown identifier', () => ({ batchItemFailures: [{ itemIdentifier: 'nobody' }] })],
    ['a malformed answer', () => 'done'],
    ['an error', () => Promise.reject(new Error('no'))],
  ])('brings the whole batch again after %s', async (_, firstAnswer) => {
    await mappingUnderTest.send('one', 'two');
    let calls = 0;

    mappingUnderTest.start({
      createHandler: () => async () => {
        calls += 1;
        return calls === 1 ? firstAnswer() : undefined;
      },
    });
    const [first, second] = await mappingUnderTest.invocations(2);

    expect(first?.failedIds).toHaveLength(2);
    expect(first?.batchFailure).toBeDefined();
    expect(second?.failedIds).toEqual([]);
    expect(await mappingUnderTest.remaining()).toBe(0);
  });

  it('ignores the answer when partial responses are not asked for', async () => {
    await mappingUnderTest.send('one');

    mappingUnderTest.start({
      createHandler: () => async (event) => everyMessage(event),
      reportBatchItemFailures: false,
    });
    await mappingUnderTest.invocations(1);

    expect(await mappingUnderTest.remaining()).toBe(0);
  });

  it('leaves failed messages on the queue when it stops', async () => {
    await mappingUnderTest.send('one');

    const mapping = mappingUnderTest.start({
      createHandler: () => async (event) => everyMessage(event),
      failedVisibleAfterSeconds: 60,
    });
    await mappingUnderTest.invocations(1);
    await mapping.stop();

    expect(await mappingUnderTest.remaining()).toBe(1);
    expect(mapping.idle()).toBe(true);
  });

  it('lets SQS move a message that fails too often to the dead-letter queue', async () => {
    await mappingUnderTest.end();
    mappingUnderTest = await openMappingUnderTest({ maxReceiveCount: 2 });
    await mappingUnderTest.send('poison');

    mappingUnderTest.start({ createHandler: () => async (event) => everyMessage(event), longPollSeconds: 1 });
    await mappingUnderTest.invocations(2);

    await expect.poll(() => mappingUnderTest.remaining()).toBe(0);
  });
});

describe('batches', () => {
  it('hold as many messages as the batch size says, gathered within the window', async () => {
    await mappingUnderTest.send(...Array.from({ length: 45 }, (_, index) => `message ${index}`));

    mappingUnderTest.start({ batchSize: 25, batchWindowSeconds: 1, maxConcurrency: 1 });
    const seen = await mappingUnderTest.invocations(2);

    expect(seen.map((invocation) => invocation.messageIds.length)).toEqual([25, 20]);
  });

  it('hold no more than Lambda takes in one payload', async () => {
    const body = 'x'.repeat(1_000_000);
    for (let index = 0; index < 8; index += 1) await mappingUnderTest.send(body);

    mappingUnderTest.start({ batchSize: 20, batchWindowSeconds: 1, maxConcurrency: 1 });
    const seen = await mappingUnderTest.invocations(2);

    expect(seen.map((invocation) => invocation.messageIds.length)).toEqual([6, 2]);
    expect(await mappingUnderTest.remaining()).toBe(0);
  });

  it('can bring a message twice, each time in a batch of its own', async () => {
    await mappingUnderTest.send('one', 'two');

    mappingUnderTest.start({ duplicates: { share: 1, random: () => 0 } });
    const [first, second] = await mappingUnderTest.invocations(2);

    expect(second?.messageIds).toEqual(first?.messageIds);
    expect(await mappingUnderTest.remaining()).toBe(0);
  });
});

describe('execution environments', () => {
  it('run at once up to the maximum concurrency, each with a handler of its own', async () => {
    await mappingUnderTest.send(...Array.from({ length: 5 }, (_, index) => `message ${index}`));
    let handlers = 0;
    let running = 0;
    let mostRunning = 0;
    const twoAreRunning = Promise.withResolvers<void>();

    mappingUnderTest.start({
      batchSize: 1,
      maxConcurrency: 2,
      createHandler: () => {
        handlers += 1;
        return async () => {
          running += 1;
          mostRunning = Math.max(mostRunning, running);
          if (running === 2) twoAreRunning.resolve();
          await twoAreRunning.promise;
          running -= 1;
        };
      },
    });
    await mappingUnderTest.invocations(5);

    expect(mostRunning).toBe(2);
    expect(handlers).toBe(2);
  });

  it('are kept after an error and thrown away after a timeout', async () => {
    await mappingUnderTest.send('one');
    const environments: string[] = [];
    let calls = 0;

    mappingUnderTest.start({
      maxConcurrency: 1,
      functionTimeoutSeconds: 0.05,
      createHandler: () => {
        const name = `environment ${environments.length}`;
        environments.push(name);
        return async () => {
          calls += 1;
          if (calls === 1) throw new Error('no');
          if (calls === 2) await new Promise(() => {});
        };
      },
    });
    const seen = await mappingUnderTest.invocations(3);

    expect(seen.map((invocation) => invocation.environment)).toEqual([1, 1, 2]);
    expect(seen[1]?.batchFailure).toContain('timed out');
    expect(await mappingUnderTest.remaining()).toBe(0);
  });

  it('are tried again after a start that failed', async () => {
    await mappingUnderTest.send('one');
    let starts = 0;

    mappingUnderTest.start({
      maxConcurrency: 1,
      createHandler: () => {
        starts += 1;
        if (starts === 1) throw new Error('MARKETO_BASE_URL is missing');
        return async () => undefined;
      },
    });
    const [first] = await mappingUnderTest.invocations(2);

    expect(first?.batchFailure).toContain('MARKETO_BASE_URL is missing');
    expect(await mappingUnderTest.remaining()).toBe(0);
  });

  it('tell the handler how much time is left', async () => {
    await mappingUnderTest.send('one');
    const contexts: Context[] = [];

    mappingUnderTest.start({
      functionTimeoutSeconds: 40,
      createHandler: () => async (_, context) => {
        contexts.push(context);
      },
    });
    await mappingUnderTest.invocations(1);

    const left = contexts[0]?.getRemainingTimeInMillis() ?? 0;
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThanOrEqual(40_000);
  });
});

describe('a mapping that is disabled', () => {
  it('gives back at once what its long poll still brings, and takes it when it is enabled again', async () => {
    const counts: string[] = [];
    const mapping = mappingUnderTest.start({
      longPollSeconds: 1,
      createHandler: () => async (event) => {
        counts.push(...event.Records.map((record) => record.attributes.ApproximateReceiveCount));
      },
    });

    mapping.enable(false);
    await mappingUnderTest.send('one');
    await expect.poll(() => mapping.idle()).toBe(true);
    expect(mapping.isEnabled()).toBe(false);
    expect(await mappingUnderTest.remaining()).toBe(1);
    mapping.enable(true);
    await mappingUnderTest.invocations(1);

    expect(counts).toHaveLength(1);
    expect(await mappingUnderTest.remaining()).toBe(0);
  });
});

describe('options that Lambda would refuse', () => {
  it.each([
    [{ batchSize: 11 }, 'batchWindowSeconds'],
    [{ batchSize: 0 }, 'batchSize'],
    [{ batchWindowSeconds: 301 }, 'batchWindowSeconds'],
    [{ maxConcurrency: 1001 }, 'maxConcurrency'],
  ])('%o are refused with the name of what is wrong', (options, name) => {
    expect(() => mappingUnderTest.start(options)).toThrow(name);
  });
});
