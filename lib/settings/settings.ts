import { DEFAULT_ALLOWED_OPERATIONS, parseAllowedOperations } from './allowed-operations.ts';
import { parseBaseUrl } from './base-url.ts';
import type { NumberSetting } from './bounds.ts';
import { DEFAULT_QUOTA_TIME_ZONE, NUMBER_BOUNDS } from './bounds.ts';
import { SETTING_NAMES } from './names.ts';
import type { IsolationUnit, OrderScope, Parsed } from './parse.ts';
import {
  accept,
  DEFAULT_ISOLATION_UNIT,
  DEFAULT_ORDER_SCOPE,
  parseBoolean,
  parseBucketName,
  parseBusName,
  parseIsolationUnit,
  parseOrderScope,
  parseTableName,
  parseTimeZone,
  parseWholeNumber,
  refuse,
} from './parse.ts';
import { parseSecretId } from './secret-id.ts';
import { DEFAULT_UNKNOWN_FIELDS, parseUnknownFields, type UnknownFields } from './unknown-fields.ts';
import { parseQueueUrl } from './urls.ts';

/** What the delivery function is told by its environment, checked and typed. */
interface Settings {
  /** Origin only, in lower case: `https://123-abc-456.mktorest.com`. */
  readonly marketoBaseUrl: string;
  /** Whether {@link Settings.marketoBaseUrl} may lie outside `*.mktorest.com`: the credentials are posted there. */
  readonly allowOtherHosts: boolean;
  /** Name or ARN. */
  readonly marketoSecretId: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly ledgerTableName: string;
  readonly overflowBucketName: string;
  /** Of the lane `backfill`; absent, there is none. */
  readonly backfillQueueUrl?: string | undefined;
  /** The most of the day's calls that the backfill may have, in hundredths. */
  readonly backfillDayPercent: number;
  /** Where results go: a queue, or an event bus by its name or ARN, or nowhere. */
  readonly resultsQueueUrl?: string | undefined;
  readonly resultsBusName?: string | undefined;
  /** Most calls in any {@link Settings.rateLimitWindowSeconds}. */
  readonly rateLimitCalls: number;
  readonly rateLimitWindowSeconds: number;
  readonly maxConcurrentCalls: number;
  readonly dailyQuota: number;
  /** Calls of each day left to other integrations. */
  readonly dailyQuotaReserve: number;
  /** IANA name. */
  readonly quotaTimeZone: string;
  readonly retryMaxAttempts: number;
  readonly retryMaxAgeSeconds: number;
  /** Whether the log line of a dead letter holds what was sent and answered, or sizes and hashes only. */
  readonly logBodies: boolean;
  /** Patterns of the operations that may be made: `lib/marketo/endpoints/operation-patterns.ts`. */
  readonly allowedOperations: readonly string[];
  /** Where outcomes are kept, and the secret with the salt of its key hashes: both or neither. */
  readonly journalBucketName?: string | undefined;
  /** Name or ARN. */
  readonly journalSaltSecretId?: string | undefined;
  /** Whether records of one message are told apart when a call fails as a whole. */
  readonly isolate: IsolationUnit;
  /** What becomes of a record with a field that Marketo does not have. */
  readonly unknownFields: UnknownFields;
  /** How long messages are held whose field has gone from Marketo. */
  readonly schemaChangeHoldHours: number;
  /** Whether what is retried keeps the order of its keys. */
  readonly order: OrderScope;
}

interface SettingProblem {
  /** Name of the environment variable. */
  readonly name: string;
  /** The bad value, unless it could hold a secret, and the remedy. */
  readonly problem: string;
}

/** Thrown once, at start, with every missing or malformed setting. */
class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ name, problem }) => `- ${name} ${problem}.`);
    super(['The settings (environment variables) cannot be used:', ...lines].join('\n'));
    this.problems = problems;
  }
}

/** What to set, for each setting that has no default. */
const REMEDY_WHEN_MISSING = {
  marketoBaseUrl: 'set it to the address of the subscription, such as https://123-ABC-456.mktorest.com',
  marketoSecretId: 'set it to the name or ARN of the Secrets Manager secret that holds {"clientId","clientSecret"}',
  queueUrl: 'set it to the URL of the queue that the relay reads',
  deadLetterQueueUrl: 'set it to the URL of the dead-letter queue',
  ledgerTableName: "set it to the name of the ledger's DynamoDB table",
  overflowBucketName: 'set it to the name of the S3 bucket for dead letters that are too big for a queue',
} as const;

/** Reads one setting: what its variable holds, or undefined where it is not set. */
type Read<T> = (text: string | undefined) => Parsed<T>;

function required<T>(key: keyof typeof REMEDY_WHEN_MISSING, parse: (text: string) => Parsed<T>): Read<T> {
  return (text) => (text === undefined ? refuse(`is missing: ${REMEDY_WHEN_MISSING[key]}`) : parse(text));
}

function withDefault<T>(unset: string, parse: (text: string) => Parsed<T>): Read<T> {
  return (text = unset) => parse(text);
}

function numberWithDefault(key: NumberSetting): Read<number> {
  const bounds = NUMBER_BOUNDS[key];
  return withDefault(String(bounds.default), (text) => parseWholeNumber(text, bounds));
}

/** Without it, what it is for is off. */
function optional<T>(parse: (text: string) => Parsed<T>): Read<T | undefined> {
  return (text) => (text === undefined ? accept(undefined) : parse(text));
}

/** A function each, and no schema: it would be built in every cold start. */
const SETTINGS: { readonly [Key in keyof Settings]-?: Read<Settings[Key]> } = {
  // Checked together: whether the address will do depends on the switch.
  allowOtherHosts: withDefault('false', parseBoolean),
  marketoBaseUrl: required('marketoBaseUrl', accept),
  marketoSecretId: required('marketoSecretId', parseSecretId),
  queueUrl: required('queueUrl', parseQueueUrl),
  deadLetterQueueUrl: required('deadLetterQueueUrl', parseQueueUrl),
  ledgerTableName: required('ledgerTableName', parseTableName),
  overflowBucketName: required('overflowBucketName', parseBucketName),
  backfillQueueUrl: optional(parseQueueUrl),
  backfillDayPercent: numberWithDefault('backfillDayPercent'),
  resultsQueueUrl: optional(parseQueueUrl),
  resultsBusName: optional(parseBusName),
  rateLimitCalls: numberWithDefault('rateLimitCalls'),
  rateLimitWindowSeconds: numberWithDefault('rateLimitWindowSeconds'),
  maxConcurrentCalls: numberWithDefault('maxConcurrentCalls'),
  dailyQuota: numberWithDefault('dailyQuota'),
  dailyQuotaReserve: numberWithDefault('dailyQuotaReserve'),
  quotaTimeZone: withDefault(DEFAULT_QUOTA_TIME_ZONE, parseTimeZone),
  retryMaxAttempts: numberWithDefault('retryMaxAttempts'),
  retryMaxAgeSeconds: numberWithDefault('retryMaxAgeSeconds'),
  allowedOperations: withDefault(DEFAULT_ALLOWED_OPERATIONS.join(), parseAllowedOperations),
  logBodies: withDefault('true', parseBoolean),
  journalBucketName: optional(parseBucketName),
  journalSaltSecretId: optional(parseSecretId),
  isolate: withDefault(DEFAULT_ISOLATION_UNIT, parseIsolationUnit),
  unknownFields: withDefault(DEFAULT_UNKNOWN_FIELDS, parseUnknownFields),
  schemaChangeHoldHours: numberWithDefault('schemaChangeHoldHours'),
  order: withDefault(DEFAULT_ORDER_SCOPE, parseOrderScope),
};

/**
 * Reads every setting of the delivery function, once, at its start. An empty value counts as not set.
 *
 * @throws {SettingsError} naming each bad setting, its value where it cannot hold a secret, and what to do.
 * @example
 * const settings = readSettings(process.env);
 * settings.rateLimitCalls; // 50, unless RATE_LIMIT_CALLS says otherwise
 */
function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const { settings, problems } = readEach(env);
  const { marketoBaseUrl, allowOtherHosts } = SETTING_NAMES;
  const baseUrl = parseBaseUrl(env[marketoBaseUrl] ?? '', {
    allowOtherHosts: env[allowOtherHosts] === 'true',
    switchName: `${allowOtherHosts}=true`,
  });
  if (env[marketoBaseUrl] && !baseUrl.ok) problems.push({ name: marketoBaseUrl, problem: baseUrl.problem });
  const { queueUrl, deadLetterQueueUrl } = SETTING_NAMES;
  if (env[queueUrl] && env[queueUrl] === env[deadLetterQueueUrl]) {
    problems.push({ name: deadLetterQueueUrl, problem: `is the same queue as ${queueUrl}: give two queues` });
  }
  const { backfillQueueUrl } = SETTING_NAMES;
  if (env[backfillQueueUrl] && [env[queueUrl], env[deadLetterQueueUrl]].includes(env[backfillQueueUrl])) {
    problems.push({ name: backfillQueueUrl, problem: 'is the queue or the dead-letter queue: give one of its own' });
  }
  const { resultsQueueUrl, resultsBusName } = SETTING_NAMES;
  if (env[resultsQueueUrl] && env[resultsBusName]) {
    problems.push({ name: resultsBusName, problem: `is set beside ${resultsQueueUrl}: give one of the two` });
  }
  if (
    env[resultsQueueUrl] &&
    [queueUrl, deadLetterQueueUrl, backfillQueueUrl].some((name) => env[name] === env[resultsQueueUrl])
  ) {
    problems.push({ name: resultsQueueUrl, problem: 'is a queue of messages or of dead letters: give one of its own' });
  }
  const { dailyQuotaReserve = 0, dailyQuota = Number.POSITIVE_INFINITY } = settings;
  if (dailyQuotaReserve >= dailyQuota) {
    const problem = `is ${dailyQuotaReserve} of a quota of ${dailyQuota}: nothing would be left; give less`;
    problems.push({ name: SETTING_NAMES.dailyQuotaReserve, problem });
  }
  const { journalBucketName, journalSaltSecretId } = SETTING_NAMES;
  if (Boolean(env[journalBucketName]) !== Boolean(env[journalSaltSecretId])) {
    const [missing, given] = env[journalBucketName]
      ? [journalSaltSecretId, journalBucketName]
      : [journalBucketName, journalSaltSecretId];
    problems.push({ name: missing, problem: `is missing beside ${given}: a journal needs both; set it, or neither` });
  }
  if (!baseUrl.ok || problems.length > 0) throw new SettingsError(problems);
  return { ...(settings as Settings), marketoBaseUrl: baseUrl.value };
}

/** Each setting by itself; what is not there of the settings is among the problems. */
function readEach(env: Readonly<Record<string, string | undefined>>) {
  const settings: Partial<Record<keyof Settings, unknown>> = {};
  const problems: SettingProblem[] = [];
  for (const [key, read] of Object.entries(SETTINGS) as [keyof Settings, Read<unknown>][]) {
    const name = SETTING_NAMES[key];
    const parsed = read(env[name] === '' ? undefined : env[name]);
    if (parsed.ok) settings[key] = parsed.value;
    else problems.push({ name, problem: parsed.problem });
  }
  return { settings: settings as Partial<Settings>, problems };
}

export type { SettingProblem, Settings };
export { readSettings, SettingsError };
