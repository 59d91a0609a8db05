import { type LetterLine, readLetters } from '../aws/list-dead-letters.ts';
import { type LedgerView, readLedger } from '../aws/read-ledger.ts';
import { applyEnvironment, awsEnvironment, type LocalEndpoints } from '../emulators/aws.ts';
import { type Invocation, startEventSourceMapping } from '../emulators/event-source-mapping/event-source-mapping.ts';
import { startQueues } from '../emulators/queues.ts';
import { startSecrets } from '../emulators/secrets.ts';
import { startTable } from '../emulators/table.ts';
import type { FakeMarketoOptions } from '../fake-marketo/options.ts';
import { startFakeMarketo } from '../fake-marketo/server.ts';
import { DEFAULT_LIMITS, type LedgerLimits } from '../ledger/limits.ts';
import type { Secret } from '../marketo/secret.ts';
import type { Log } from '../ports.ts';
import { createAwsClients } from '../runtime/clients.ts';
import { createDeliveryHandler } from '../runtime/delivery.ts';
import { SETTING_NAMES } from '../settings/names.ts';
import {
  DEFAULT_GATHER_MESSAGES,
  DEFAULT_GATHER_SECONDS,
  DEFAULT_MAX_CONCURRENCY,
  DELIVERY_TIMEOUT_SECONDS,
} from '../settings/policy.ts';
import type { DeliveryEvent } from '../telemetry/events.ts';
import { publish } from './publish.ts';
import { countQueue, type QueueCounts } from './queue-counts.ts';

type FakeMarketo = Awaited<ReturnType<typeof startFakeMarketo>>;
type CreateDelivery = typeof createDeliveryHandler;

interface LocalRelayOptions {
  /** A real subscription. @default the fake, in this process */
  readonly marketo?: {
    readonly baseUrl: string;
    /** @default false: `baseUrl` is below `*.mktorest.com` or on this machine */
    readonly allowOtherHosts?: boolean;
    readonly clientId: string;
    readonly clientSecret: Secret;
  };
  /** For the fake: its limits are Marketo's own unless told otherwise. */
  readonly fake?: FakeMarketoOptions;
  /** What the ledger keeps to. @default 50 calls in 20 s, 5 in flight */
  readonly limits?: Partial<LedgerLimits>;
  /** Further environment variables of the delivery function. */
  readonly settings?: Readonly<Record<string, string>>;
  /** @default as the stack: 300 */
  readonly batchSize?: number;
  /** @default as the stack: 2 */
  readonly batchWindowSeconds?: number;
  /** @default as the stack: 5 */
  readonly maxConcurrency?: number;
  /** @default as the stack: 420 */
  readonly functionTimeoutSeconds?: number;
  /** @default the function's timeout: the least that Lambda allows */
  readonly visibilityTimeoutSeconds?: number;
  readonly log?: Log;
  readonly observe?: (event: DeliveryEvent) => void;
  readonly onInvocation?: (invocation: Invocation) => void;
  readonly onError?: (error: unknown) => void;
  /** Told when an execution environment does not start: settings are wrong, and will be the next time too. */
  readonly onStartFailure?: (error: unknown) => void;
  /** Makes the delivery function of each execution environment. @default the relay's own */
  readonly createDelivery?: CreateDelivery;
}

interface LocalRelay {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly tableName: string;
  readonly bucketName: string;
  readonly marketoUrl: string;
  readonly endpoints: LocalEndpoints;
  readonly limits: LedgerLimits;
  /** Undefined with a real Marketo. */
  readonly fake: FakeMarketo | undefined;
  /** Puts bodies on the queue, in order; gives their SQS message ids. */
  publish(bodies: readonly string[]): Promise<readonly string[]>;
  queueCounts(): Promise<QueueCounts>;
  /** True when the queue is empty (nothing visible, in flight or delayed) and no invocation runs. */
  drained(): Promise<boolean>;
  letters(): Promise<readonly LetterLine[]>;
  ledger(): Promise<LedgerView | undefined>;
  /** Takes nothing more from the queue and lets running invocations end. Queues, table and fake stay up. */
  stopDelivery(): Promise<void>;
  stop(): Promise<void>;
}

const SECRET_NAME = 'marketo-relay/credentials';
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
  });
  opened.push(queues.stop);
  const table = await startTable();
  opened.push(table.stop);
  const secrets = await startSecrets({
    [SECRET_NAME]: JSON.stringify({ clientId: marketo.clientId, clientSecret: marketo.clientSecret }),
  });
  opened.push(secrets.stop);

  const endpoints = { sqs: queues.url, s3: queues.url, dynamodb: table.url, secretsManager: secrets.url };
  opened.push(applyEnvironment(process.env, awsEnvironment(endpoints)));
  const clients = createAwsClients({ deadlines: { sqs: LONG_POLL } });
  opened.push(clients.destroy);
  const { sqs, dynamoDb } = clients;

  const environment = {
    ...settingsFor(limits),
    [SETTING_NAMES.marketoBaseUrl]: marketo.url,
    [SETTING_NAMES.allowOtherHosts]: String(options.marketo?.allowOtherHosts ?? false),
    [SETTING_NAMES.marketoSecretId]: SECRET_NAME,
    [SETTING_NAMES.queueUrl]: queues.queueUrl,
    [SETTING_NAMES.deadLetterQueueUrl]: queues.deadLetterQueueUrl,
    [SETTING_NAMES.ledgerTableName]: table.tableName,
    [SETTING_NAMES.overflowBucketName]: queues.bucketName,
    ...options.settings,
  };
  const createDelivery = options.createDelivery ?? createDeliveryHandler;
  const mapping = startEventSourceMapping({
    client: sqs,
    queueUrl: queues.queueUrl,
    queueArn: queues.queueArn,
    batchSize: options.batchSize ?? DEFAULT_GATHER_MESSAGES,
    batchWindowSeconds: options.batchWindowSeconds ?? DEFAULT_GATHER_SECONDS,
    maxConcurrency: options.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
    functionTimeoutSeconds,
    createHandler: () => {
      try {
        return createDelivery(environment, {
          ...(options.log && { log: options.log }),
          ...(options.observe && { observe: options.observe }),
        });
      } catch (error) {
        options.onStartFailure?.(error);
        throw error;
      }
    },
    ...(options.onInvocation && { onInvocation: options.onInvocation }),
    ...(options.onError && { onError: options.onError }),
  });
  opened.push(mapping.stop);

  const queueCounts = (): Promise<QueueCounts> => countQueue(sqs, queues.queueUrl);
  return {
    queueUrl: queues.queueUrl,
    deadLetterQueueUrl: queues.deadLetterQueueUrl,
    tableName: table.tableName,
    bucketName: queues.bucketName,
    marketoUrl: marketo.url,
    endpoints,
    limits,
    fake: marketo.fake,
    publish: (bodies) => publish(sqs, queues.queueUrl, bodies),
    queueCounts,
    drained: async () => {
      // Between a receive on the wire and its batch here, only the queue knows of a message: ask it between two looks.
      if (!mapping.idle()) return false;
      const counts = await queueCounts();
      return counts.visible + counts.inFlight + counts.delayed === 0 && mapping.idle();
    },
    letters: () => readLetters(sqs, queues.deadLetterQueueUrl),
    ledger: () => readLedger(dynamoDb, table.tableName, limits, Date.now()),
    stopDelivery: mapping.stop,
    stop,
  };
}

interface OpenMarketo {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly fake: FakeMarketo | undefined;
}

async function openMarketo(options: LocalRelayOptions, opened: (() => unknown)[]): Promise<OpenMarketo> {
  if (options.marketo !== undefined) {
    const { baseUrl, clientId, clientSecret } = options.marketo;
    return { url: baseUrl, clientId, clientSecret: clientSecret.reveal(), fake: undefined };
  }
  const fake = await startFakeMarketo(options.fake);
  opened.push(() => fake.stop());
  return { url: fake.url, clientId: fake.clientId, clientSecret: fake.clientSecret, fake };
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
