import { MAX_CONCURRENT_CALLS, RATE_LIMIT_CALLS } from '../../marketo/limits.ts';
import { Secret } from '../../marketo/secret.ts';
import { DEFAULT_ALLOWED_OPERATIONS, parseAllowedOperations } from '../../settings/allowed-operations.ts';
import { parseBaseUrl } from '../../settings/base-url.ts';
import { NUMBER_BOUNDS } from '../../settings/bounds.ts';
import { DEFAULT_ISOLATION_UNIT, type IsolationUnit, parseIsolationUnit } from '../../settings/parse.ts';
import { createCommand, type Values } from './command.ts';
import { readPorts, type ServePorts } from './read-ports.ts';

/** A Marketo subscription to run against instead of the fake. */
interface RealMarketo {
  readonly baseUrl: string;
  readonly allowOtherHosts: boolean;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

interface RunOptions {
  /** Undefined: the shipped examples, or nothing when serving. `-`: standard input. */
  readonly messagesPath: string | undefined;
  /** Undefined: the fake. */
  readonly marketo: RealMarketo | undefined;
  readonly seed: number;
  readonly serve: boolean;
  readonly ports: ServePorts;
  /** Where a serving relay keeps its state. Undefined: nowhere. */
  readonly statePath: string | undefined;
  /** Forms of the webhook intake of a serving relay. Undefined: the shipped examples. */
  readonly formsPath: string | undefined;
  readonly failOnDeadLetters: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly logPath: string | undefined;
  readonly rateLimitCalls: number;
  readonly maxConcurrentCalls: number;
  readonly timeLimitSeconds: number;
  /** As the setting of that name. */
  readonly allowedOperations: string;
  readonly isolate: IsolationUnit;
}

type Arguments =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

/** Marketo's own limits for a subscription (Marketo: rest-api, limits): the fake enforces them. */
const SUBSCRIPTION = { rateLimitCalls: RATE_LIMIT_CALLS, maxConcurrentCalls: MAX_CONCURRENT_CALLS } as const;
/** What Adobe advises a single integration to use of them (Marketo: integration best practices). */
const ADVISED = {
  rateLimitCalls: NUMBER_BOUNDS.rateLimitCalls.default,
  maxConcurrentCalls: NUMBER_BOUNDS.maxConcurrentCalls.default,
} as const;
const MAX_SECONDS = 7 * 24 * 3600;

/**
 * Reads the command line. Every problem is reported at once, each with what would be right.
 *
 * @example
 * readArguments(['--seed', '7'], process.env);
 */
function readArguments(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Arguments {
  const parsed = parse(argv);
  if ('problem' in parsed) return { kind: 'wrong', problems: [parsed.problem] };
  const { values, stray } = parsed;
  if (values.help === true) return { kind: 'help' };

  const problems: string[] = [...stray, ...givenTwice(values)];
  const marketoUrl = values.marketo?.at(-1);
  const usual = marketoUrl === undefined ? SUBSCRIPTION : ADVISED;
  const number = (
    name: 'seed' | 'rateLimit' | 'maxConcurrent' | 'timeLimit',
    least: number,
    most: number,
    otherwise: number,
  ): number => readNumber(optionName(name), values[name]?.at(-1), { least, most, otherwise }, problems);
  const isServing = values.serve === true;
  const options: RunOptions = {
    messagesPath: values.messages?.at(-1),
    marketo: marketoUrl === undefined ? undefined : readMarketo(marketoUrl, values, env, problems),
    seed: number('seed', 0, 4_294_967_295, 1),
    serve: isServing,
    ports: readPorts(values.port ?? [], problems),
    statePath: values.state?.at(-1),
    formsPath: values.webhookForms?.at(-1),
    failOnDeadLetters: values.failOnDeadLetters === true,
    json: values.json === true,
    verbose: values.verbose === true,
    logPath: values.logFile?.at(-1),
    rateLimitCalls: number('rateLimit', 1, NUMBER_BOUNDS.rateLimitCalls.max, usual.rateLimitCalls),
    maxConcurrentCalls: number('maxConcurrent', 1, NUMBER_BOUNDS.maxConcurrentCalls.max, usual.maxConcurrentCalls),
    timeLimitSeconds: number('timeLimit', 1, MAX_SECONDS, isServing ? MAX_SECONDS : 900),
    isolate: readIsolate(values.isolate?.at(-1), problems),
    allowedOperations: readAllowed(values.allowedOperations?.at(-1), problems),
  };
  if (marketoUrl !== undefined && options.messagesPath === undefined && !isServing) {
    problems.push(
      '--marketo needs --messages FILE (or --serve): the examples would create people in your subscription',
    );
  }
  for (const name of ['port', 'state', 'webhookForms'] as const) {
    if (values[name] !== undefined && !isServing) problems.push(`--${optionName(name)} needs --serve`);
  }
  return problems.length > 0 ? { kind: 'wrong', problems } : { kind: 'run', options };
}

function parse(argv: readonly string[]): { values: Values; stray: readonly string[] } | { problem: string } {
  try {
    const command = createCommand().parse([...argv], { from: 'user' });
    const stray = command.args.map(
      (text) => `"${text}" is no option: a file of messages is given as --messages ${text}`,
    );
    return { values: command.opts<Values>(), stray };
  } catch (error) {
    return { problem: (error instanceof Error ? error.message : String(error)).replace(/^error: /, '') };
  }
}

function givenTwice(values: Values): readonly string[] {
  return Object.entries(values)
    .filter(([name, given]) => name !== 'port' && Array.isArray(given) && given.length > 1)
    .map(([name, given]) => `--${optionName(name)} is given ${given.length} times: give it once`);
}

/** As it is written on the command line. */
function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function readNumber(
  name: string,
  value: unknown,
  range: { readonly least: number; readonly most: number; readonly otherwise: number },
  problems: string[],
): number {
  if (typeof value !== 'string') return range.otherwise;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= range.least && number <= range.most) return number;
  problems.push(`--${name} is "${value}", and must be a whole number from ${range.least} to ${range.most}`);
  return range.otherwise;
}

function readAllowed(given: string | undefined, problems: string[]): string {
  if (given === undefined) return DEFAULT_ALLOWED_OPERATIONS.join();
  const parsed = parseAllowedOperations(given);
  if (!parsed.ok) problems.push(`--allowed-operations ${parsed.problem}`);
  return given;
}

function readIsolate(text: string | undefined, problems: string[]): IsolationUnit {
  const parsed = parseIsolationUnit(text ?? DEFAULT_ISOLATION_UNIT);
  if (parsed.ok) return parsed.value;
  problems.push(`--isolate ${parsed.problem}`);
  return DEFAULT_ISOLATION_UNIT;
}

function readMarketo(
  url: string,
  values: Values,
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): RealMarketo | undefined {
  const allowOtherHosts = values.allowOtherHosts === true;
  const baseUrl = parseBaseUrl(url, { allowOtherHosts, switchName: '--allow-other-hosts' });
  if (!baseUrl.ok) problems.push(`--marketo ${baseUrl.problem}`);
  const missing = ['MARKETO_CLIENT_ID', 'MARKETO_CLIENT_SECRET'].filter((name) => (env[name] ?? '') === '');
  if (missing.length > 0) problems.push(`--marketo needs ${missing.join(' and ')} in the environment`);
  if (!baseUrl.ok || missing.length > 0) return undefined;
  return {
    baseUrl: baseUrl.value,
    allowOtherHosts,
    clientId: env.MARKETO_CLIENT_ID ?? '',
    clientSecret: new Secret(env.MARKETO_CLIENT_SECRET ?? ''),
  };
}

export type { Arguments, RealMarketo, RunOptions };
export { readArguments };
