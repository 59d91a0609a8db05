import * as z from 'zod';
import { DEFAULT_ALLOWED_OPERATIONS, parseAllowedOperations } from './allowed-operations.ts';
import { parseBaseUrl } from './base-url.ts';
import type { NumberSetting } from './bounds.ts';
import { DEFAULT_QUOTA_TIME_ZONE, NUMBER_BOUNDS } from './bounds.ts';
import { SETTING_NAMES } from './names.ts';
import type { IsolationUnit, Parsed } from './parse.ts';
import {
  DEFAULT_ISOLATION_UNIT,
  parseBoolean,
  parseBucketName,
  parseBusName,
  parseIsolationUnit,
  parseTableName,
  parseTimeZone,
  parseWholeNumber,
} from './parse.ts';
import { parseSecretId } from './secret-id.ts';
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

function required<T>(key: keyof typeof REMEDY_WHEN_MISSING, parse: (text: string) => Parsed<T>) {
  return z.string({ error: `is missing: ${REMEDY_WHEN_MISSING[key]}` }).transform(checkedBy(parse));
}

function numberWithDefault(key: NumberSetting) {
  const bounds = NUMBER_BOUNDS[key];
  return z
    .string()
    .default(String(bounds.default))
    .transform(checkedBy((text) => parseWholeNumber(text, bounds)));
}

/** Without it, what it is for is off. */
function optional<T>(parse: (text: string) => Parsed<T>) {
  return z.string().transform(checkedBy(parse)).optional();
}

function checkedBy<T>(parse: (text: string) => Parsed<T>) {
  return (text: string, context: z.RefinementCtx<string>): T => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  };
}

const SETTINGS = z.object({
  // Checked together: whether the address will do depends on the switch.
  allowOtherHosts: z.string().default('false').transform(checkedBy(parseBoolean)),
  marketoBaseUrl: z.string({ error: `is missing: ${REMEDY_WHEN_MISSING.marketoBaseUrl}` }),
  marketoSecretId: required('marketoSecretId', parseSecretId),
  queueUrl: required('queueUrl', parseQueueUrl),
  deadLetterQueueUrl: required('deadLetterQueueUrl', parseQueueUrl),
  ledgerTableName: required('ledgerTableName', parseTableName),
  overflowBucketName: required('overflowBucketName', parseBucketName),
  resultsQueueUrl: z.string().transform(checkedBy(parseQueueUrl)).optional(),
  resultsBusName: z.string().transform(checkedBy(parseBusName)).optional(),
  rateLimitCalls: numberWithDefault('rateLimitCalls'),
  rateLimitWindowSeconds: numberWithDefault('rateLimitWindowSeconds'),
  maxConcurrentCalls: numberWithDefault('maxConcurrentCalls'),
  dailyQuota: numberWithDefault('dailyQuota'),
  dailyQuotaReserve: numberWithDefault('dailyQuotaReserve'),
  quotaTimeZone: z.string().default(DEFAULT_QUOTA_TIME_ZONE).transform(checkedBy(parseTimeZone)),
  retryMaxAttempts: numberWithDefault('retryMaxAttempts'),
  retryMaxAgeSeconds: numberWithDefault('retryMaxAgeSeconds'),
  allowedOperations: z.string().default(DEFAULT_ALLOWED_OPERATIONS.join()).transform(checkedBy(parseAllowedOperations)),
  logBodies: z.string().default('true').transform(checkedBy(parseBoolean)),
  journalBucketName: optional(parseBucketName),
  journalSaltSecretId: optional(parseSecretId),
  isolate: z.string().default(DEFAULT_ISOLATION_UNIT).transform(checkedBy(parseIsolationUnit)),
});

/**
 * Reads every setting of the delivery function, once, at its start. An empty value counts as not set.
 *
 * @throws {SettingsError} naming each bad setting, its value where it cannot hold a secret, and what to do.
 * @example
 * const settings = readSettings(process.env);
 * settings.rateLimitCalls; // 50, unless RATE_LIMIT_CALLS says otherwise
 */
function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const entries = Object.entries(SETTING_NAMES).map(([key, name]) => [key, env[name] === '' ? undefined : env[name]]);
  const result = SETTINGS.safeParse(Object.fromEntries(entries));
  const problems = result.success ? [] : result.error.issues.map(toProblem);
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
  const { resultsQueueUrl, resultsBusName } = SETTING_NAMES;
  if (env[resultsQueueUrl] && env[resultsBusName]) {
    problems.push({ name: resultsBusName, problem: `is set beside ${resultsQueueUrl}: give one of the two` });
  }
  if (env[resultsQueueUrl] && [env[queueUrl], env[deadLetterQueueUrl]].includes(env[resultsQueueUrl])) {
    problems.push({ name: resultsQueueUrl, problem: 'is the queue or the dead-letter queue: give one of its own' });
  }
  if (result.success && result.data.dailyQuotaReserve >= result.data.dailyQuota) {
    const { dailyQuotaReserve, dailyQuota } = result.data;
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
  if (!result.success || !baseUrl.ok || problems.length > 0) throw new SettingsError(problems);
  return { ...result.data, marketoBaseUrl: baseUrl.value };
}

function toProblem(issue: z.core.$ZodIssue): SettingProblem {
  const key = issue.path[0];
  const name = Object.entries(SETTING_NAMES).find(([settingKey]) => settingKey === key)?.[1];
  return { name: name ?? String(key), problem: issue.message };
}

export type { SettingProblem, Settings };
export { readSettings, SettingsError };
