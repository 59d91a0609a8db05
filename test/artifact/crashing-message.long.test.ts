import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../../lib/emulators/aws.ts';
import { startEventSourceMapping } from '../../lib/emulators/event-source-mapping/event-source-mapping.ts';
import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { publish } from '../../lib/local/publish.ts';
import { startWire, type Wire } from '../support/wire.ts';
import { type Artifact, synthesize } from './artifact.ts';
import { type LambdaProcess, startLambda } from './lambda-process.ts';

const WAYS = ['memory', 'loop', 'exit'] as const;
const MESSAGES = 12;
const BAD = 7;
const GOOD = Array.from({ length: MESSAGES }, (_, index) => index).filter((index) => index !== BAD);
const PRELOAD = fileURLToPath(new URL('end-the-worker.mjs', import.meta.url));
/** Small enough to be full at once. */
const EXEC_ARGV = ['--import', PRELOAD, '--max-old-space-size=128'];
/** In place of the stack's: the first hiding only takes time. What follows is as it is shipped, half a minute for each end. */
const VISIBILITY_SECONDS = 10;
/** Four ends of a worker after the first, each with its gathering. */
const MOST_SECONDS = 200;

interface Outcome {
  /** How often each of the good ones was executed. */
  readonly executions: readonly number[];
  readonly letters: readonly string[];
  readonly left: number;
  readonly ends: number;
  readonly tookSeconds: number;
  readonly written: string;
}

/** As Lambda does: an environment whose process ended starts anew with its next invocation. */
function createEnvironment(start: () => Promise<LambdaProcess>, onEnd: (one: LambdaProcess) => void) {
  let current: Promise<LambdaProcess> | undefined;
  return async (event: SQSEvent): Promise<unknown> => {
    current ??= start();
    const lambda = await current;
    try {
      return await lambda.invoke(event.Records);
    } catch (error) {
      current = undefined;
      onEnd(lambda);
      throw error;
    }
  };
}

async function readDeadLetterQueue({ sqs, deadLetterQueueUrl: QueueUrl }: Wire): Promise<readonly string[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body ?? '');
}

async function run(artifact: Artifact, way: (typeof WAYS)[number]): Promise<Outcome> {
  const marketo = await startFakeMarketo();
  const wire = await startWire({ marketo, visibilityTimeoutSeconds: VISIBILITY_SECONDS });
  const texts = Object.entries(artifact.environment).filter(([, value]) => typeof value === 'string');
  const environment = {
    ...Object.fromEntries(texts),
    ...wire.settingsFor(marketo),
    ...awsEnvironment(wire.endpoints),
  };
  const processes: LambdaProcess[] = [];
  let ends = 0;
  const start = async (): Promise<LambdaProcess> => {
    const lambda = await startLambda(artifact, environment, EXEC_ARGV);
    processes.push(lambda);
    return lambda;
  };
  const startedAtMs = Date.now();
  const bodies = Array.from({ length: MESSAGES }, (_, index) =>
    JSON.stringify({
      path: '/rest/v1/leads.json',
      body: { input: [{ email: index === BAD ? `ends-its-worker-by-${way}@x.test` : `marker-${index}@good.test` }] },
    }),
  );
  await publish(wire.sqs, wire.queueUrl, bodies);
  const mapping = startEventSourceMapping({
    client: wire.sqs,
    queueUrl: wire.queueUrl,
    queueArn: wire.queueArn,
    batchSize: 300,
    batchWindowSeconds: 1,
    longPollSeconds: 1,
    functionTimeoutSeconds: 120,
    createHandler: () => createEnvironment(start, () => (ends += 1)),
  });
  const left = async (): Promise<number> => {
    const { Attributes } = await wire.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: wire.queueUrl, AttributeNames: ['All'] }),
    );
    const counts = Object.entries(Attributes ?? {}).filter(([name]) => name.startsWith('ApproximateNumberOfMessages'));
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };
  try {
    while (Date.now() - startedAtMs < MOST_SECONDS * 1_000 && ((await left()) > 0 || !mapping.idle())) await sleep(500);
    return {
      executions: GOOD.map((index) => marketo.executions(`marker-${index}`)),
      letters: await readDeadLetterQueue(wire),
      left: await left(),
      ends,
      tookSeconds: Math.round((Date.now() - startedAtMs) / 1_000),
      written: processes.map((one) => one.everythingWritten()).join('\n'),
    };
  } finally {
    await mapping.stop();
    await Promise.all(processes.map((one) => one.stop()));
    await Promise.all([wire.stop(), marketo.stop()]);
  }
}

describe('a message that ends every worker that reads it, in real processes', () => {
  let artifact: Artifact;
  let outcomes: readonly PromiseSettledResult<Outcome>[];

  beforeAll(async () => {
    artifact = await synthesize();
    outcomes = await Promise.allSettled(WAYS.map((way) => run(artifact, way)));
  }, 300_000);
  afterAll(() => artifact?.remove());

  it.each(WAYS)('by %s, is dead-lettered alone, and the others are delivered', (way) => {
    const outcome = outcomes[WAYS.indexOf(way)];
    if (outcome?.status !== 'fulfilled') throw outcome?.reason;
    const { executions, letters, left, ends, tookSeconds, written } = outcome.value;
    // biome-ignore lint/suspicious/noConsole: the measured times are the evidence
    console.info(`${way}: ${ends} workers ended, ${tookSeconds} s`);

    expect(left).toBe(0);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toContain('workerCrash');
    expect(letters[0]).toContain(`ends-its-worker-by-${way}`);
    expect(executions.every((times) => times >= 1)).toBe(true);
    // With all, with three, alone and once more alone; one more where a busy machine made somebody look ended.
    expect([4, 5]).toContain(ends);
    expect(written.includes('the event loop stands still')).toBe(way === 'loop');
  });
});
