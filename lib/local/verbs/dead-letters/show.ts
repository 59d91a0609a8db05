import type { Command } from 'commander';
import type { LetterFilter } from '../../../dead-letter/triage/filter.ts';
import { plural } from '../../cli/layout.ts';
import { type MatchedLetter, readMatching, reportEnd } from '../../dead-letters/read-matching.ts';
import { renderLetter } from '../../dead-letters/render-letter.ts';
import { type CliIo, note, print, stdoutScreen } from '../../io.ts';
import { escapeUnsafe, printableJson } from '../../print.ts';
import { examples, onTarget, type VerbRun } from '../../verb.ts';
import type { ExitName } from '../../verb-failure.ts';

const HOLD_SECONDS = 60;
/** Parts of one message have one id; more than these are listed better than shown. */
const MOST_SHOWN = 20;

function registerShow(parent: Command, io: CliIo): void {
  const command = parent
    .command('show')
    .description('One letter: why it is dead, and its records, the request and the response side by side.')
    .argument('<id>', 'relay id or SQS message id')
    .addHelpText(
      'after',
      examples(
        ['relay dead-letters show order-4711 --local', 'side by side; one below the other on a narrow terminal'],
        ['relay dead-letters show order-4711 --json', 'the letter as it is'],
      ),
    )
    .action((id: string) => onTarget(command, io, (run) => show(id, io, run)));
}

async function show(id: string, io: CliIo, { target, interrupted, json }: VerbRun): Promise<ExitName> {
  const filter: LetterFilter = { ids: [id] };
  const found: MatchedLetter[] = [];
  const reading = await readMatching({
    io,
    target,
    filter,
    fetchWhole: true,
    holdSeconds: HOLD_SECONDS,
    stop: interrupted,
    onMatch: (matched) => void (found.length < MOST_SHOWN && found.push(matched)),
  });
  await reading.hold.release();
  found.sort((one, other) => one.facts.deadAtMs - other.facts.deadAtMs);
  for (const matched of found) {
    if (matched.wholeProblem !== undefined) note(io, matched.wholeProblem);
    await print(io, json ? `${letterJson(matched)}\n` : renderLetter(matched, stdoutScreen(io)));
  }
  if (reading.matched > found.length) note(io, `${plural(reading.matched - found.length, 'letter')} more of this id.`);
  const exit = reportEnd(reading, io);
  if (exit !== 'done' || found.length > 0) return exit;
  note(io, `No dead letter has the id ${id}: \`relay dead-letters list --each\` shows the ids that there are.`);
  return 'nothing';
}

/** A letter is printed as it is written; a message that SQS moved as a text. */
function letterJson({ letter, whole, facts }: MatchedLetter): string {
  return facts.source === 'relay'
    ? escapeUnsafe(whole ?? letter.body)
    : printableJson({ ...facts, body: letter.body }, 2);
}

export { registerShow };
