import type { Command } from 'commander';
import { type CliIo, note, print } from '../io.ts';
import { printable, printableJson } from '../print.ts';
import { FAULT_NAMES, FAULTS } from '../serve/fault-names.ts';
import { operationProblem } from '../serve/fault-operations.ts';
import { askControl } from '../target/control.ts';
import { examples, onTarget, type VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';

interface RehearseOptions {
  readonly for?: string;
  readonly off?: boolean;
  readonly how?: string;
  readonly factor?: string;
  readonly operation?: string;
  readonly code?: string;
  readonly record?: boolean;
}

interface ActiveFault {
  readonly name: string;
  readonly detail?: string;
  readonly until?: string;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Faults of the fake Marketo of a local relay, from the shell. */
function registerRehearse(program: Command, io: CliIo): void {
  const list = FAULT_NAMES.map((name) => `  ${name.padEnd(24)}${FAULTS[name]}`).join('\n');
  const command = program
    .command('rehearse')
    .description('Switches a fault of the fake Marketo on or off, in a relay that serves on this machine (--local).')
    .argument('[fault]', 'which fault; none: shows which are on')
    .option('--for <time>', 'until then, as 30s, 10m or 2h (default: until it is switched off)')
    .option('--off', 'switch it off; without a fault, all of them')
    .option('--how <how>', 'outage: badGateway (default), refuse or reset')
    .option('--factor <n>', 'slow: how many times as long (default 10)')
    .option('--operation <name>', 'code: the calls of which operation, as syncLeads')
    .option('--code <code>', 'code: which, as 1006')
    .option('--record', 'code: to the first record of each call only')
    .addHelpText('after', `\nFaults:\n${list}`)
    .addHelpText(
      'after',
      examples(
        ['relay rehearse outage --for 10m --local', 'watch it with: relay status --watch --local'],
        ['relay rehearse code --operation syncLeads --code 1006 --record --local', 'dead letters to mend'],
        ['relay rehearse --off --local', 'all is well again'],
      ),
    )
    .action((fault: string | undefined, options: RehearseOptions) => {
      const request = fault === undefined ? undefined : requestOf(fault, options);
      return onTarget(command, io, (run) => rehearse(request, options.off === true, io, run));
    });
}

async function rehearse(
  request: object | undefined,
  isOff: boolean,
  io: CliIo,
  { target, json }: VerbRun,
): Promise<ExitName> {
  if (target.kind !== 'local') {
    throw failed('usage', `${target.name} is deployed, and its Marketo is real: rehearse needs --local`);
  }
  if (request !== undefined) await askControl(target, 'POST', '/faults', request);
  else if (isOff) {
    for (const { name } of await activeFaults(target)) {
      await askControl(target, 'POST', '/faults', { name, on: false });
    }
  }
  const faults = await activeFaults(target);
  if (json) {
    await print(io, `${printableJson({ faults })}\n`);
    return 'done';
  }
  if (faults.length === 0) note(io, 'No fault is on.');
  for (const { name, detail = '', until } of faults) {
    const end = until === undefined ? 'until it is switched off' : `until ${until}`;
    await print(io, `${printable([name, detail].filter((text) => text !== '').join(' '), 200)}  ${end}\n`);
  }
  return 'done';
}

async function activeFaults(target: VerbRun['target']): Promise<readonly ActiveFault[]> {
  const status = (await askControl(target, 'GET', '/status')) as { faults?: readonly ActiveFault[] | null };
  if (status.faults === null)
    throw failed('failed', `${target.name} runs against a real Marketo, which has no switches`);
  return status.faults ?? [];
}

/** @throws {VerbFailure} naming what is wrong and what would be right. */
function requestOf(fault: string, options: RehearseOptions): object {
  if (!FAULT_NAMES.some((name) => name === fault)) {
    throw failed('usage', `"${fault}" is no fault; there are: ${FAULT_NAMES.join(', ')}`);
  }
  if (fault === 'code' && options.off !== true && (options.operation === undefined || options.code === undefined)) {
    throw failed('usage', 'code needs --operation and --code, as --operation syncLeads --code 1006');
  }
  const unknown = options.operation === undefined ? undefined : operationProblem(options.operation);
  if (unknown !== undefined) throw failed('usage', `--operation ${unknown}`);
  if (options.code !== undefined && !/^\d{3,4}$/.test(options.code)) {
    throw failed('usage', `--code is "${options.code}", and must have three or four digits`);
  }
  if (options.how !== undefined && !['badGateway', 'refuse', 'reset'].includes(options.how)) {
    throw failed('usage', `--how is "${options.how}", and must be badGateway, refuse or reset`);
  }
  const factor = options.factor === undefined ? undefined : Number(options.factor);
  if (factor !== undefined && !(factor > 0 && factor <= 1_000)) {
    throw failed('usage', `--factor is "${options.factor}", and must be a number above 0, at most 1000`);
  }
  const { how, operation, code, record } = options;
  return {
    name: fault,
    on: options.off !== true,
    ...(options.for === undefined ? {} : { forSeconds: secondsOf(options.for) }),
    ...definedOf({ how, factor, operation, code, record }),
  };
}

function definedOf(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** @throws {VerbFailure} for what is no time. */
function secondsOf(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6})(s|m|h|d)$/.exec(text.trim().toLowerCase()) ?? [];
  const seconds = Number(amount) * (UNIT_SECONDS[unit] ?? 0);
  if (amount !== '' && seconds > 0 && seconds <= 7 * 86_400) return seconds;
  throw failed('usage', `--for is "${text}", and must be a time such as 30s, 10m or 2h, seven days at most`);
}

export { registerRehearse };
