import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { deliverBatch } from '../delivery/deliver.ts';
import type { DeliveryDeps } from '../delivery/deps.ts';
import { toReceivedMessage } from '../delivery/intake/lambda-record.ts';
import { createTransport } from '../marketo/http-client.ts';
import type { Clock, Log } from '../ports.ts';
import { AWS_CONNECTION_TIMEOUT_MS, AWS_MAX_ATTEMPTS, AWS_REQUEST_TIMEOUT_MS } from '../settings/policy.ts';
import { readSettings } from '../settings/settings.ts';
import type { Observe } from '../telemetry/events.ts';
import { composeDelivery, type Platform } from './compose.ts';

/** What a caller other than Lambda brings along. */
interface Overrides {
  readonly log?: Log;
  readonly observe?: Observe;
}

type DeliveryHandler = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const CLIENT_OPTIONS = {
  maxAttempts: AWS_MAX_ATTEMPTS,
  requestHandler: { connectionTimeout: AWS_CONNECTION_TIMEOUT_MS, requestTimeout: AWS_REQUEST_TIMEOUT_MS },
};

const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs))),
};

/** AWS as the SDK's environment variables describe it, and the clock and network of Node. */
function systemPlatform({ log = SILENT, observe = () => {} }: Overrides): Platform {
  return {
    dynamoDb: new DynamoDBClient(CLIENT_OPTIONS),
    sqs: new SQSClient(CLIENT_OPTIONS),
    // Path style, because an emulator on 127.0.0.1 has no host name to put the bucket's name before.
    s3: new S3Client({ ...CLIENT_OPTIONS, forcePathStyle: true }),
    secretsManager: new SecretsManagerClient(CLIENT_OPTIONS),
    transport: createTransport(),
    clock: systemClock,
    random: Math.random,
    log,
    observe,
  };
}

/** Lambda's handler, over what was composed for one execution environment. */
function handlerOver(deps: DeliveryDeps): DeliveryHandler {
  return async (event, context) => {
    const nowMs = deps.clock.nowMs();
    const records = event.Records.map((record) => toReceivedMessage(record, nowMs));
    const unsettled = await deliverBatch(records, deps, nowMs + context.getRemainingTimeInMillis());
    return { batchItemFailures: [...unsettled].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/**
 * The handler of the delivery function: reads the settings and composes what one execution environment needs.
 *
 * @throws SettingsError at once, naming every setting that is missing or malformed.
 * @example
 * const handler = createDeliveryHandler(process.env);
 */
function createDeliveryHandler(
  env: Readonly<Record<string, string | undefined>>,
  overrides: Overrides = {},
): DeliveryHandler {
  return handlerOver(composeDelivery(readSettings(env), systemPlatform(overrides)));
}

export type { DeliveryHandler, Overrides };
export { createDeliveryHandler, handlerOver };
