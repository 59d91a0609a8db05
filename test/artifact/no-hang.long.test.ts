import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../../lib/emulators/aws.ts';
import { toLambdaRecord } from '../../lib/emulators/event-source-mapping/records.ts';
import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { DEADLINES, IDENTITY_TIMEOUT_MS } from '../../lib/runtime/deadlines.ts';
import { ANSWER_MS } from '../../lib/runtime/invocation-end.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { type Slowness, startSlowServer } from '../support/slow-server.ts';
import { startWire } from '../support/wire.ts';
import { type Artifact, synthesize } from './artifact.ts';
import { startLambda } from './lambda-process.ts';

interface Case {
  /** The function's timeout, in place of the stack's 420 s. */
  readonly timeoutMs: number;
  /** The longest that the invocation may take. */
  readonly mostMs: number;
  readonly bodies: readonly string[];
  /** What is slow; Marketo's identity is a server of its own kind, since it has Marketo's address. */
  readonly slow: 'dynamodb' | 'sqs' | 's3' | 'secretsManager' | 'marketo' | 'identity';
  /** Whether it keeps a journal. */
  readonly journal?: true;
  /** Positions of the messages that stay on the queue, since nothing could be settled. */
  readonly unsettled: readonly number[];
}

interface Outcome {
  readonly tookMs: number;
  readonly unsettled: readonly number[];
  readonly requests: number;
}

/** Delivery begins no call in an invocation's last 15 s. */
const SETTLE_MS = 15_000;
/** For sixteen processes on the machine that runs the tests. */
const SLACK_MS = 5_000;
const TOKEN = JSON.stringify({ access_token: 'token-of-the-slow-one', token_type: 'bearer', expires_in: 3_599 });

const upsert = JSON.stringify({
  method: 'POST',
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', input: [{ email: 'ann@example.com' }] },
});
const invalid = JSON.stringify({ method: 'POST', path: '/rest/v1/leads.json', body: 'none' });
/** Its dead letter is larger than SQS takes. */
const oversized = JSON.stringify({ method: 'POST', path: '/rest/v1/leads.json', body: 'x'.repeat(1_048_000) });
const overflowed = JSON.stringify({
  deadLetter: 1,
  relayId: 'overflowed',
  overflow: { bucket: 'marketo-relay-overflow', key: 'dead-letters/x', cut: ['message.body'] },
});

const { dynamoDb, sqs, s3, secretsManager } = DEADLINES;
const one = (deadlineMs: number) => ({ timeoutMs: 40_000, mostMs: deadlineMs + SLACK_MS });

const CASES: Readonly<Record<string, Case>> = {
  // One after the other: the token, the marks of what goes back, the ledger that is told of them, and the schema.
  'the table: no permit, no token': { ...one(4 * dynamoDb.totalMs), bodies: [upsert], slow: 'dynamodb', unsettled: [] },
  'the secret: no token': { ...one(secretsManager.totalMs), bodies: [upsert], slow: 'secretsManager', unsettled: [] },
  'the queues: what cannot be settled stays': { ...one(sqs.totalMs), bodies: [invalid], slow: 'sqs', unsettled: [0] },
  'the bucket, for a dead letter': { ...one(s3.totalMs), bodies: [oversized], slow: 's3', unsettled: [0] },
  'the bucket, for a dead letter put back': { ...one(s3.totalMs), bodies: [overflowed], slow: 's3', unsettled: [0] },
  'identity: no token': { ...one(IDENTITY_TIMEOUT_MS), bodies: [upsert], slow: 'identity', unsettled: [] },
  'Marketo, until delivery must settle': {
    timeoutMs: SETTLE_MS + 10_000,
    mostMs: 10_000 + SLACK_MS,
    bodies: [upsert],
    slow: 'marketo',
    unsettled: [],
  },
  // Delivered all the same: the journal is not waited for as long as a dead letter would be.
  'the bucket of the journal': {
    timeoutMs: 40_000,
    mostMs: s3.totalMs,
    bodies: [upsert],
    slow: 's3',
    journal: true,
    unsettled: [],
  },
  // Each within its own deadline, they would take 13 s each.
  'the bucket, for one dead letter after another': {
    timeoutMs: 20_000,
    mostMs: 20_000 - ANSWER_MS / 2,
    bodies: [oversized, oversized, oversized, oversized],
    slow: 's3',
    unsettled: [0, 1, 2, 3],
  },
};

function recordOf(body: string, index: number): SQSRecord {
  const now = String(Date.now());
  const Attributes = { SentTimestamp: now, ApproximateFirstReceiveTimestamp: now };
  const message = { MessageId: `message-${index}`, ReceiptHandle: `handle-${index}`, Body: body, Attributes };
  return toLambdaRecord(message, { queueArn: 'arn:aws:sqs:us-east-1:000000000000:requests', region: 'us-east-1' });
}

const RUNS = (['silent', 'trickling'] as const).flatMap((slowness) =>
  Object.entries(CASES).map(([name, test]) => ({ name, slowness, test })),
);

/** Runs the function over a world of its own: one that hangs would hold the token's lease against the others. */
async function run(artifact: Artifact, { slow, ...test }: Case, slowness: Slowness): Promise<Outcome> {
  const marketo = await startFakeMarketo();
  const wire = await startWire({ marketo });
  const server = await startSlowServer(slowness, {
    quick: slow === 'marketo' ? { '/identity/oauth/token': TOKEN } : {},
  });
  const isMarketo = slow === 'marketo' || slow === 'identity';
  const texts = Object.entries(artifact.environment).filter(([, value]) => typeof value === 'string');
  const lambda = await startLambda(artifact, {
    ...Object.fromEntries(texts),
    ...(test.journal && wire.journal.settings),
    ...wire.settingsFor({ ...marketo, url: isMarketo ? server.url : marketo.url }),
    // A request to SQS goes to where the queue's URL says.
    ...(slow === 'sqs' && {
      [SETTING_NAMES.queueUrl]: `${server.url}/000000000000/requests`,
      [SETTING_NAMES.deadLetterQueueUrl]: `${server.url}/000000000000/dead-letters`,
    }),
    ...awsEnvironment({ ...wire.endpoints, ...(!isMarketo && { [slow]: server.url }) }),
  });
  try {
    const records = test.bodies.map(recordOf);
    const { batchItemFailures } = await lambda.invoke(records, test.timeoutMs);
    const tookMs = test.timeoutMs - lambda.leftMs();
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const unsettled = records.flatMap(({ messageId }, index) => (failed.has(messageId) ? [index] : []));
    return { tookMs, unsettled, requests: server.requests() };
  } finally {
    await lambda.stop();
    await Promise.all([server.stop(), wire.stop(), marketo.stop()]);
  }
}

describe('an invocation ends by itself, before Lambda would stop it, where nobody ever answers to', () => {
  let artifact: Artifact;
  let outcomes: readonly PromiseSettledResult<Outcome>[];

  beforeAll(async () => {
    artifact = await synthesize();
    // Together, since they do nothing but wait.
    outcomes = await Promise.allSettled(RUNS.map(({ test, slowness }) => run(artifact, test, slowness)));
  }, 120_000);
  afterAll(() => artifact?.remove());

  it.each(RUNS)('$name ($slowness)', ({ name, slowness, test }) => {
    const outcome = outcomes[RUNS.findIndex((one) => one.name === name && one.slowness === slowness)];
    if (outcome?.status !== 'fulfilled') throw outcome?.reason;
    const { tookMs, requests, unsettled } = outcome.value;
    // biome-ignore lint/suspicious/noConsole: the measured times are the evidence
    console.info(`${name}, ${slowness}: ${Math.round(tookMs)} ms, at most ${test.mostMs}`);

    expect(requests).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(Math.min(test.mostMs, test.timeoutMs));
    expect(unsettled).toEqual(test.unsettled);
  });
});
