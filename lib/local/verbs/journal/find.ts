import type { Command } from 'commander';
import { matches } from '../../../dead-letter/triage/filter.ts';
import { originalBodyOf } from '../../../dead-letter/triage/original.ts';
import type { LetterFacts } from '../../../dead-letter/triage/queued-letter.ts';
import type { JournalLine } from '../../../journal/line.ts';
import { livesOf, type RecordLife } from '../../../journal/lives.ts';
import { isWanted, leadIdsIn, wantedBy } from '../../../journal/search.ts';
import { plural } from '../../cli/layout.ts';
import { readMatching, reportEnd } from '../../dead-letters/read-matching.ts';
import { type CliIo, createProgress, note, print, stdoutScreen } from '../../io.ts';
import { type ObjectsRead, readObjects } from '../../journal/read-objects.ts';
import { lifeJson, renderLives } from '../../journal/render-lives.ts';
import { printableJson } from '../../print.ts';
import type { RelayTarget } from '../../target/target.ts';
import { examples } from '../../verb.ts';
import { type ExitName, failed } from '../../verb-failure.ts';
import { addJournalOptions, type JournalOptions, type JournalRun, onJournal } from './journal-options.ts';

/** Short: whoever reads at the same time misses the letters for no longer, even if this process dies. */
const HOLD_SECONDS = 60;
/** More than anybody reads; a script asks Athena. */
const MOST_LINES = 100_000;

function registerFind(program: Command, io: CliIo): void {
  const command = program
    .command('find')
    .description('What became of a record, by an e-mail address, a relay id or a Marketo id.')
    .argument('<what>', 'ada@example.com, order-4711 or 318')
    .addHelpText(
      'after',
      examples(
        [
          'relay find ada@example.com --stack MarketoRelay',
          'every outcome of a week, what is on the way, what is dead',
        ],
        ['relay find 318 --since 90d --json', 'all that the journal has, for a script'],
        ['relay find order-4711 --local', 'on the relay that serves here'],
      ),
    );
  addJournalOptions(command, '7d').action((what: string, options: JournalOptions) => {
    if (what.trim() === '')
      throw failed('usage', 'what is looked for is empty: give an address, a relay id or a Marketo id');
    return onJournal(command, io, options, (run) => find(what.trim(), options, io, run));
  });
}

async function find(what: string, { since }: JournalOptions, io: CliIo, run: JournalRun): Promise<ExitName> {
  const wanted = wantedBy(what, await run.journal.hash());
  const found: JournalLine[] = [];
  const fromInstant = new Date(run.sinceMs).toISOString();
  const progress = createProgress(io);
  const keys = await run.journal.locate(wanted, run.sinceMs, run.interrupted);
  const read = await readObjects({
    archive: run.journal.archive,
    keys,
    stop: run.interrupted,
    onProgress: (objects) => progress.show(`Reading the journal: ${objects} of ${keys.length}`),
    onObject(_, lines) {
      for (const line of lines) {
        if (found.length < MOST_LINES && line.settled_at >= fromInstant && isWanted(line, wanted)) found.push(line);
      }
    },
  });
  progress.clear();
  const lives = livesOf(found);
  const letters = run.target === undefined ? undefined : await lettersOf(what, lives, io, run.target, run.interrupted);
  const isComplete = !read.isStopped && read.broken.length === 0 && found.length < MOST_LINES;
  if (run.json) {
    const facts = { what, since: fromInstant, complete: isComplete, records: lives.map(lifeJson) };
    const deadLetters = letters?.facts.map(({ messageId, relayId, code }) => ({ messageId, relayId, code }));
    await print(io, `${printableJson({ ...facts, ...(deadLetters && { deadLetters }) }, 2)}\n`);
  } else if (lives.length > 0 || (letters?.facts.length ?? 0) > 0) {
    await print(io, renderLives(lives, letters?.facts, stdoutScreen(io)));
    tellMore(what, found, wanted, io);
  }
  tellRead(read, io);
  if (found.length === MOST_LINES) note(io, `Stopped at ${MOST_LINES} lines: ask for fewer days, or by SQL.`);
  if (read.isStopped) return 'interrupted';
  if (letters !== undefined && letters.exit !== 'done') return letters.exit;
  if (lives.length > 0 || (letters?.facts.length ?? 0) > 0) return isComplete ? 'done' : 'failed';
  note(io, `Nothing of ${what} since ${since ?? fromInstant} in ${run.journal.name}: --since looks further back.`);
  return isComplete ? 'nothing' : 'failed';
}

/** The letters that are on the dead-letter queue now, of these records or of what was looked for. */
async function lettersOf(
  what: string,
  lives: readonly RecordLife[],
  io: CliIo,
  target: RelayTarget,
  stop: AbortSignal,
): Promise<{ readonly facts: readonly LetterFacts[]; readonly exit: ExitName }> {
  const relayIds = new Set([what, ...lives.map(({ relayId }) => relayId)]);
  // A number may be many things: only a lead's own key counts.
  const filter = { keys: [/^\d+$/.test(what) ? `lead:id:${what}` : what] };
  const facts: LetterFacts[] = [];
  const reading = await readMatching({
    io,
    target,
    filter: {},
    fetchWhole: false,
    holdSeconds: HOLD_SECONDS,
    stop,
    onMatch: ({ letter, facts: of }) => {
      const texts = { letter: () => letter.body, body: () => originalBodyOf(letter.body) };
      if (relayIds.has(of.relayId) || matches(filter, of, texts)) facts.push(of);
    },
  });
  await reading.hold.release();
  return { facts: facts.toSorted((one, other) => one.deadAtMs - other.deadAtMs), exit: reportEnd(reading, io) };
}

/** What is addressed by id has no address: the journal cannot know that the two are one. */
function tellMore(what: string, found: readonly JournalLine[], wanted: ReturnType<typeof wantedBy>, io: CliIo): void {
  const ids = [...leadIdsIn(found, wanted)];
  if (!what.includes('@') || ids.length === 0) return;
  const commands = ids.slice(0, 3).map((id) => `relay find ${id}`);
  note(io, `What names this lead by its id is found by it: ${commands.join(', ')}.`);
}

function tellRead({ broken, unknownLines }: ObjectsRead, io: CliIo): void {
  for (const problem of broken.slice(0, 10)) note(io, `Not read: ${problem}`);
  if (broken.length > 10) note(io, `... and ${plural(broken.length - 10, 'object')} more.`);
  if (unknownLines > 0) note(io, `${plural(unknownLines, 'line')} of another version, not looked at.`);
}

export { registerFind, tellRead };
