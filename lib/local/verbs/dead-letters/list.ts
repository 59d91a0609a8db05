import type { Command } from 'commander';
import type { LetterFilter } from '../../../dead-letter/triage/filter.ts';
import { createGroups, type LetterGroup } from '../../../dead-letter/triage/group.ts';
import type { LetterFacts } from '../../../dead-letter/triage/queued-letter.ts';
import { formatCount, hang, plural } from '../../cli/layout.ts';
import { readMatching, reportEnd } from '../../dead-letters/read-matching.ts';
import { type CliIo, note, print, stdoutScreen } from '../../io.ts';
import { printable, printableJson } from '../../print.ts';
import { examples, onTarget, type VerbRun } from '../../verb.ts';
import type { ExitName } from '../../verb-failure.ts';
import { addFilterOptions, type FilterOptions, readFilter } from './filter-options.ts';

type ListOptions = FilterOptions & { readonly each?: boolean };

/** Short: whoever reads at the same time misses the letters for no longer, even if this process dies. */
const HOLD_SECONDS = 60;

function registerList(parent: Command, io: CliIo): void {
  const command = parent
    .command('list')
    .description('Dead letters in groups of one cause: code, operation, and the field or object that Marketo names.')
    .option('--each', 'a line for each letter instead')
    .addHelpText(
      'after',
      examples(
        ['relay dead-letters list --local', 'all, in groups'],
        ['relay dead-letters list --since yesterday --json', 'for a script'],
        ['relay dead-letters list --code 1003,1006 --each', 'a line a letter, with the ids that show takes'],
      ),
    );
  addFilterOptions(command).action(async (options: ListOptions) => {
    const filter = readFilter(options, io, 'anything');
    await onTarget(command, io, (run) => list(filter, options.each === true, io, run));
  });
}

async function list(
  filter: LetterFilter,
  each: boolean,
  io: CliIo,
  { target, interrupted, json }: VerbRun,
): Promise<ExitName> {
  const groups = createGroups();
  const letters: LetterFacts[] = [];
  const reading = await readMatching({
    io,
    target,
    filter,
    fetchWhole: false,
    holdSeconds: HOLD_SECONDS,
    stop: interrupted,
    onMatch: ({ facts }) => {
      groups.add(facts);
      if (each) letters.push(facts);
    },
  });
  await reading.hold.release();
  letters.sort((one, other) => one.deadAtMs - other.deadAtMs);
  const { end, matched } = reading;
  if (json) {
    const data = each ? { letters: letters.map(letterJson) } : { groups: groups.list().map(groupJson) };
    const counts = { matched, read: end.read, complete: end.kind === 'all', hidden: end.hidden };
    await print(io, `${printableJson({ queue: target.deadLetterQueueUrl, ...counts, ...data }, 2)}\n`);
  } else if (matched > 0) {
    await print(io, each ? renderEach(letters, io) : renderGroups(groups.list(), matched, io));
  }
  const exit = reportEnd(reading, io);
  if (exit !== 'done' || matched > 0) return exit;
  if (end.read === 0) {
    note(io, 'No dead letters.');
    return 'done';
  }
  note(io, `None of ${plural(end.read, 'dead letter')} matches.`);
  return 'nothing';
}

function renderGroups(groups: readonly LetterGroup[], matched: number, io: CliIo): string {
  const screen = stdoutScreen(io);
  const nowMs = io.clock.nowMs();
  const counts = Math.max(...groups.map(({ count }) => formatCount(count).length));
  const title = screen.paint('bold', plural(matched, 'dead letter'));
  const blocks = groups.map((group) => {
    const indent = counts + 2;
    const head = [printable(group.code, 40), printable(group.operation ?? '', 60), subjectText(group)]
      .filter((text) => text !== '')
      .join('  ');
    const [oldest, newest] = [ageOf(nowMs, group.oldestMs), ageOf(nowMs, group.newestMs)];
    const when = oldest === newest ? newest : `${oldest} to ${newest}`;
    const notes = [
      when,
      ...(group.outcomeUnknown > 0 ? [`${formatCount(group.outcomeUnknown)} Marketo may have done`] : []),
      ...(group.resent > 0 ? [`${formatCount(group.resent)} sent again before`] : []),
    ].join(', ');
    const line = (label: string, text: string): string =>
      `${' '.repeat(indent)}${screen.paint('dim', label)}${hang(text, indent + label.length, screen.columns)}`;
    const count = screen.paint('yellow', formatCount(group.count).padStart(counts));
    return [
      `${count}  ${screen.paint('bold', head)}`,
      line('', notes),
      line('', saidText(group)),
      line('means   ', printable(group.meaning, 600)),
      line('remedy  ', printable(group.remedy, 1_000)),
      line(
        'ids     ',
        group.sampleIds.map((id) => printable(id, 60)).join('  ') +
          (group.count > group.sampleIds.length ? '  ...' : ''),
      ),
    ].join('\n');
  });
  return `${title} in ${plural(groups.length, 'group')}\n\n${blocks.join('\n\n')}\n`;
}

function subjectText({ subject }: Pick<LetterGroup, 'subject'>): string {
  return subject === undefined ? '' : printable(`${subject.kind} ${subject.name}`, 110);
}

function saidText({ name, message }: Pick<LetterGroup, 'name' | 'message'>): string {
  const isSame = name.toLowerCase() === message.toLowerCase();
  return printable([name, isSame ? '' : message].filter((text) => text !== '').join(': '), 300);
}

function renderEach(letters: readonly LetterFacts[], io: CliIo): string {
  const width = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const rows = letters.map((facts) => [
    new Date(facts.deadAtMs).toISOString(),
    printable(facts.code, 24),
    printable(facts.operation ?? '-', 40),
    printable(facts.relayId, 64),
    saidText(facts),
  ]);
  const widths = [0, 1, 2, 3].map((column) => width(rows.map((row) => row[column] ?? '')));
  const { columns } = stdoutScreen(io);
  const lines = rows.map((row) =>
    row.map((text, column) => (column < widths.length ? text.padEnd(widths[column] ?? 0) : text)).join('  '),
  );
  return `${lines.map((line) => (line.length <= columns ? line : `${line.slice(0, columns - 3)}...`)).join('\n')}\n`;
}

/** `12s`, `5m`, `3h`, `2d` ago: what the filters take. */
function ageOf(nowMs: number, atMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - atMs) / 1_000));
  if (seconds < 120) return `${seconds}s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)}m ago`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)}h ago` : `${Math.round(seconds / 86_400)}d ago`;
}

function groupJson({ oldestMs, newestMs, ...group }: LetterGroup): object {
  return { ...group, oldest: new Date(oldestMs).toISOString(), newest: new Date(newestMs).toISOString() };
}

function letterJson({ deadAtMs, firstSeenMs, ...facts }: LetterFacts): object {
  return { ...facts, deadAt: new Date(deadAtMs).toISOString(), firstSeen: new Date(firstSeenMs).toISOString() };
}

export { ageOf, registerList };
