import type { Command } from 'commander';
import { createPauseNotes } from '../../aws/pause-note.ts';
import { appendAudit } from '../dead-letters/records.ts';
import { type CliIo, print } from '../io.ts';
import { printable, printableJson } from '../print.ts';
import { setMapping } from '../target/mapping.ts';
import { examples, onTarget, type VerbRun } from '../verb.ts';
import type { ExitName } from '../verb-failure.ts';

interface ResumeOptions {
  readonly reason?: string;
  readonly state?: string;
}

function registerResume(program: Command, io: CliIo): void {
  const command = program
    .command('resume')
    .description('Takes messages off the queue again, whoever paused it.')
    .option('--reason <text>', 'why: the audit file keeps it')
    .addHelpText('after', examples(['relay resume --local', 'ends any pause']))
    .action((options: ResumeOptions) =>
      onTarget(command, io, (run) => resume({ ...options, ...command.optsWithGlobals<ResumeOptions>() }, io, run)),
    );
}

async function resume({ reason = '', state }: ResumeOptions, io: CliIo, { target, json }: VerbRun): Promise<ExitName> {
  const notes = createPauseNotes(target.clients.dynamoDb, target.ledgerTableName, target.subscription);
  const before = await notes.read();
  // The mapping first: a note without a pause is only odd, and a pause without a note is nobody's.
  await setMapping(target, true);
  await notes.remove();
  const was =
    before === undefined
      ? 'It was not paused by a note.'
      : `It was paused by ${before.who || before.by}: ${before.reason}`;
  await appendAudit(io, state, { verb: 'resume', relay: `${target.kind} ${target.name}`, reason });
  const data = { paused: false, before: before === undefined ? null : { who: before.who, reason: before.reason } };
  await print(io, json ? `${printableJson(data)}\n` : `Resumed ${target.name}. ${printable(was, 700)}\n`);
  return 'done';
}

export { registerResume };
