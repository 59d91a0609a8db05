/** Names of the delivery function's environment variables: the one list that the stack and the handler share. */
const SETTING_NAMES = {
  marketoBaseUrl: 'MARKETO_BASE_URL',
  allowOtherHosts: 'ALLOW_OTHER_HOSTS',
  marketoSecretId: 'MARKETO_SECRET_ID',
  queueUrl: 'QUEUE_URL',
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  ledgerTableName: 'LEDGER_TABLE_NAME',
  overflowBucketName: 'OVERFLOW_BUCKET_NAME',
  backfillQueueUrl: 'BACKFILL_QUEUE_URL',
  backfillDayPercent: 'BACKFILL_DAY_PERCENT',
  resultsQueueUrl: 'RESULTS_QUEUE_URL',
  resultsBusName: 'RESULTS_BUS_NAME',
  rateLimitCalls: 'RATE_LIMIT_CALLS',
  rateLimitWindowSeconds: 'RATE_LIMIT_WINDOW_SECONDS',
  maxConcurrentCalls: 'MAX_CONCURRENT_CALLS',
  dailyQuota: 'DAILY_QUOTA',
  dailyQuotaReserve: 'DAILY_QUOTA_RESERVE',
  quotaTimeZone: 'QUOTA_TIME_ZONE',
  retryMaxAttempts: 'RETRY_MAX_ATTEMPTS',
  retryMaxAgeSeconds: 'RETRY_MAX_AGE_SECONDS',
  logBodies: 'LOG_BODIES',
  allowedOperations: 'ALLOWED_OPERATIONS',
  journalBucketName: 'JOURNAL_BUCKET_NAME',
  journalSaltSecretId: 'JOURNAL_SALT_SECRET_ID',
  isolate: 'ISOLATE',
  unknownFields: 'UNKNOWN_FIELDS',
  schemaChangeHoldHours: 'SCHEMA_CHANGE_HOLD_HOURS',
  order: 'ORDER',
} as const;

/** What the relay does without: absent, the feature is off. */
type OptionalSettingName = (typeof SETTING_NAMES)[
  | 'backfillQueueUrl'
  | 'backfillDayPercent'
  | 'journalBucketName'
  | 'journalSaltSecretId'
  | 'resultsQueueUrl'
  | 'resultsBusName'];

/** Of the function that governs, which has all the others too: the UUIDs of the mappings that it switches. */
const MAPPING_ID_NAME = 'EVENT_SOURCE_MAPPING_ID';
const BACKFILL_MAPPING_ID_NAME = 'BACKFILL_EVENT_SOURCE_MAPPING_ID';

/** Of the function that receives webhooks, which has the queue's URL too. */
const WEBHOOK_NAMES = {
  secretId: 'WEBHOOK_SECRET_ID',
  /** JSON: a list of forms. None when it is not set. */
  forms: 'WEBHOOK_FORMS',
} as const;

type SettingName = (typeof SETTING_NAMES)[keyof typeof SETTING_NAMES];

export type { OptionalSettingName, SettingName };
export { BACKFILL_MAPPING_ID_NAME, MAPPING_ID_NAME, SETTING_NAMES, WEBHOOK_NAMES };
