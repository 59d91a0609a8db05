import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../lib/cloud/bundle.ts';
import { awsEnvironment } from '../../lib/emulators/aws.ts';
import { startQueues } from '../../lib/emulators/queues.ts';
import { startSecrets } from '../../lib/emulators/secrets.ts';
import { startTable } from '../../lib/emulators/table.ts';
import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario } from '../frame/types.ts';
import { type Bundle, bundle, type Start } from './bundle.ts';

const SECRET_NAME = 'bench/credentials';

/**
 * What a cold start of the delivery function costs over a function that has nothing but the SDK's clients, and makes the
 * same requests. Both are bundled alike, and start in turns, each time in a process of its own.
 */
const cold: Scenario = {
  name: 'cold',
  question: 'What does a cold start cost, over the bare SDK clients?',
  seconds: 20,
  options: { rounds: '11' },
  needsPackages: false,
  run,
};

async function run(options: OptionValues): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'marketo-relay-cold-'));
  const world = await startWorld();
  try {
    const bundles = [
      bundle('bare', join(PROJECT_ROOT, 'bench/cold/bare.ts'), folder),
      bundle('relay', join(PROJECT_ROOT, 'functions/deliver.ts'), folder),
    ];
    for (let round = 0; round < wholeNumber(options, 'rounds'); round++) {
      for (const one of bundles) {
        await world.clear();
        one.starts.push(await start(one.file, world.environment, round));
      }
    }
    return reportOf(bundles);
  } finally {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything that an invocation speaks to, in this process, so that only the function is in the other. */
async function startWorld() {
  const marketo = await startFakeMarketo({ rateLimitCalls: 1_000_000 });
  const queues = await startQueues({ visibilityTimeoutSeconds: 30 });
  let table = await startTable();
  const { clientId, clientSecret } = marketo;
  const secrets = await startSecrets({ [SECRET_NAME]: JSON.stringify({ clientId, clientSecret }) });
  return {
    environment: () => ({
      ...awsEnvironment({ sqs: queues.url, s3: queues.url, dynamodb: table.url, secretsManager: secrets.url }),
      [SETTING_NAMES.marketoBaseUrl]: marketo.url,
      [SETTING_NAMES.marketoSecretId]: SECRET_NAME,
      [SETTING_NAMES.queueUrl]: queues.queueUrl,
      [SETTING_NAMES.deadLetterQueueUrl]: queues.deadLetterQueueUrl,
      [SETTING_NAMES.ledgerTableName]: table.tableName,
      [SETTING_NAMES.overflowBucketName]: queues.bucketName,
    }),
    /** Neither token nor ledger: the first invocation of a new relay. */
    async clear() {
      await table.stop();
      table = await startTable();
    },
    stop: () => Promise.all([marketo.stop(), queues.stop(), table.stop(), secrets.stop()]),
  };
}

async function start(file: string, environment: () => object, round: number): Promise<Start> {
  const child = fork(join(import.meta.dirname, 'child.mjs'), [file], {
    // Of this machine only what Node needs, and what Lambda sets.
    env: {
      PATH: process.env.PATH,
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      POWERTOOLS_SERVICE_NAME: 'bench',
      POWERTOOLS_METRICS_NAMESPACE: 'Bench',
      ...environment(),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the function ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([once(child, 'message'), ended]);
    child.send({ Records: [recordOf(round)] });
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Start];
    if (answer.failed > 0) throw new Error('the first message was not settled');
    return answer;
  } finally {
    child.kill();
  }
}

function recordOf(round: number): object {
  const body = { path: '/rest/v1/leads.json', body: { input: [{ email: `person-${round}@example.com` }] } };
  return {
    messageId: `message-${round}`,
    receiptHandle: `handle-${round}`,
    body: JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    messageAttributes: {},
  };
}

function reportOf(bundles: readonly Bundle[]): Report {
  const [bare, relay] = bundles;
  if (bare === undefined || relay === undefined) throw new Error('two bundles are compared');
  const over = (of: (one: Bundle) => number): number => of(relay) / of(bare);
  const importCpu = (one: Bundle): number => median(one.starts.map(({ imported }) => imported.cpuMs));
  const firstCpu = (one: Bundle): number => median(one.starts.map(({ first }) => first.cpuMs));
  const bothCpu = (one: Bundle): number =>
    median(one.starts.map(({ imported, first }) => imported.cpuMs + first.cpuMs));
  const figures: readonly Figure[] = [
    {
      name: 'start',
      value: over(bothCpu),
      unit: 'times',
      means: 'import and first invocation of the delivery function, over the bare SDK clients',
    },
    { name: 'import', value: over(importCpu), unit: 'times', means: 'the import alone' },
    {
      name: 'first',
      value: over(firstCpu),
      unit: 'times',
      means: 'the first invocation alone: one message, an empty table',
    },
    { name: 'size', value: over(({ bytes }) => bytes), unit: 'times', means: 'what the import loads, minified' },
    {
      name: 'bundle',
      value: relay.bytes / 1_000,
      unit: 'KB',
      means: 'what the import of the delivery function loads, minified',
    },
  ];
  return {
    figures,
    tables: [
      {
        title: 'Cold start, medians in milliseconds of the processor',
        head: [
          'function',
          'loaded, KB',
          'gzipped, KB',
          'with the rest, KB',
          'import',
          'first invocation',
          'both',
          'import on the wall',
        ],
        rows: bundles.map((one) => [
          one.name === 'bare' ? 'bare SDK clients' : 'delivery function',
          Math.round(one.bytes / 1_000),
          Math.round(one.gzipBytes / 1_000),
          Math.round(one.allBytes / 1_000),
          ...[
            importCpu(one),
            firstCpu(one),
            bothCpu(one),
            median(one.starts.map(({ imported }) => imported.wallMs)),
          ].map(Math.round),
        ]),
      },
    ],
    plots: [
      {
        name: 'cold',
        title: 'Cold start, milliseconds of the processor',
        kind: 'bar',
        x: { name: '', scale: 'names' },
        y: { name: 'ms', scale: 'linear' },
        series: bundles.map((one) => ({
          name: one.name === 'bare' ? 'bare SDK clients' : 'delivery function',
          points: [
            ['import', importCpu(one)],
            ['first invocation', firstCpu(one)],
          ],
        })),
      },
    ],
    broken: [],
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export { cold };
