import { RemovalPolicy, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { DEFAULT_ALLOWED_OPERATIONS, parseAllowedOperations } from '../settings/allowed-operations.ts';
import { baseUrlPattern, parseBaseUrl } from '../settings/base-url.ts';
import { DEFAULT_QUOTA_TIME_ZONE, MAX_CALLS_A_SECOND } from '../settings/bounds.ts';
import type { IsolationUnit, LogLevel, OrderScope, Parsed } from '../settings/parse.ts';
import {
  accept,
  DEFAULT_ISOLATION_UNIT,
  DEFAULT_ORDER_SCOPE,
  parseIsolationUnit,
  parseOrderScope,
  parseTimeZone,
  range,
  refuse,
  shown,
} from '../settings/parse.ts';
import { MAX_MESSAGES_WITHOUT_GATHERING } from '../settings/policy.ts';
import { DEFAULT_UNKNOWN_FIELDS, parseUnknownFields, type UnknownFields } from '../settings/unknown-fields.ts';
import { ConfigurationError } from './configuration-error.ts';
import { environmentProblems } from './extra-environment.ts';
import type { Network } from './network.ts';
import type { RelayNumber } from './relay-numbers.ts';
import { RELAY_NUMBER_NAMES, RELAY_NUMBERS } from './relay-numbers.ts';
import type { MarketoRelayProps } from './relay-props.ts';

/** The props of a relay with every default filled in. */
interface ResolvedProps extends Readonly<Record<RelayNumber, number>> {
  readonly marketoBaseUrl: string;
  readonly allowOtherHosts: boolean;
  readonly quotaTimeZone: string;
  readonly isolate: IsolationUnit;
  /** Whether there is a second queue. */
  readonly backfill: boolean;
  readonly unknownFields: UnknownFields;
  readonly order: OrderScope;
  readonly logLevel: LogLevel;
  readonly tracing: boolean;
  readonly logBodies: boolean;
  readonly allowedOperations: readonly string[];
  /** Of the delivery function, beside what the relay sets itself. */
  readonly environment: Readonly<Record<string, string>>;
  readonly encryptionKey?: IKey;
  readonly fileBuckets: readonly IBucket[];
  readonly network?: Network;
  readonly journal: boolean;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Fills in the defaults. Values that are known only at deployment (tokens) are taken as they are; the function checks
 * its own settings again when it starts.
 *
 * @throws {ConfigurationError} that lists every bad prop with its value and what to give instead.
 */
function resolveProps(props: MarketoRelayProps): ResolvedProps {
  const problems: string[] = [];
  const numbers = { ...defaultNumbers() };
  for (const name of RELAY_NUMBER_NAMES) {
    const value = props[name];
    if (value === undefined) continue;
    numbers[name] = value;
    note(problems, name, checkNumber(name, value));
  }
  const quotaTimeZone = props.quotaTimeZone ?? DEFAULT_QUOTA_TIME_ZONE;
  note(problems, 'quotaTimeZone', checkText(quotaTimeZone, parseTimeZone));
  const isolate = props.isolate ?? DEFAULT_ISOLATION_UNIT;
  note(problems, 'isolate', checkText(isolate, parseIsolationUnit));
  const unknownFields = props.unknownFields ?? DEFAULT_UNKNOWN_FIELDS;
  note(problems, 'unknownFields', checkText(unknownFields, parseUnknownFields));
  const order = props.order ?? DEFAULT_ORDER_SCOPE;
  note(problems, 'order', checkText(order, parseOrderScope));
  const allowOtherHosts = props.allowOtherHosts ?? false;
  note(
    problems,
    'marketoBaseUrl',
    checkText(props.marketoBaseUrl, (text) => parseDeployedBaseUrl(text, allowOtherHosts)),
  );
  const allowedOperations = props.allowedOperations ?? DEFAULT_ALLOWED_OPERATIONS;
  note(problems, 'allowedOperations', checkText(allowedOperations.join(), parseAllowedOperations));
  problems.push(...jointProblems(numbers), ...environmentProblems(props.environment ?? {}));
  if (props.queue !== undefined && props.maxReceiveCount !== undefined) {
    problems.push(
      `maxReceiveCount is ${props.maxReceiveCount} beside a queue that exists: set it in the redrive policy of that queue`,
    );
  }
  for (const name of ['backfillDayPercent', 'backfillConcurrency'] as const) {
    if (props[name] === undefined || props.backfill === true) continue;
    problems.push(`${name} is ${props[name]} without a backfill queue: give backfill true, or leave it out`);
  }
  if (problems.length > 0) {
    throw new ConfigurationError('The relay cannot be built', problems);
  }
  return {
    ...numbers,
    quotaTimeZone,
    isolate,
    unknownFields,
    order,
    marketoBaseUrl: props.marketoBaseUrl,
    allowOtherHosts,
    backfill: props.backfill ?? false,
    logLevel: props.logLevel ?? 'INFO',
    tracing: props.tracing ?? true,
    logBodies: props.logBodies ?? true,
    allowedOperations,
    environment: props.environment ?? {},
    fileBuckets: props.fileBuckets ?? [],
    ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey }),
    journal: props.journal ?? true,
    logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  };
}

/** Numbers that are right each by itself and wrong together. */
function jointProblems(numbers: Readonly<Record<RelayNumber, number>>): readonly string[] {
  const { gatherMessages, gatherSeconds, dailyQuota, dailyQuotaReserve, rateLimitCalls, rateLimitWindowSeconds } =
    numbers;
  const areKnown = (...values: readonly number[]) => !values.some((value) => Token.isUnresolved(value));
  const problems: string[] = [];
  if (
    areKnown(gatherMessages, gatherSeconds) &&
    gatherMessages > MAX_MESSAGES_WITHOUT_GATHERING &&
    gatherSeconds === 0
  ) {
    problems.push(
      `gatherMessages is ${gatherMessages} with gatherSeconds 0: Lambda gathers more than ` +
        `${MAX_MESSAGES_WITHOUT_GATHERING} messages only within 1 second or more; give gatherSeconds of 1, or ` +
        `gatherMessages of at most ${MAX_MESSAGES_WITHOUT_GATHERING}`,
    );
  }
  if (areKnown(dailyQuota, dailyQuotaReserve) && dailyQuotaReserve >= dailyQuota) {
    problems.push(`dailyQuotaReserve is ${dailyQuotaReserve} of a dailyQuota of ${dailyQuota}: give less`);
  }
  const mostCalls = MAX_CALLS_A_SECOND * rateLimitWindowSeconds;
  if (areKnown(rateLimitCalls, rateLimitWindowSeconds) && rateLimitCalls > mostCalls) {
    problems.push(
      `rateLimitCalls is ${rateLimitCalls} in rateLimitWindowSeconds ${rateLimitWindowSeconds}: one DynamoDB item ` +
        `keeps the books of ${MAX_CALLS_A_SECOND} calls a second at most; give at most ${mostCalls} calls`,
    );
  }
  return problems;
}

/** In the cloud there is no loopback, so `http` has no use. Accepts what the template's pattern accepts, no more, no less. */
function parseDeployedBaseUrl(text: string, allowOtherHosts: boolean): Parsed<string> {
  if (/^http:/i.test(text)) return refuse(`is ${shown(text, 100)}: give the https address of the subscription`);
  const parsed = parseBaseUrl(text, { allowOtherHosts, switchName: 'allowOtherHosts=true' });
  if (!parsed.ok || new RegExp(baseUrlPattern(allowOtherHosts)).test(text)) return parsed;
  return refuse(`is ${shown(text, 100)}: give the https address of the subscription`);
}

function checkNumber(name: RelayNumber, value: number): Parsed<number> {
  const bounds = RELAY_NUMBERS[name];
  const inRange = Number.isInteger(value) && value >= bounds.min && value <= bounds.max;
  if (inRange || Token.isUnresolved(value)) return accept(value);
  return refuse(`is ${value}: give ${range(bounds)}`);
}

function checkText<T>(text: string, parse: (text: string) => Parsed<T>): Parsed<string | T> {
  return Token.isUnresolved(text) ? accept(text) : parse(text);
}

function note(problems: string[], name: string, parsed: Parsed<unknown>): void {
  if (!parsed.ok) problems.push(`${name} ${parsed.problem}`);
}

function defaultNumbers(): Record<RelayNumber, number> {
  const entries = RELAY_NUMBER_NAMES.map((name) => [name, RELAY_NUMBERS[name].default]);
  return Object.fromEntries(entries) as Record<RelayNumber, number>;
}

export type { ResolvedProps };
export { parseDeployedBaseUrl, resolveProps };
