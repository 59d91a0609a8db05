import { RemovalPolicy, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DEFAULT_QUOTA_TIME_ZONE } from '../settings/bounds.ts';
import type { Parsed } from '../settings/parse.ts';
import { accept, parseTimeZone, range, refuse, shown } from '../settings/parse.ts';
import { MAX_MESSAGES_WITHOUT_GATHERING } from '../settings/policy.ts';
import { parseBaseUrl } from '../settings/urls.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { RelayNumber } from './relay-numbers.ts';
import { RELAY_NUMBER_NAMES, RELAY_NUMBERS } from './relay-numbers.ts';
import type { MarketoRelayProps } from './relay-props.ts';

/** The props of a relay with every default filled in. */
interface ResolvedProps extends Readonly<Record<RelayNumber, number>> {
  readonly marketoBaseUrl: string;
  readonly quotaTimeZone: string;
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
  note(problems, 'marketoBaseUrl', checkText(props.marketoBaseUrl, parseDeployedBaseUrl));
  if (numbers.gatherMessages > MAX_MESSAGES_WITHOUT_GATHERING && numbers.gatherSeconds === 0) {
    problems.push(
      `gatherMessages is ${numbers.gatherMessages} with gatherSeconds 0: Lambda gathers more than ` +
        `${MAX_MESSAGES_WITHOUT_GATHERING} messages only within 1 second or more; give gatherSeconds of 1, or ` +
        `gatherMessages of at most ${MAX_MESSAGES_WITHOUT_GATHERING}`,
    );
  }
  const isKnown = !Token.isUnresolved(numbers.dailyQuota) && !Token.isUnresolved(numbers.dailyQuotaReserve);
  if (isKnown && numbers.dailyQuotaReserve >= numbers.dailyQuota) {
    problems.push(
      `dailyQuotaReserve is ${numbers.dailyQuotaReserve} of a dailyQuota of ${numbers.dailyQuota}: give less`,
    );
  }
  if (problems.length > 0) {
    throw new ConfigurationError('The relay cannot be built', problems);
  }
  return {
    ...numbers,
    quotaTimeZone,
    marketoBaseUrl: props.marketoBaseUrl,
    logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  };
}

/** In the cloud there is no loopback, so `http` has no use. */
function parseDeployedBaseUrl(text: string): Parsed<string> {
  if (/^http:/i.test(text)) return refuse(`is ${shown(text, 100)}: give the https address of the subscription`);
  return parseBaseUrl(text);
}

function checkNumber(name: RelayNumber, value: number): Parsed<number> {
  const bounds = RELAY_NUMBERS[name];
  const inRange = Number.isInteger(value) && value >= bounds.min && value <= bounds.max;
  if (inRange || Token.isUnresolved(value)) return accept(value);
  return refuse(`is ${value}: give ${range(bounds)}`);
}

function checkText(text: string, parse: (text: string) => Parsed<string>): Parsed<string> {
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
