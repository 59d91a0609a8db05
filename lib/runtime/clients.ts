import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LoadS3Stores } from '../aws/s3-stores.ts';
import { type AwsService, DEADLINES, type Deadline, MAX_ATTEMPTS } from './deadlines.ts';
import { endInTime } from './end-in-time.ts';

interface AwsClients {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly secretsManager: SecretsManagerClient;
  /** Closes their connections. */
  destroy(): void;
}

const ENDLESS = (): number => Number.POSITIVE_INFINITY;

interface AwsClientsOptions {
  /** What the SDK itself reads: where the services are. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** In place of the delivery function's, for other uses of the same services. */
  readonly deadlines?: Partial<Record<AwsService, Deadline>>;
  /** What is left of the invocation: no request outlasts it. @default endless */
  readonly leftMs?: () => number;
}

/**
 * The SDK's clients, made here and nowhere else: all of them end in time.
 *
 * @example
 * const clients = createAwsClients({ leftMs: invocationEnd.leftMs });
 * const ledger = createDynamoDbLedgerRegister({ client: clients.dynamoDb, tableName, subscription, limits });
 */
function createAwsClients(options: AwsClientsOptions = {}): AwsClients {
  const { leftMs = ENDLESS } = options;
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const base = (service: AwsService) => configurationOf(deadlines[service]);
  const clients = {
    dynamoDb: new DynamoDBClient(base('dynamoDb')),
    sqs: new SQSClient(base('sqs')),
    secretsManager: new SecretsManagerClient(base('secretsManager')),
  };
  for (const service of ['dynamoDb', 'sqs', 'secretsManager'] as const) {
    endInTime(clients[service], deadlines[service], leftMs);
  }
  return {
    ...clients,
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** Loaded when something is kept in S3, or read from there: its client is as large as the others together. */
async function createS3Client(options: AwsClientsOptions = {}): Promise<S3Client> {
  const { environment = process.env, leftMs = ENDLESS } = options;
  const deadline = options.deadlines?.s3 ?? DEADLINES.s3;
  const { S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...configurationOf(deadline), ...pathStyle(environment) });
  endInTime(client, deadline, leftMs);
  return client;
}

/** What is kept in S3, for a function that seldom keeps anything. */
function loadS3Stores(options: AwsClientsOptions = {}): LoadS3Stores {
  return async () => {
    const [{ createS3Stores }, client] = await Promise.all([import('../aws/s3-stores.ts'), createS3Client(options)]);
    return createS3Stores(client);
  };
}

/** Of the functions that pause and resume: the delivery function has no use for it, and leaves it out of its bundle. */
function createLambdaClient({ leftMs = ENDLESS }: Pick<AwsClientsOptions, 'leftMs'> = {}): LambdaClient {
  const client = new LambdaClient(configurationOf(DEADLINES.lambda));
  endInTime(client, DEADLINES.lambda, leftMs);
  return client;
}

/** Of relays that send results to a bus: loaded for them alone. */
async function createEventBridgeClient({ leftMs = ENDLESS }: Pick<AwsClientsOptions, 'leftMs'> = {}) {
  const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
  const client = new EventBridgeClient(configurationOf(DEADLINES.eventBridge));
  endInTime(client, DEADLINES.eventBridge, leftMs);
  return client;
}

function configurationOf({ connectMs, attemptMs }: Deadline) {
  return {
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: attemptMs,
      // Without it the SDK writes a warning and waits on.
      throwOnRequestTimeout: true,
    },
  };
}

/** The address of an emulator has no name to put a bucket's before; on AWS the bucket's name belongs into the host. */
function pathStyle(environment: Readonly<Record<string, string | undefined>>): { forcePathStyle?: true } {
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
  return endpoint ? { forcePathStyle: true } : {};
}

export type { AwsClients, AwsClientsOptions };
export { createAwsClients, createEventBridgeClient, createLambdaClient, createS3Client, loadS3Stores };
