import { randomBytes } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createSealedTokenRegister } from '../access-token/sealed-token-register.ts';
import { createTokenKeeper } from '../access-token/token-keeper.ts';
import { deferS3Stores } from '../aws/deferred-stores.ts';
import { createDynamoDbLedgerRegister } from '../aws/dynamodb-ledger.ts';
import { createOrderMarksTable } from '../aws/dynamodb-order-marks.ts';
import { createDynamoDbSchemaRegister } from '../aws/dynamodb-schema.ts';
import { createSendOnceTable } from '../aws/dynamodb-send-once.ts';
import { createDynamoDbTokenRegister } from '../aws/dynamodb-token.ts';
import { createJournalSalt } from '../aws/journal-salt.ts';
import { createResultBus } from '../aws/result-bus.ts';
import { createResultQueue } from '../aws/result-queue.ts';
import type { LoadS3Stores, S3Stores } from '../aws/s3-stores.ts';
import { createSecretsManagerCredentials } from '../aws/secrets-manager-credentials.ts';
import { createSqsQueue } from '../aws/sqs-queue.ts';
import { createDeadLetterPublisher } from '../dead-letter/publish.ts';
import type { DeliveryDeps } from '../delivery/deps.ts';
import { type Journal, NO_JOURNAL } from '../journal/entry.ts';
import { createJournal } from '../journal/journal.ts';
import { DEFAULT_LIMITS, type LedgerLimits } from '../ledger/limits.ts';
import { createSharedLedger } from '../ledger/shared-ledger.ts';
import type { Transport } from '../marketo/http.ts';
import { createIdentity } from '../marketo/identity.ts';
import type { Clock, Log, Random } from '../ports.ts';
import { createResultPublisher, type ResultPublisher, type ResultStore } from '../results/publish.ts';
import { createSchemas } from '../schema/schema-keeper.ts';
import type { Settings } from '../settings/settings.ts';
import { queueName } from '../settings/urls.ts';
import type { Observe } from '../telemetry/events.ts';
import { IDENTITY_TIMEOUT_MS } from './deadlines.ts';
import { rememberSecrets } from './known-secrets.ts';

/** What the relay runs on: AWS and Node, or the simulator's models of them. */
interface Platform {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: LoadS3Stores;
  readonly secretsManager: SecretsManagerClient;
  /** Made when it is needed: most relays have no bus. */
  readonly eventBridge?: () => Promise<EventBridgeClient>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observe: Observe;
}

function ledgerLimits(settings: Settings): LedgerLimits {
  return {
    ...DEFAULT_LIMITS,
    windowCalls: settings.rateLimitCalls,
    windowMs: settings.rateLimitWindowSeconds * 1_000,
    slots: settings.maxConcurrentCalls,
    dayCalls: settings.dailyQuota,
    dayReserve: settings.dailyQuotaReserve,
    quotaTimeZone: settings.quotaTimeZone,
    ...(settings.backfillQueueUrl !== undefined && {
      backfill: { dayCalls: Math.floor((settings.dailyQuota * settings.backfillDayPercent) / 100) },
    }),
  };
}

/** Where results go, if anywhere; what it does not take waits in the bucket of what is too large. */
function composeResults(settings: Settings, platform: Platform, store: ResultStore): ResultPublisher | undefined {
  const { resultsQueueUrl: queueUrl, resultsBusName: busName } = settings;
  const { sqs, eventBridge, log, observe } = platform;
  if (queueUrl !== undefined) {
    const destination = createResultQueue(createSqsQueue({ client: sqs, queueUrl, log }));
    return createResultPublisher({ destination, store, log, observe });
  }
  if (busName === undefined) return undefined;
  if (eventBridge === undefined) throw new Error('this platform has no event bus');
  const destination = createResultBus({ client: eventBridge, busName, log });
  return createResultPublisher({ destination, store, log, observe });
}

function journalOf(
  { journalBucketName, journalSaltSecretId }: Settings,
  platform: Platform,
  stores: S3Stores,
): Journal {
  if (journalBucketName === undefined || journalSaltSecretId === undefined) return NO_JOURNAL;
  const { secretsManager, random, observe, log } = platform;
  return createJournal({
    store: stores.journal(journalBucketName),
    salt: createJournalSalt({ client: secretsManager, secretId: journalSaltSecretId }),
    random,
    observe,
    log,
  });
}

/** What delivery needs, and what differs of it for a batch of the backfill queue. */
interface ComposedDelivery extends DeliveryDeps {
  readonly backfill?: {
    /** By which a batch is known: the end of its `eventSourceARN`. */
    readonly queueName: string;
    readonly deps: Pick<DeliveryDeps, 'queue' | 'deadLetters' | 'lane'>;
  };
}

/** Composes everything that delivery needs, for one execution environment. Makes no call. */
function composeDelivery(settings: Settings, platform: Platform): ComposedDelivery {
  const { dynamoDb, sqs, clock, random, log, observe } = platform;
  const tableName = settings.ledgerTableName;
  const subscription = new URL(settings.marketoBaseUrl).host;
  const limits = ledgerLimits(settings);
  const known = rememberSecrets();
  const transport = known.transport(platform.transport);
  const baseUrl = settings.marketoBaseUrl;
  const { fetchToken } = createIdentity({ baseUrl, transport: platform.transport, timeoutMs: IDENTITY_TIMEOUT_MS });
  const stores = deferS3Stores(platform.s3);
  const overflow = stores.overflow(settings.overflowBucketName);
  const deadLetterQueue = createSqsQueue({ client: sqs, queueUrl: settings.deadLetterQueueUrl, log });
  const letters = { queue: deadLetterQueue, overflow, log, logBodies: settings.logBodies };
  const { backfillQueueUrl } = settings;
  const secret = { client: platform.secretsManager, secretId: settings.marketoSecretId };
  const credentials = known.credentials(createSecretsManagerCredentials(secret));
  const tokenItem = createDynamoDbTokenRegister({ client: dynamoDb, tableName, subscription, random });
  return {
    baseUrl,
    transport,
    clock,
    random,
    log,
    observe,
    overflow,
    journal: journalOf(settings, platform, stores),
    files: stores.files(settings.overflowBucketName),
    results: composeResults(settings, platform, overflow),
    ledger: createSharedLedger({
      register: createDynamoDbLedgerRegister({ client: dynamoDb, tableName, subscription, limits }),
      limits,
      clock,
      random,
      log,
    }),
    tokens: known.tokens(
      createTokenKeeper({
        register: createSealedTokenRegister({ register: tokenItem, credentials, subscription, randomBytes, clock }),
        fetchToken,
        credentials,
        clock,
        random,
        holderId: Math.floor(random() * 2 ** 48).toString(36),
        log,
      }),
    ),
    sendOnce: createSendOnceTable({ client: dynamoDb, tableName, clock, random }),
    ...(settings.order === 'key' && {
      orderMarks: createOrderMarksTable({ client: dynamoDb, tableName, subscription, clock, log }),
    }),
    queue: createSqsQueue({ client: sqs, queueUrl: settings.queueUrl, log }),
    deadLetters: createDeadLetterPublisher(letters),
    ...(backfillQueueUrl !== undefined && {
      backfill: {
        queueName: queueName(backfillQueueUrl),
        deps: {
          lane: 'backfill',
          queue: createSqsQueue({ client: sqs, queueUrl: backfillQueueUrl, log }),
          deadLetters: createDeadLetterPublisher({ ...letters, lane: 'backfill' }),
        },
      },
    }),
    limits: {
      windowCalls: limits.windowCalls,
      windowMs: limits.windowMs,
      retryMaxAttempts: settings.retryMaxAttempts,
      retryMaxAgeMs: settings.retryMaxAgeSeconds * 1_000,
      allowedOperations: settings.allowedOperations,
    },
    fields: {
      schemas: createSchemas(
        createDynamoDbSchemaRegister({ client: dynamoDb, tableName, subscription, clock, random }),
        { clock, log },
      ),
      unknownFields: settings.unknownFields,
      holdMs: settings.schemaChangeHoldHours * 3_600_000,
    },
    isolate: settings.isolate,
    secrets: known.secrets,
  };
}

export type { ComposedDelivery, Platform };
export { composeDelivery, ledgerLimits };
