import type { Command } from 'commander';
import { createJournalCheck, type VerifyReport, type Violation } from '../../../journal/verify.ts';
import { LONGEST_LIFE_DAYS } from '../../../settings/policy.ts';
import { formatCount, plural, type Row, section } from '../../cli/layout.ts';
import { type CliIo, createProgress, note, print, stdoutScreen } from '../../io.ts';
import { listSince, readObjects } from '../../journal/read-objects.ts';
import { printable, printableJson } from '../../print.ts';
import { examples } from '../../verb.ts';
import type { ExitName } from '../../verb-failure.ts';
import { tellRead } from './find.ts';
import { addJournalOptions, type JournalOptions, type JournalRun, onJournal } from './journal-options.ts';

/** A line takes half a kilobyte of this process's memory until the end. */
const MOST_LINES = 2_000_000;
const MOST_SHOWN = 50;
const DAY_MS = 86_400_000;

function registerVerify(program: Command, io: CliIo): void {
  const command = program
    .command('verify')
    .description('Checks the journal: what it shows that a relay must never do. Status 1 when it shows something.')
    .addHelpText(
      'after',
      examples(
        ['relay verify --stack MarketoRelay', 'the last day, object by object'],
        ['relay verify --since 7d --json', 'a week, for a script'],
        ['relay verify --journal .marketo-relay/last-run', 'what the last `npm start` left behind'],
      ),
    );
  addJournalOptions(command, '1d', 'reads').action((options: JournalOptions) =>
    onJournal(command, io, options, (run) => verify(io, run)),
  );
}

async function verify(io: CliIo, { journal, sinceMs, interrupted, json }: JournalRun): Promise<ExitName> {
  const nowMs = io.clock.nowMs();
  const keys = await listSince(journal.archive, sinceMs, nowMs);
  const check = createJournalCheck();
  const progress = createProgress(io);
  const tooMuch = new AbortController();
  let lines = 0;
  const read = await readObjects({
    archive: journal.archive,
    keys,
    stop: AbortSignal.any([interrupted, tooMuch.signal]),
    onProgress: (objects) =>
      progress.show(`Reading the journal: ${formatCount(objects)} of ${formatCount(keys.length)}`),
    onObject(_, some) {
      lines += some.length;
      if (lines > MOST_LINES) tooMuch.abort();
      else check.add(some);
    },
  });
  progress.clear();
  const report = check.report(nowMs - LONGEST_LIFE_DAYS * DAY_MS);
  const complete = !read.isStopped && read.broken.length === 0;
  const data = { since: new Date(sinceMs).toISOString(), objects: read.objects, complete, ...report };
  await print(io, json ? `${printableJson(data, 2)}\n` : render(report, read.objects, io));
  tellRead(read, io);
  if (tooMuch.signal.aborted) note(io, `Stopped at ${formatCount(MOST_LINES)} lines: give a later --since.`);
  if (interrupted.aborted) return 'interrupted';
  if (report.lines === 0 && complete) {
    note(io, `No outcome since ${data.since} in ${journal.name}: --since looks further back.`);
    return 'nothing';
  }
  return complete && report.violations.length === 0 ? 'done' : 'failed';
}

function render(report: VerifyReport, objects: number, io: CliIo): string {
  const screen = stdoutScreen(io);
  const rows: readonly Row[] = [
    { label: 'lines', value: formatCount(report.lines), note: `in ${plural(objects, 'object')}` },
    { label: 'records', value: formatCount(report.records) },
    { label: 'delivered', value: formatCount(report.delivered) },
    { label: 'dead', value: formatCount(report.dead) },
    {
      label: 'on the way',
      value: formatCount(report.onTheWay),
      note: 'their last line says that they went back to the queue',
    },
    ...rowsOfFiles(report.rows),
    {
      label: 'ended again',
      value: formatCount(report.endedAgain),
      note: 'and as before: a worker ended, or SQS brought a message twice',
    },
    {
      label: 'with gaps',
      value: formatCount(report.withGaps),
      note: 'messages with attempts that have no line: a worker ended, or the journal was not written',
    },
    {
      label: 'wrong',
      value: formatCount(report.violations.length),
      style: report.violations.length === 0 ? 'green' : 'red',
    },
  ];
  const shown = report.violations.slice(0, MOST_SHOWN).map(violationText);
  const more = report.violations.length - shown.length;
  return [
    section(screen, 'Journal', rows),
    ...shown,
    ...(more > 0 ? [`... and ${formatCount(more)} more`] : []),
    '',
  ].join('\n');
}

function rowsOfFiles({ imported, failed, warned }: VerifyReport['rows']): readonly Row[] {
  if (imported + failed === 0) return [];
  const note = `of files that were imported; ${formatCount(failed)} failed, ${formatCount(warned)} with a warning`;
  return [{ label: 'rows', value: formatCount(imported), note }];
}

function violationText({ rule, relayId, position, detail }: Violation): string {
  const place = position === undefined ? '' : ` [${position}]`;
  return `  ${rule}  ${printable(relayId, 128)}${place}: ${printable(detail, 400)}`;
}

export { registerVerify };
