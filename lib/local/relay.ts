import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { readLedgerStatus } from '../aws/ledger-status.ts';
import { applyEnvironment, awsEnvironment, type LocalEndpoints } from '../emulators/aws.ts';
import type { EventSourceMapping, Invocation } from '../emulators/event-source-mapping/event-source-mapping.ts';
import { type LocalQueues, startQueues } from '../emulators/queues.ts';
import { startSecrets } from '../emulators/secrets.ts';
import { startTable } from '../emulators/table.ts';
import { DEFAULT_LIMITS, type LedgerLimits } from '../ledger/limits.ts';
import { type AwsClients, createAwsClients, createS3Client } from '../runtime/clients.ts';
import { createDeliveryHandler } from '../runtime/delivery.ts';
import { SETTING_NAMES } from '../settings/names.ts';
import {
  DEFAULT_GATHER_MESSAGES,
  DEFAULT_GATHER_SECONDS,
  DEFAULT_MAX_CONCURRENCY,
  DELIVERY_TIMEOUT_SECONDS,
} from '../settings/policy.ts';
import { feedBoth } from './feed-both.ts';
import { localSalt } from './journal/salt.ts';
import type { LetterLine } from './letter-line.ts';
import { createLetterLog } from './letter-log.ts';
import { type FakeMarketo, openMarketo } from './open-marketo.ts';
import { publish } from './publish.ts';
import { countQueue, type QueueCounts } from './queue-counts.ts';
import type { LocalRelayOptions } from './relay-options.ts';
import { type LedgerView, ledgerViewOf } from './report/ledger-view.ts';
import { createRuns, type Runs } from './runs.ts';

interface LocalRelay {
  readonly queueUrl: string;
  /** Of what can wait, such as the rows of a file. */
  readonly backfillQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly tableName: string;
  /** What became of the messages. */
  readonly resultsQueueUrl: string;
  readonly bucketName: string;
  readonly journal: { readonly bucketName: string; readonly saltName: string };
  readonly secretName: string;
  readonly marketoUrl: string;
  readonly endpoints: LocalEndpoints;
  readonly limits: LedgerLimits;
  /** The delivery function's environment variables: no secret is among them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly clients: Pick<AwsClients, 'sqs' | 'dynamoDb' | 'secretsManager'> & { readonly s3: S3Client };
  readonly mapping: Pick<EventSourceMapping, 'enable' | 'isEnabled'>;
  readonly runs: Pick<Runs, 'crash' | 'lastFailure'>;
  /** What lies on the dead-letter queue, seen without receiving it. */
  readonly lyingLetters: LocalQueues['letters'];
  /** Undefined with a real Marketo. */
  readonly fake: FakeMarketo | undefined;
  /** Puts bodies on the queue, in order; gives their SQS message ids. */
  publish(bodies: readonly string[]): Promise<readonly string[]>;
  queueCounts(): Promise<QueueCounts>;
  /** True when the queues are empty (nothing visible, in flight or delayed) and no invocation runs. */
  drained(): Promise<boolean>;
  letters(): Promise<readonly LetterLine[]>;
  /** Accepted since the start, and taken off the queue by somebody. */
  takenLetters(): readonly LetterLine[];
  acceptedLetters(): number;
  ledger(): Promise<LedgerView | undefined>;
  /** Takes nothing more from the queue and lets running invocations end. Queues, table and fake stay up. */
  stopDelivery(): Promise<void>;
  stop(): Promise<void>;
}

const SECRET_NAME = 'marketo-relay/credentials';
const SALT_NAME = 'marketo-relay/journal-salt';
/** The event source mapping holds a receive open for up to 20 s (SQS: long polling). */
const LONG_POLL = { connectMs: 1_000, attemptMs: 25_000, totalMs: 30_000 };

/**
 * The whole relay on this machine: queues, table, secret, event source mapping and Marketo, connected as the stack connects
 * them. The delivery function finds the emulators through the SDK's environment variables, which are set in
 * `process.env` until `stop`: one relay a process at a time.
 *
 * @example
 * const relay = await startLocalRelay();
 * await relay.publish(['{"method":"GET","path":"/rest/v1/leads/describe.json"}']);
 * await relay.stop();
 */
async function startLocalRelay(options: LocalRelayOptions = {}): Promise<LocalRelay> {
  const opened: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    return await open(options, opened, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(
  options: LocalRelayOptions,
  opened: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<LocalRelay> {
  const limits: LedgerLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const functionTimeoutSeconds = options.functionTimeoutSeconds ?? DELIVERY_TIMEOUT_SECONDS;
  const marketo = await openMarketo(options, opened);
  const queues = await startQueues({
    visibilityTimeoutSeconds: options.visibilityTimeoutSeconds ?? functionTimeoutSeconds,
    ...portOf(options.ports?.sqs),
    ...folderOf(options.stateFolder, 'queues'),
  });
  opened.push(queues.stop);
  const letterLog = createLetterLog(queues);
  const table = await startTable({
    ...portOf(options.ports?.dynamodb),
    ...folderOf(options.stateFolder, 'table'),
  });
  opened.push(table.stop);
  const credentials = JSON.stringify({ clientId: marketo.clientId, clientSecret: marketo.clientSecret });
  const salt = await localSalt(options.stateFolder);
  const secrets = await startSecrets({ [SECRET_NAME]: credentials, [SALT_NAME]: salt }, options.ports?.secrets);
  opened.push(secrets.stop);

  const endpoints = { sqs: queues.url, s3: queues.url, dynamodb: table.url, secretsManager: secrets.url };
  opened.push(applyEnvironment(process.env, awsEnvironment(endpoints)));
  const clients = createAwsClients({ deadlines: { sqs: LONG_POLL } });
  opened.push(clients.destroy);
  const s3 = await createS3Client();
  opened.push(() => s3.destroy());
  const { sqs, dynamoDb, secretsManager } = clients;

  const environment = {
    ...settingsFor(limits),
    [SETTING_NAMES.marketoBaseUrl]: marketo.url,
    [SETTING_NAMES.allowOtherHosts]: String(options.marketo?.allowOtherHosts ?? false),
    [SETTING_NAMES.marketoSecretId]: SECRET_NAME,
    [SETTING_NAMES.queueUrl]: queues.queueUrl,
    [SETTING_NAMES.backfillQueueUrl]: queues.backfillQueueUrl,
    [SETTING_NAMES.deadLetterQueueUrl]: queues.deadLetterQueueUrl,
    [SETTING_NAMES.ledgerTableName]: table.tableName,
    [SETTING_NAMES.overflowBucketName]: queues.bucketName,
    [SETTING_NAMES.allowedOperations]: options.allowedOperations ?? '*',
    [SETTING_NAMES.resultsQueueUrl]: queues.resultsQueueUrl,
    [SETTING_NAMES.journalBucketName]: queues.journalBucketName,
    [SETTING_NAMES.journalSaltSecretId]: SALT_NAME,
    ...options.settings,
  };
  const createDelivery = options.createDelivery ?? createDeliveryHandler;
  const runs = createRuns();
  const feeding = {
    client: sqs,
    batchSize: options.batchSize ?? DEFAULT_GATHER_MESSAGES,
    batchWindowSeconds: options.batchWindowSeconds ?? DEFAULT_GATHER_SECONDS,
    maxConcurrency: options.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
    functionTimeoutSeconds,
    createHandler: () => {
      try {
        const handler = createDelivery(environment, {
          ...(options.log && { log: options.log }),
          ...(options.observe && { observe: options.observe }),
        });
        return runs.endingWhenRehearsed(handler);
      } catch (error) {
        options.onStartFailure?.(error);
        throw error;
      }
    },
    onInvocation: (invocation: Invocation) => {
      runs.note(invocation);
      options.onInvocation?.(invocation);
    },
    ...(options.onError && { onError: options.onError }),
  };
  const mapping = feedBoth(feeding, queues);
  opened.push(mapping.stop);

  const { queueUrl, backfillQueueUrl } = queues;
  const queueCounts = (): Promise<QueueCounts> => countQueue(sqs, queueUrl);
  const isEmpty = async (url: string): Promise<boolean> => {
    const counts = await countQueue(sqs, url);
    return counts.visible + counts.inFlight + counts.delayed === 0;
  };
  return {
    queueUrl,
    backfillQueueUrl,
    deadLetterQueueUrl: queues.deadLetterQueueUrl,
    tableName: table.tableName,
    resultsQueueUrl: queues.resultsQueueUrl,
    bucketName: queues.bucketName,
    journal: { bucketName: queues.journalBucketName, saltName: SALT_NAME },
    secretName: SECRET_NAME,
    marketoUrl: marketo.url,
    endpoints,
    limits,
    settings: environment,
    clients: { sqs, dynamoDb, secretsManager, s3 },
    mapping,
    runs,
    lyingLetters: queues.letters,
    fake: marketo.fake,
    publish: (bodies) => publish(sqs, queueUrl, bodies),
    queueCounts,
    drained: async () => {
      // Between a receive on the wire and its batch here, only the queue knows of a message: ask it between two looks.
      if (!mapping.idle()) return false;
      return (await isEmpty(queueUrl)) && (await isEmpty(backfillQueueUrl)) && mapping.idle();
    },
    letters: async () => letterLog.present(),
    takenLetters: letterLog.taken,
    acceptedLetters: letterLog.accepted,
    ledger: async () => {
      const subscription = new URL(marketo.url).host;
      const item = { client: dynamoDb, tableName: table.tableName, subscription };
      const status = await readLedgerStatus({ ...item, limits, nowMs: Date.now() });
      return status && ledgerViewOf(status, limits);
    },
    stopDelivery: mapping.stop,
    stop,
  };
}

function portOf(port: number | undefined): { port?: number } {
  return port === undefined ? {} : { port };
}

function folderOf(state: string | undefined, name: string): { folder?: string } {
  return state === undefined ? {} : { folder: join(state, name) };
}

function settingsFor(limits: LedgerLimits): Record<string, string> {
  return {
    [SETTING_NAMES.rateLimitCalls]: String(limits.windowCalls),
    [SETTING_NAMES.rateLimitWindowSeconds]: String(limits.windowMs / 1000),
    [SETTING_NAMES.maxConcurrentCalls]: String(limits.slots),
    [SETTING_NAMES.dailyQuota]: String(limits.dayCalls),
    [SETTING_NAMES.dailyQuotaReserve]: String(limits.dayReserve),
    [SETTING_NAMES.quotaTimeZone]: limits.quotaTimeZone,
  };
}

export type { LocalRelay, LocalRelayOptions, QueueCounts };
export { startLocalRelay };
