import { parseArgs } from 'node:util';
import { Secret } from '../../marketo/secret.ts';
import { parseBaseUrl } from '../../settings/base-url.ts';
import { SETTING_NAMES } from '../../settings/names.ts';
import type { Subscription } from './client.ts';

interface ParityArguments {
  readonly subscription: Subscription;
  readonly budget: number;
  readonly readOnly: boolean;
  /** Undefined: stdout. */
  readonly outPath: string | undefined;
}

type Read =
  | { readonly kind: 'run'; readonly options: ParityArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const DEFAULT_BUDGET = 30;
const MAX_BUDGET = 1000;

const HELP = `Compares the fake Marketo with a sandbox of yours, rule by rule, and writes a masked report.

  npm run parity                   the report on stdout
  npm run parity -- --out FILE     into a file

It makes reads, upserts of one marked test person (marketo-relay.parity@example.com), and calls that
Marketo refuses as a whole. No campaign and no form is touched; the test person stays, delete it when
you like. Use a sandbox.

Environment
  MARKETO_BASE_URL       such as https://123-ABC-456.mktorest.com
  MARKETO_CLIENT_ID      of a custom service
  MARKETO_CLIENT_SECRET

Options
  --budget N     most calls, 1 to ${MAX_BUDGET} (default ${DEFAULT_BUDGET}); they count against the sandbox's day
  --read-only    no call to an endpoint that writes
  --out FILE     where the report goes
  --help         this text

Ends with status 0 when nothing differs, 1 when something does or the run was stopped, 2 for wrong
options or refused credentials.`;

function readArguments(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Read {
  const problems: string[] = [];
  const values = parse(argv, problems);
  if (values.help === true) return { kind: 'help' };
  const budget = Number(values.budget ?? DEFAULT_BUDGET);
  if (!/^\d+$/.test(values.budget ?? '1') || budget < 1 || budget > MAX_BUDGET) {
    problems.push(`--budget is "${values.budget}", and must be a whole number from 1 to ${MAX_BUDGET}`);
  }
  const { MARKETO_BASE_URL = '', MARKETO_CLIENT_ID = '', MARKETO_CLIENT_SECRET = '' } = env;
  const given = { MARKETO_BASE_URL, MARKETO_CLIENT_ID, MARKETO_CLIENT_SECRET };
  const missing = Object.entries(given).flatMap(([name, value]) => (value === '' ? [name] : []));
  if (missing.length > 0) problems.push(`the environment lacks ${missing.join(', ')}`);
  const switchName = SETTING_NAMES.allowOtherHosts;
  const rule = { allowOtherHosts: env[switchName] === 'true', switchName: `${switchName}=true` };
  const baseUrl = parseBaseUrl(MARKETO_BASE_URL, rule);
  if (!baseUrl.ok && MARKETO_BASE_URL !== '') problems.push(`MARKETO_BASE_URL ${baseUrl.problem}`);
  if (problems.length > 0 || !baseUrl.ok) return { kind: 'wrong', problems };
  const subscription = {
    baseUrl: baseUrl.value,
    clientId: MARKETO_CLIENT_ID,
    clientSecret: new Secret(MARKETO_CLIENT_SECRET),
  };
  return {
    kind: 'run',
    options: { subscription, budget, readOnly: values['read-only'] === true, outPath: values.out },
  };
}

function parse(argv: readonly string[], problems: string[]) {
  const options = {
    budget: { type: 'string' },
    out: { type: 'string' },
    'read-only': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return {};
  }
}

export type { ParityArguments };
export { HELP, readArguments };
