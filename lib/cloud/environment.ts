import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type OptionalSettingName, SETTING_NAMES, type SettingName } from '../settings/names.ts';
import { METRIC_NAMESPACE } from '../telemetry/metrics.ts';
import type { OverflowBucket } from './grants.ts';
import type { ResolvedProps } from './resolve-props.ts';
import type { RelayResults } from './results.ts';
import { serviceName } from './service-name.ts';

interface WithKey {
  readonly encryptionKey?: IKey | undefined;
}

/** What a delivery needs to reach: no more of each than is used, so that the construct itself fits. */
interface RelayResources extends RelayResults {
  readonly queue: IQueue;
  /** Where there is one. */
  readonly backfillQueue?: IQueue | undefined;
  readonly deadLetterQueue: IQueue;
  readonly table: Pick<ITable, 'tableArn' | 'tableName'> & WithKey;
  readonly secret: ISecret;
  readonly overflowBucket: OverflowBucket & WithKey;
}

/** What Node and Powertools read in every function of the relay. */
function instrumentEnvironment(
  scope: Construct,
  props: Pick<ResolvedProps, 'logLevel' | 'tracing'>,
): Record<string, string> {
  return {
    NODE_OPTIONS: '--enable-source-maps',
    POWERTOOLS_LOG_LEVEL: props.logLevel,
    POWERTOOLS_SERVICE_NAME: serviceName(scope),
    POWERTOOLS_METRICS_NAMESPACE: METRIC_NAMESPACE,
  };
}

/** Of a relay with a second queue. */
function backfillEnvironment(
  { backfillQueue }: Pick<RelayResources, 'backfillQueue'>,
  { backfillDayPercent }: Pick<ResolvedProps, 'backfillDayPercent'>,
): Record<string, string> {
  if (backfillQueue === undefined) return {};
  return {
    [SETTING_NAMES.backfillQueueUrl]: backfillQueue.queueUrl,
    [SETTING_NAMES.backfillDayPercent]: String(backfillDayPercent),
  };
}

/**
 * The settings of the delivery function. The type wants every name but those of what can be turned off, which come with it: a
 * setting cannot be forgotten here.
 */
function deliveryEnvironment(
  resources: RelayResources,
  props: ResolvedProps,
): Record<Exclude<SettingName, OptionalSettingName>, string> {
  const { queue, deadLetterQueue, table, secret, overflowBucket } = resources;
  return {
    MARKETO_BASE_URL: props.marketoBaseUrl,
    ALLOW_OTHER_HOSTS: String(props.allowOtherHosts),
    // A secret that was looked up by its name has no full ARN, and an ARN without its suffix can name another secret.
    MARKETO_SECRET_ID: secret.secretFullArn ?? secret.secretName,
    QUEUE_URL: queue.queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueue.queueUrl,
    LEDGER_TABLE_NAME: table.tableName,
    OVERFLOW_BUCKET_NAME: overflowBucket.bucketName,
    RATE_LIMIT_CALLS: String(props.rateLimitCalls),
    RATE_LIMIT_WINDOW_SECONDS: String(props.rateLimitWindowSeconds),
    MAX_CONCURRENT_CALLS: String(props.maxConcurrentCalls),
    DAILY_QUOTA: String(props.dailyQuota),
    DAILY_QUOTA_RESERVE: String(props.dailyQuotaReserve),
    QUOTA_TIME_ZONE: props.quotaTimeZone,
    RETRY_MAX_ATTEMPTS: String(props.retryMaxAttempts),
    RETRY_MAX_AGE_SECONDS: String(props.retryMaxAgeSeconds),
    ALLOWED_OPERATIONS: props.allowedOperations.join(),
    LOG_BODIES: String(props.logBodies),
    ISOLATE: props.isolate,
    UNKNOWN_FIELDS: props.unknownFields,
    SCHEMA_CHANGE_HOLD_HOURS: String(props.schemaChangeHoldHours),
    ORDER: props.order,
  };
}

export type { RelayResources };
export { backfillEnvironment, deliveryEnvironment, instrumentEnvironment };
