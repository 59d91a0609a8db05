import type { Command } from 'commander';
import { plural } from '../../cli/layout.ts';
import { appendAudit } from '../../dead-letters/records.ts';
import { type CliIo, note, print } from '../../io.ts';
import { eraseJournal, type JournalErasure } from '../../journal/erase-journal.ts';
import { eraseLetters, type LettersErasure } from '../../journal/erase-letters.ts';
import { printableJson } from '../../print.ts';
import { examples } from '../../verb.ts';
import { type ExitName, failed } from '../../verb-failure.ts';
import { addJournalOptions, type JournalOptions, type JournalRun, onJournal } from './journal-options.ts';

type ForgetOptions = JournalOptions & { readonly yes?: boolean; readonly state?: string };

interface Receipt {
  readonly at: string;
  readonly by: string;
  readonly relay: string;
  /** False: this is what would be done. */
  readonly done: boolean;
  /** The hash of the address, by which a later reader can tell whose receipt it is, who knows it. */
  readonly person: string;
  readonly journal: JournalErasure;
  readonly deadLetters: LettersErasure['deadLetters'] | 'not looked at: a journal in a folder has no queue';
  readonly overflow: LettersErasure['overflow'] | 'not looked at: a journal in a folder has no bucket';
  readonly notErased: readonly string[];
}

/** What this command cannot reach, said so that nobody takes the receipt for more than it is. */
const NOT_ERASED = [
  'messages that wait on the queue or are in flight: their outcomes come to the journal later; run it again once they are delivered',
  'the log of the delivery function: it has the dead letters until its retention is over',
  'files that were imported: in the overflow bucket they go after 30 days, in buckets of yours they stay',
  'what Athena found in the last day',
  'backups of resend and drop in .marketo-relay, and whatever else was copied',
  'the person in Marketo',
] as const;

function registerForget(program: Command, io: CliIo): void {
  const command = program
    .command('forget')
    .description('Takes a person out of journal, dead letters and overflow bucket, and prints a receipt.')
    .argument('<address>', 'ada@example.com')
    .option('--yes', 'mean it; without it, the receipt says what would be done')
    .addHelpText(
      'after',
      examples(
        ['relay forget ada@example.com --stack MarketoRelay', 'how much there is, and where'],
        ['relay forget ada@example.com --stack MarketoRelay --yes > receipt.json', 'erase it, and keep the receipt'],
      ),
    );
  addJournalOptions(command, undefined).action((address: string, options: ForgetOptions) => {
    const said = address.trim();
    if (!/^[^\s"\\@<>]{1,200}@[^\s"\\@<>]{1,250}$/.test(said)) {
      throw failed('usage', `"${address}" is no e-mail address: give one, such as ada@example.com`);
    }
    return onJournal(command, io, options, (run) => forget(said.toLowerCase(), command.optsWithGlobals(), io, run));
  });
}

async function forget(address: string, options: ForgetOptions, io: CliIo, run: JournalRun): Promise<ExitName> {
  const { journal, target, interrupted } = run;
  const isMeant = options.yes === true;
  const hash = await journal.hash();
  const erased = await eraseJournal({ journal, address, hash, isMeant, stop: interrupted });
  const letters =
    target === undefined || interrupted.aborted
      ? undefined
      : await eraseLetters({ io, target, address, leadIds: erased.leadIds, isMeant, stop: interrupted });
  const receipt: Receipt = {
    at: new Date(io.clock.nowMs()).toISOString(),
    by: io.who,
    relay: target === undefined ? `journal ${journal.name}` : `${target.kind} ${target.name}`,
    done: isMeant,
    person: hash(`lead:email:${address}`),
    journal: erased.erasure,
    deadLetters: letters?.deadLetters ?? 'not looked at: a journal in a folder has no queue',
    overflow: letters?.overflow ?? 'not looked at: a journal in a folder has no bucket',
    notErased: NOT_ERASED,
  };
  await print(io, `${printableJson(receipt, 2)}\n`);
  const found = erased.erasure.removed + erased.erasure.stripped + (letters?.found ?? 0);
  const problems = [...erased.erasure.problems, ...(letters?.problems ?? [])];
  for (const problem of problems.slice(0, 10)) note(io, `Not erased: ${problem}`);
  if (isMeant && target !== undefined) {
    await appendAudit(io, options.state, { verb: 'forget', relay: receipt.relay, person: receipt.person, found });
  }
  if (!isMeant && found > 0)
    note(io, `This is what would be done with ${plural(found, 'place')}: give --yes to do it.`);
  if (interrupted.aborted) return 'interrupted';
  if (problems.length > 0) return 'failed';
  return found === 0 ? 'nothing' : 'done';
}

export { registerForget };
