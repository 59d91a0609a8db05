import type { LedgerStatus } from '../../aws/ledger-status.ts';
import { ENDPOINTS } from '../../marketo/endpoints/endpoints.ts';
import type { Secret } from '../../marketo/secret.ts';
import { plural } from '../cli/layout.ts';
import { printable } from '../print.ts';
import type { Ask } from './ask-within-limits.ts';
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts';
import { refusalIn } from './reply-text.ts';

/** Letters of 603 by operation. */
type DeniedLetters = ReadonlyMap<string, { readonly count: number; readonly newestMs: number }>;

interface PermissionsInput {
  readonly status: LedgerStatus | undefined;
  readonly deniedLetters: DeniedLetters;
  /** Operations of dead letters. */
  readonly operations: ReadonlySet<string>;
  /** Absent without a token. */
  readonly ask: Ask | undefined;
  readonly user: string | undefined;
  readonly secrets: readonly Secret[];
}

interface ReadProbe {
  /** What the operations below these paths are about. */
  readonly what: string;
  /** The beginning of their paths. */
  readonly below: readonly string[];
  readonly path: string;
}

/** A read that changes nothing and gives little, for each kind of permission. The longest beginning counts. */
const PROBES: readonly ReadProbe[] = [
  { what: 'leads', below: ['/rest/v1/lead', '/rest/v1/list', '/bulk/v1/lead'], path: '/rest/v1/leads/describe.json' },
  {
    what: 'custom objects',
    below: ['/rest/v1/customobjects', '/bulk/v1/customobjects'],
    path: '/rest/v1/customobjects.json',
  },
  { what: 'companies', below: ['/rest/v1/companies'], path: '/rest/v1/companies/describe.json' },
  {
    what: 'opportunity roles',
    below: ['/rest/v1/opportunities/roles'],
    path: '/rest/v1/opportunities/roles/describe.json',
  },
  { what: 'opportunities', below: ['/rest/v1/opportunities'], path: '/rest/v1/opportunities/describe.json' },
  { what: 'sales persons', below: ['/rest/v1/salespersons'], path: '/rest/v1/salespersons/describe.json' },
  { what: 'named accounts', below: ['/rest/v1/namedaccount'], path: '/rest/v1/namedaccounts/describe.json' },
  { what: 'activities', below: ['/rest/v1/activities', '/bulk/v1/activities'], path: '/rest/v1/activities/types.json' },
  {
    what: 'program members',
    below: ['/rest/v1/programs', '/rest/v1/program/', '/bulk/v1/program'],
    path: '/rest/v1/programs/members/describe.json',
  },
  { what: 'campaigns', below: ['/rest/v1/campaigns'], path: '/rest/v1/campaigns.json' },
];

const ROLE =
  'give its role the permission (Admin > Users & Roles), or its address to the IP allowlist (Admin > Web Services)';

/** What Marketo denies the API user: by paused operations, by dead letters with 603, and by one read of each kind in use. */
async function checkPermissions(input: PermissionsInput): Promise<readonly Finding[]> {
  const { status, deniedLetters, ask, user } = input;
  const whom = user === undefined ? 'the API user' : printable(user, 100);
  const paused = (status?.pausedOperations ?? []).filter(({ reason }) => reason === 'accessDenied');
  const known: Finding[] = [
    ...paused.map(({ operation, untilMs }) =>
      wrong(
        `${operation}: Marketo denies it to ${whom} (603); paused until ${new Date(untilMs).toISOString()}, its messages wait`,
        `${ROLE}; the next probe finds it`,
      ),
    ),
    ...[...deniedLetters]
      .filter(([operation]) => !paused.some((one) => one.operation === operation))
      .map(([operation, { count, newestMs }]) =>
        warning(
          `${printable(operation, 60)}: ${plural(count, 'dead letter')} of 603, access denied, the newest of ${new Date(newestMs).toISOString()}`,
          `${ROLE}, then \`relay dead-letters resend --code 603\``,
        ),
      ),
  ];
  if (ask === undefined) return [...known, notChecked('without a token nothing can be asked, see "credentials"')];
  const { findings, allowed } = await probe(probesFor(input), ask, whom, input.secrets);
  const all = [...known, ...findings];
  if (allowed.length === 0) return all;
  return [...all, ok(`${whom} may read ${allowed.join(', ')}; whether it may write, only a write shows`)];
}

/** Leads always, since they are what most messages are about; the others where something of them was seen. */
function probesFor({ status, operations, deniedLetters }: PermissionsInput): readonly ReadProbe[] {
  const paused = (status?.pausedOperations ?? []).map(({ operation }) => operation);
  const seen = new Set([...operations, ...deniedLetters.keys(), ...paused]);
  const paths = ENDPOINTS.filter(({ operation }) => seen.has(operation)).map(({ path }) => path.toLowerCase());
  const probes = paths.flatMap((path) => {
    const fitting = PROBES.flatMap((one) =>
      one.below.filter((start) => path.startsWith(start)).map((start) => ({ one, start })),
    );
    return fitting
      .sort((one, other) => other.start.length - one.start.length)
      .slice(0, 1)
      .map(({ one }) => one);
  });
  return [...new Set([...PROBES.slice(0, 1), ...probes])];
}

async function probe(
  probes: readonly ReadProbe[],
  ask: Ask,
  whom: string,
  secrets: readonly Secret[],
): Promise<{ readonly findings: readonly Finding[]; readonly allowed: readonly string[] }> {
  const findings: Finding[] = [];
  const allowed: string[] = [];
  for (const { what, path } of probes) {
    const asked = await ask(path);
    if (asked.kind !== 'answered') {
      findings.push(asked.kind === 'failed' ? asked.finding : notChecked(`GET ${path} was not asked: ${asked.why}`));
      // What keeps one from being asked keeps all.
      break;
    }
    const refusal = refusalIn(asked.reply, secrets);
    if (refusal === undefined) allowed.push(what);
    else if (refusal.code === '603') findings.push(wrong(`${whom} may not read ${what}: ${refusal.said}`, ROLE));
    else findings.push(notChecked(`GET ${path} was answered with ${refusal.said}`));
  }
  return { findings, allowed };
}

export type { DeniedLetters };
export { checkPermissions };
