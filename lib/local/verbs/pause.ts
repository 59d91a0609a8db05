import type { Command } from 'commander';
import { createPauseNotes, MAX_REASON_LENGTH } from '../../aws/pause-note.ts';
import { appendAudit } from '../dead-letters/records.ts';
import { type CliIo, note, print } from '../io.ts';
import { printable, printableJson } from '../print.ts';
import { setMapping } from '../target/mapping.ts';
import { examples, onTarget, type VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';

interface PauseOptions {
  readonly reason?: string;
  readonly state?: string;
}

function registerPause(program: Command, io: CliIo): void {
  const command = program
    .command('pause')
    .description('Takes no more messages off the queue until resume. Batches that are running are finished.')
    .option('--reason <text>', 'why: status shows it')
    .addHelpText(
      'after',
      examples(['relay pause --reason "Marketo maintenance until 18:00"', 'stays paused until resume']),
    )
    .action(async () => {
      const { reason = '', state } = command.optsWithGlobals<PauseOptions>();
      const text = reason.trim();
      if (text === '') throw failed('usage', 'pause needs a reason for whoever finds it paused: give --reason "..."');
      if (text.length > MAX_REASON_LENGTH) {
        throw failed('usage', `--reason has ${text.length} characters: give ${MAX_REASON_LENGTH} at most`);
      }
      await onTarget(command, io, (run) => pause(text, state, io, run));
    });
}

async function pause(
  reason: string,
  state: string | undefined,
  io: CliIo,
  { target, json }: VerbRun,
): Promise<ExitName> {
  const notes = createPauseNotes(target.clients.dynamoDb, target.ledgerTableName, target.subscription);
  const before = await notes.read();
  // The note first: what is paused without one would be resumed by the relay itself.
  await notes.write({ by: 'person', who: io.who, reason, sinceMs: io.clock.nowMs() });
  try {
    await setMapping(target, false);
  } catch (error) {
    await (before === undefined ? notes.remove() : notes.write(before));
    throw error;
  }
  if (before?.by === 'person')
    note(io, `It was paused before, by ${printable(before.who, 100)}: ${printable(before.reason, 300)}`);
  await appendAudit(io, state, { verb: 'pause', relay: `${target.kind} ${target.name}`, reason });
  const data = { paused: true, who: io.who, reason };
  await print(
    io,
    json ? `${printableJson(data)}\n` : `Paused ${target.name}. Messages wait on the queue until \`relay resume\`.\n`,
  );
  return 'done';
}

export { registerPause };
