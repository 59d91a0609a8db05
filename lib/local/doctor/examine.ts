import { readLedgerStatus } from '../../aws/ledger-status.ts';
import { createPauseNotes } from '../../aws/pause-note.ts';
import { createTransport } from '../../marketo/http-client.ts';
import type { Clock } from '../../ports.ts';
import { limitsOf } from '../status/limits-of.ts';
import { controlStatus } from '../target/control.ts';
import type { RelayTarget } from '../target/target.ts';
import { askWithinLimits } from './ask-within-limits.ts';
import { checkAlarms } from './check-alarms.ts';
import { awsClock, checkClock } from './check-clock.ts';
import { checkFunctions, type FunctionSeen, readFunctions } from './check-functions.ts';
import { checkLimits } from './check-limits.ts';
import { checkLine } from './check-line.ts';
import { checkMapping, readMapping } from './check-mapping.ts';
import { checkPermissions } from './check-permissions.ts';
import { checkDeadLetterQueue, checkQueue, readQueues } from './check-queues.ts';
import { checkSettings } from './check-settings.ts';
import { checkBucket, checkTable } from './check-stores.ts';
import { checkUsage, readUsage, USAGE_PATH } from './check-usage.ts';
import { type Finding, type Known, known, notChecked } from './finding.ts';
import { readLetters } from './letters-seen.ts';
import { login } from './marketo-login.ts';
import { stackParts } from './stack-parts.ts';

/** Every check of a deployment, in the order in which they are shown. */
const CHECK_NAMES = [
  'mapping',
  'line',
  'credentials',
  'permissions',
  'limits',
  'usage',
  'settings',
  'functions',
  'queue',
  'deadLetterQueue',
  'table',
  'bucket',
  'alarms',
  'clock',
] as const;

type CheckName = (typeof CHECK_NAMES)[number];

interface Checked extends Finding {
  readonly check: CheckName;
}

type Findings = Readonly<Record<CheckName, readonly Finding[]>>;

/**
 * Runs every check. Changes nothing but the ledger's count of the few reads that are asked of Marketo.
 *
 * @returns a finding or more for each check.
 */
async function examine(target: RelayTarget, clock: Clock, stop: AbortSignal): Promise<readonly Checked[]> {
  const transport = createTransport();
  try {
    const findings = await findAll(target, clock, stop, transport);
    return CHECK_NAMES.flatMap((check) => findings[check].map((finding) => ({ check, ...finding })));
  } finally {
    transport.close();
  }
}

async function findAll(
  target: RelayTarget,
  clock: Clock,
  stop: AbortSignal,
  transport: ReturnType<typeof createTransport>,
): Promise<Findings> {
  const deployment = await readDeployment(target, clock);
  const { mapping, pause, functions, settings, limits, ledger, queues, parts } = deployment;
  const status = ledger.ok ? ledger.value : undefined;
  const [loggedIn, letters, bucket, table, alarms, aws] = await Promise.all([
    login({ target, settings: settings.ok ? settings.value : {}, transport, clock }),
    // What cannot be read is told by the check of the queue.
    readLetters(target, stop).catch(() => ({ operations: new Set<string>(), denied: new Map() })),
    checkBucket(target),
    checkTable(target, ledger.ok ? undefined : ledger.finding),
    checkAlarms(target, parts),
    awsClock(target, clock),
  ]);
  const { token, user, secrets } = loggedIn;
  const ask = token && askWithinLimits({ target, limits, status, token, transport, clock, stop });
  const usage =
    ask === undefined
      ? notChecked('without a token nothing can be asked, see "credentials"')
      : readUsage(await ask(USAGE_PATH), limits, clock.nowMs(), secrets);
  const delivery = target.functionName === undefined ? undefined : functions.get(target.functionName);
  return {
    mapping: checkMapping(mapping, pause),
    line: checkLine(ledger, clock.nowMs()),
    credentials: loggedIn.findings,
    permissions: await checkPermissions({
      status,
      deniedLetters: letters.denied,
      operations: letters.operations,
      ask,
      user,
      secrets,
    }),
    limits: checkLimits({ limits, status, usage }),
    usage: 'verdict' in usage ? [usage] : checkUsage({ usage, user, status, limits }),
    settings: checkSettings(settings),
    functions: checkFunctions(target, functions),
    queue: checkQueue(queues, delivery?.ok ? delivery.value.timeoutSeconds : undefined),
    deadLetterQueue: checkDeadLetterQueue(queues),
    table,
    bucket,
    alarms,
    clock: checkClock(target.kind === 'local' ? [loggedIn.clock] : [aws, loggedIn.clock]),
  };
}

async function readDeployment(target: RelayTarget, clock: Clock) {
  const { clients, ledgerTableName: tableName, subscription } = target;
  const [parts, mapping, pause, queues] = await Promise.all([
    known({ what: "the stack's resources", action: 'cloudformation:ListStackResources' }, () => stackParts(target)),
    readMapping(target),
    known({ what: 'the note of a pause', action: 'dynamodb:GetItem' }, () =>
      createPauseNotes(clients.dynamoDb, tableName, subscription).read(),
    ),
    readQueues(target),
  ]);
  const functions = await readFunctions(target, parts);
  const settings = await readSettingsOf(target, functions);
  const limits = limitsOf(settings.ok ? settings.value : {});
  const ledger = await known({ what: `the table ${tableName}`, action: 'dynamodb:GetItem' }, () =>
    readLedgerStatus({ client: clients.dynamoDb, tableName, subscription, limits, nowMs: clock.nowMs() }),
  );
  return { parts, mapping, pause, queues, functions, settings, limits, ledger };
}

async function readSettingsOf(
  target: RelayTarget,
  functions: ReadonlyMap<string, Known<FunctionSeen>>,
): Promise<Known<Readonly<Record<string, string>>>> {
  if (target.kind === 'local') {
    return known({ what: 'the settings', action: '' }, async () => (await controlStatus(target)).settings ?? {});
  }
  const delivery = functions.get(target.functionName ?? '');
  if (delivery === undefined)
    return { ok: false, finding: notChecked('the stack does not name its delivery function') };
  return delivery.ok ? { ok: true, value: delivery.value.environment } : delivery;
}

export type { Checked, CheckName };
export { CHECK_NAMES, examine };
