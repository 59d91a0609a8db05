import { parseArgs } from 'node:util';
import { MAX_CONCURRENT_CALLS, RATE_LIMIT_CALLS } from '../../marketo/limits.ts';
import { Secret } from '../../marketo/secret.ts';
import { parseBaseUrl } from '../../settings/base-url.ts';
import { NUMBER_BOUNDS } from '../../settings/bounds.ts';

/** A Marketo subscription to run against instead of the fake. */
interface RealMarketo {
  readonly baseUrl: string;
  readonly allowOtherHosts: boolean;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

interface RunOptions {
  /** Undefined: the shipped examples, or nothing when serving. */
  readonly messagesPath: string | undefined;
  /** Undefined: the fake. */
  readonly marketo: RealMarketo | undefined;
  readonly seed: number;
  readonly serve: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly logPath: string | undefined;
  readonly rateLimitCalls: number;
  readonly maxConcurrentCalls: number;
  readonly timeLimitSeconds: number;
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

const OPTIONS = {
  messages: { type: 'string' },
  marketo: { type: 'string' },
  'allow-other-hosts': { type: 'boolean' },
  seed: { type: 'string' },
  serve: { type: 'boolean' },
  json: { type: 'boolean' },
  'rate-limit': { type: 'string' },
  'max-concurrent': { type: 'string' },
  'time-limit': { type: 'string' },
  verbose: { type: 'boolean' },
  'log-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const HELP = `Runs the relay on this machine: real SQS and DynamoDB protocols, no account, no Docker, no network.

  npm start                          the shipped examples against a fake Marketo
  npm start -- --messages FILE       your own messages, one JSON object a line
  npm start -- --serve               stay up and take what you publish to the queue

Options
  --messages FILE      NDJSON: an object is a message, a string is a raw body
  --marketo URL        a real Marketo sandbox instead of the fake; needs MARKETO_CLIENT_ID and
                       MARKETO_CLIENT_SECRET in the environment, and --messages or --serve
  --allow-other-hosts  let --marketo name a host outside *.mktorest.com: the credentials are posted there
  --serve              stay up until Ctrl-C; prints the endpoints and how to publish
  --seed N             what the fake draws its latency and faults from (default 1)
  --rate-limit N       calls in any 20 seconds (default 100, 50 with --marketo)
  --max-concurrent N   calls in flight (default 10, 5 with --marketo)
  --time-limit N       seconds after which the run ends with what it has (default 900)
  --json               the summary as JSON on stdout; add --silent to npm's own options
  --verbose            the function's log on stderr
  --log-file FILE      the function's log, as JSON lines, into a file
  --help               this text

Ends with status 0 only if every message is accounted for: 1 if not, 2 for wrong options or an
unreadable file, 130 when interrupted before the end.`;

/**
 * Reads the command line. Every problem is reported at once, each with what would be right.
 *
 * @example
 * readArguments(['--seed', '7'], process.env);
 */
function readArguments(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Arguments {
  const parsed = parse(argv);
  if ('problem' in parsed) return { kind: 'wrong', problems: [parsed.problem] };
  const { values } = parsed;
  if (values.help === true) return { kind: 'help' };

  const problems: string[] = [];
  const usual = values.marketo === undefined ? SUBSCRIPTION : ADVISED;
  const number = (name: keyof typeof values & string, least: number, most: number, otherwise: number): number =>
    readNumber(name, values[name], { least, most, otherwise }, problems);
  const options: RunOptions = {
    messagesPath: values.messages,
    marketo: values.marketo === undefined ? undefined : readMarketo(values, env, problems),
    seed: number('seed', 0, 4_294_967_295, 1),
    serve: values.serve === true,
    json: values.json === true,
    verbose: values.verbose === true,
    logPath: values['log-file'],
    rateLimitCalls: number('rate-limit', 1, NUMBER_BOUNDS.rateLimitCalls.max, usual.rateLimitCalls),
    maxConcurrentCalls: number('max-concurrent', 1, NUMBER_BOUNDS.maxConcurrentCalls.max, usual.maxConcurrentCalls),
    timeLimitSeconds: number('time-limit', 1, MAX_SECONDS, values.serve === true ? MAX_SECONDS : 900),
  };
  if (values.marketo !== undefined && values.messages === undefined && !options.serve) {
    problems.push(
      '--marketo needs --messages FILE (or --serve): the examples would create people in your subscription',
    );
  }
  return problems.length > 0 ? { kind: 'wrong', problems } : { kind: 'run', options };
}

type Values = {
  readonly [Name in keyof typeof OPTIONS]?: (typeof OPTIONS)[Name]['type'] extends 'boolean' ? boolean : string;
};

function parse(argv: readonly string[]): { values: Values } | { problem: string } {
  try {
    return { values: parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
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

function readMarketo(
  values: Values,
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): RealMarketo | undefined {
  const allowOtherHosts = values['allow-other-hosts'] === true;
  const baseUrl = parseBaseUrl(values.marketo ?? '', { allowOtherHosts, switchName: '--allow-other-hosts' });
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
export { HELP, readArguments };
