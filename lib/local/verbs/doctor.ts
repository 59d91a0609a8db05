import type { Command } from 'commander';
import { examine } from '../doctor/examine.ts';
import { checksJson, renderChecks } from '../doctor/render-checks.ts';
import { type CliIo, createProgress, note, print, stdoutScreen } from '../io.ts';
import { printableJson } from '../print.ts';
import { examples, onTarget, type VerbRun } from '../verb.ts';
import type { ExitName } from '../verb-failure.ts';

function registerDoctor(program: Command, io: CliIo): void {
  const command = program
    .command('doctor')
    .description(
      'Checks a deployment and says what is wrong and how to mend it: mapping, credentials, permissions, limits, who else uses the quota, functions, queues, alarms, clock. Status 1 when something is wrong.',
    )
    .addHelpText(
      'after',
      `
Asks identity once and makes a few reads of Marketo, within the relay's limits. Nothing is changed, no secret is printed.
${examples(
  ['relay doctor --stack MarketoRelay', 'after a deployment, or when an alarm is on'],
  ['relay doctor --json --local', 'for a script'],
)}`,
    )
    .action(() => onTarget(command, io, (run) => doctor(io, run)));
}

async function doctor(io: CliIo, { target, interrupted, json }: VerbRun): Promise<ExitName> {
  const progress = createProgress(io);
  progress.show(`Checking ${target.kind} ${target.name}`);
  const checks = await examine(target, io.clock, interrupted).finally(progress.clear);
  if (interrupted.aborted) {
    note(io, 'Interrupted: what was not asked by then says so below.');
  }
  const text = json
    ? `${printableJson(checksJson(target, checks, io.clock.nowMs()), 2)}\n`
    : renderChecks(target, checks, stdoutScreen(io));
  await print(io, text);
  if (interrupted.aborted) return 'interrupted';
  return checks.some(({ verdict }) => verdict === 'wrong') ? 'failed' : 'done';
}

export { registerDoctor };
