import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { parseAllowedOperations } from '../settings/allowed-operations.ts';
import type { Parsed } from '../settings/parse.ts';
import {
  accept,
  parseBoolean,
  parseIsolationUnit,
  parseLogLevel,
  parseOrderScope,
  parseTimeZone,
  parseWholeNumber,
  refuse,
  shown,
} from '../settings/parse.ts';
import { parseSecretId } from '../settings/secret-id.ts';
import { parseUnknownFields } from '../settings/unknown-fields.ts';
import { ConfigurationError } from './configuration-error.ts';
import { canBeOurs, nameMeant } from './context-names.ts';
import type { RelayNumber } from './relay-numbers.ts';
import { RELAY_NUMBER_NAMES, RELAY_NUMBERS } from './relay-numbers.ts';
import type { RelayStackProps } from './relay-stack.ts';
import { parseDeployedBaseUrl } from './resolve-props.ts';
import { parseResults } from './results.ts';
import { parseAuthentication, parseFormsFile } from './webhook/webhook-context.ts';

type Context = Readonly<Record<string, unknown>>;
type Readers = { readonly [K in keyof RelayStackProps]?: (text: string) => Parsed<NonNullable<RelayStackProps[K]>> };

const REMOVAL_POLICIES: Readonly<Record<string, RemovalPolicy>> = {
  retain: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  destroy: RemovalPolicy.DESTROY,
};

/** Context names are the names of the props. */
function readersFor(allowOtherHosts: boolean) {
  return {
    marketoBaseUrl: (text: string) => parseDeployedBaseUrl(text, allowOtherHosts),
    allowOtherHosts: parseBoolean,
    secretName: parseSecretId,
    secretKeyArn: parseKeyArn,
    encryptionKeyArn: parseKeyArn,
    tracing: parseBoolean,
    logBodies: parseBoolean,
    allowedOperations: parseAllowedOperations,
    results: parseResults,
    fileBuckets: listOf(parseBucketName),
    alarmTopicArn: listOf(parseTopicArn),
    alarmEmail: listOf(parseEmail),
    warningTopicArn: listOf(parseTopicArn),
    warningEmail: listOf(parseEmail),
    runbookUrl: parseRunbookUrl,
    quotaTimeZone: parseTimeZone,
    isolate: parseIsolationUnit,
    backfill: parseBoolean,
    unknownFields: parseUnknownFields,
    order: parseOrderScope,
    stackName: parseStackName,
    logLevel: parseLogLevel,
    journal: parseBoolean,
    logRetention: parseLogRetention,
    removalPolicy: parseRemovalPolicy,
    webhook: parseAuthentication,
    webhookForms: parseFormsFile,
    webhookRequestsPerSecond: (text: string) => parseWholeNumber(text, { min: 1, max: 10_000, default: 50 }),
    ...(Object.fromEntries(
      RELAY_NUMBER_NAMES.map((name) => [name, (text: string) => parseWholeNumber(text, RELAY_NUMBERS[name])]),
    ) as Record<RelayNumber, (text: string) => Parsed<number>>),
  } satisfies Readers;
}

/** A list of several subscriptions, each with values of its own: `subscriptions.ts` reads it. */
const SUBSCRIPTIONS_NAME = 'subscriptions';

const CONTEXT_NAMES: readonly string[] = [...Object.keys(readersFor(false)), SUBSCRIPTIONS_NAME];

/**
 * The stack's props from the app's context. What is not given is left out, so that the construct's defaults hold.
 *
 * @throws {ConfigurationError} that lists every bad value, and every name that is one of these but for its spelling,
 * with what to give instead. A setting that is ignored looks like one that was taken.
 * @example
 * readContext({ rateLimitCalls: '30' }); // from: cdk deploy -c rateLimitCalls=30
 */
function readContext(context: Context): RelayStackProps {
  const problems = Object.keys(context).flatMap((name) => {
    const meant = nameMeant(name, CONTEXT_NAMES);
    return meant === undefined ? [] : [`${shown(name, 60)} is not a name that the relay knows: write ${meant}`];
  });
  const props: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(readersFor(String(context.allowOtherHosts) === 'true'))) {
    const text = asText(context[name]);
    if (text === undefined) continue;
    const parsed: Parsed<unknown> = text.ok ? read(text.value) : text;
    if (parsed.ok) props[name] = parsed.value;
    else problems.push(`${name} ${parsed.problem}`);
  }
  if (problems.length > 0) {
    throw new ConfigurationError('The context (-c NAME=VALUE, or cdk.json) cannot be used', problems);
  }
  return props;
}

/** Names in the context that could be meant for the relay and resemble none that it knows. */
function unknownContextNames(context: Context): readonly string[] {
  return Object.keys(context).filter((name) => canBeOurs(name) && !CONTEXT_NAMES.includes(name));
}

function contextNames(): readonly string[] {
  return CONTEXT_NAMES;
}

/** `-c` gives strings, `cdk.json` may give numbers and booleans. */
function asText(value: unknown): Parsed<string> | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return accept(value);
  if (typeof value === 'number' || typeof value === 'boolean') return accept(String(value));
  return refuse(`is ${shown(JSON.stringify(value))}: give a text or a number`);
}

function parseTopicArn(text: string): Parsed<string> {
  if (/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/.test(text)) return accept(text);
  return refuse(
    `is ${shown(text, 100)}: give the ARN of a standard SNS topic, such as arn:aws:sns:us-east-1:123456789012:NAME`,
  );
}

/** Several are given with commas between them. One alone stays what it is. */
function listOf(parse: (text: string) => Parsed<string>): (text: string) => Parsed<string | readonly string[]> {
  return (text) => {
    const parsed = text.split(',').map((one) => parse(one.trim()));
    const values: string[] = [];
    for (const one of parsed) {
      if (!one.ok) return one;
      values.push(one.value);
    }
    return accept(values.length === 1 ? (values[0] ?? '') : [...new Set(values)]);
  };
}

function parseBucketName(text: string): Parsed<string> {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) return accept(text);
  return refuse(`is ${shown(text, 100)}: give the name of a bucket, several with commas between`);
}

function parseEmail(text: string): Parsed<string> {
  if (text.length <= 254 && /^[^\s@,<>"]{1,64}@[^\s@,<>"]+\.[^\s@,<>".]+$/.test(text)) return accept(text);
  return refuse(
    `is ${shown(text, 100)}: give a mail address, such as on-call@example.com, several with commas between`,
  );
}

/** It ends the text of every alarm, which has room for about so much. */
function parseRunbookUrl(text: string): Parsed<string> {
  if (/^[\x21-\x7e]{1,200}$/.test(text) && !text.includes('#')) return accept(text);
  return refuse(`is ${shown(text, 100)}: give an address of at most 200 characters, without a fragment (#...)`);
}

/** Not an alias: a policy grants keys, and an alias can be moved to another. */
function parseKeyArn(text: string): Parsed<string> {
  if (/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,128}$/.test(text)) return accept(text);
  return refuse(`is ${shown(text, 100)}: give the ARN of a KMS key, such as arn:aws:kms:us-east-1:123456789012:key/ID`);
}

function parseStackName(text: string): Parsed<string> {
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text)) return accept(text);
  return refuse(`is ${shown(text)}: give a letter followed by up to 127 letters, digits and hyphens`);
}

function parseLogRetention(text: string): Parsed<RetentionDays> {
  const days = Object.values(RetentionDays).filter(
    (value) => typeof value === 'number' && value !== RetentionDays.INFINITE,
  );
  const found = days.find((value) => String(value) === text);
  if (typeof found === 'number') return accept(found);
  return refuse(`is ${shown(text)}: give a number of days that CloudWatch Logs knows: ${days.join(', ')}`);
}

function parseRemovalPolicy(text: string): Parsed<RemovalPolicy> {
  const policy = Object.hasOwn(REMOVAL_POLICIES, text) ? REMOVAL_POLICIES[text] : undefined;
  if (policy !== undefined) return accept(policy);
  return refuse(`is ${shown(text)}: give "retain" or "destroy"`);
}

export { contextNames, readContext, SUBSCRIPTIONS_NAME, unknownContextNames };
