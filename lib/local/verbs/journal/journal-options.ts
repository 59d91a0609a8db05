import type { Command } from 'commander';
import type { CliIo } from '../../io.ts';
import { type OpenJournal, openFolder, openTargetJournal } from '../../journal/open-journal.ts';
import type { RelayTarget } from '../../target/target.ts';
import { type GlobalOptions, onTarget, withInterrupt } from '../../verb.ts';
import { type ExitName, failed } from '../../verb-failure.ts';
import { readInstant } from '../instants.ts';

interface JournalOptions {
  readonly since?: string;
  readonly journal?: string;
  readonly scan?: boolean;
}

interface JournalRun {
  readonly journal: OpenJournal;
  /** Absent for a journal in a folder, which has no relay. */
  readonly target?: RelayTarget;
  readonly sinceMs: number;
  readonly interrupted: AbortSignal;
  readonly json: boolean;
}

/** @param since where it looks unless told otherwise; undefined where it always looks at all */
function addJournalOptions(command: Command, since: string | undefined, asks: 'asks' | 'reads' = 'asks'): Command {
  if (since !== undefined) {
    command.option('--since <time>', 'settled at this time or later: 2h, yesterday, 2027-01-31', since);
  }
  command.option(
    '--journal <folder>',
    'a journal in a folder, without a relay: what `npm start` leaves, or a copy of a bucket',
  );
  return asks === 'asks' ? command.option('--scan', 'read all objects instead of asking Athena') : command;
}

/** Opens the journal that the options name, runs a verb on it, and closes it. */
async function onJournal(
  command: Command,
  io: CliIo,
  { since, journal: folder, scan }: JournalOptions,
  work: (run: JournalRun) => Promise<ExitName>,
): Promise<void> {
  const reading = readInstant(since ?? '9999w', 'start', io.clock.nowMs());
  if (!reading.ok) throw failed('usage', `--since ${reading.problem}`);
  const sinceMs = reading.atMs;
  if (folder === undefined) {
    await onTarget(command, io, ({ target, ...run }) =>
      work({ ...run, sinceMs, target, journal: openTargetJournal(io, target, scan === true) }),
    );
    return;
  }
  const { stack, local, json } = command.optsWithGlobals<GlobalOptions>();
  if (stack !== undefined || local === true) {
    throw failed('usage', '--journal is a journal without a relay: leave out --stack and --local');
  }
  const journal = await openFolder(io, folder);
  await withInterrupt(io, (interrupted) => work({ journal, sinceMs, interrupted, json: json === true }));
}

export type { JournalOptions, JournalRun };
export { addJournalOptions, onJournal };
