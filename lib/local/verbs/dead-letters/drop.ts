import type { Command } from 'commander';
import type { LetterFilter } from '../../../dead-letter/triage/filter.ts';
import { plural } from '../../cli/layout.ts';
import { HOLD_SECONDS, keepHeld } from '../../dead-letters/keep-held.ts';
import { readMatching, reportEnd } from '../../dead-letters/read-matching.ts';
import { appendAudit, backupPath } from '../../dead-letters/records.ts';
import { openSpool } from '../../dead-letters/spool.ts';
import { type CliIo, note, print } from '../../io.ts';
import { printable, printableJson } from '../../print.ts';
import { examples, onTarget, type VerbRun } from '../../verb.ts';
import { type ExitName, failed } from '../../verb-failure.ts';
import { addFilterOptions, describeFilter, type FilterOptions, readFilter } from './filter-options.ts';

type DropOptions = FilterOptions & { readonly yes?: boolean; readonly dryRun?: boolean; readonly state?: string };

/** Between two looks at Ctrl-C. */
const STEP = 100;
const MOST_TOLD = 10;

function registerDrop(parent: Command, io: CliIo): void {
  const command = parent
    .command('drop')
    .description('Takes letters off the dead-letter queue for good, into a backup file.')
    .option('--yes', 'mean it')
    .option('--dry-run', 'say how many, and drop none')
    .addHelpText(
      'after',
      examples(
        ['relay dead-letters drop --code expired --dry-run', 'how many it would be'],
        ['relay dead-letters drop --code expired --yes', 'drop them; .marketo-relay/backups has them'],
      ),
    );
  addFilterOptions(command).action(async () => {
    const options = command.optsWithGlobals<DropOptions>();
    const filter = readFilter(options, io, 'drop');
    if (options.yes !== true && options.dryRun !== true) {
      throw failed('usage', 'drop takes letters away for good: look with --dry-run, then give --yes');
    }
    await onTarget(command, io, (run) => drop(options, filter, io, run));
  });
}

async function drop(
  options: DropOptions,
  filter: LetterFilter,
  io: CliIo,
  { target, interrupted, json }: VerbRun,
): Promise<ExitName> {
  const spool = await openSpool(backupPath(io, options.state, 'drop'));
  const ids: string[] = [];
  const reading = await readMatching({
    io,
    target,
    filter,
    fetchWhole: true,
    holdSeconds: HOLD_SECONDS,
    stop: interrupted,
    onMatch: async ({ letter, whole }) => {
      ids.push(letter.messageId);
      await spool.append({ letter, ...(whole === undefined ? {} : { whole }) });
    },
  }).catch(async (error: unknown) => {
    await spool.discard();
    throw error;
  });
  const letGo = keepHeld(reading.hold, io.clock);
  try {
    const readExit = reportEnd(reading, io);
    if (readExit === 'interrupted') return readExit;
    if (ids.length === 0) {
      note(io, `None of ${plural(reading.end.read, 'dead letter')} matches ${describeFilter(filter)}.`);
      return readExit === 'done' ? 'nothing' : readExit;
    }
    if (options.dryRun === true) {
      await print(
        io,
        json
          ? `${printableJson({ dryRun: true, wouldDrop: ids }, 2)}\n`
          : `Would drop ${plural(ids.length, 'letter')}.\n`,
      );
      return readExit;
    }
    await spool.sync();
    const audit = {
      verb: 'drop',
      relay: `${target.kind} ${target.name}`,
      filter: describeFilter(filter),
      edits: [],
      backup: spool.path,
    } as const;
    await appendAudit(io, options.state, { ...audit, event: 'started', counts: { toDrop: ids.length } });
    const stayed = new Map<string, string>();
    let done = 0;
    for (; done < ids.length && !interrupted.aborted; done += STEP) {
      for (const [id, error] of await reading.hold.remove(ids.slice(done, done + STEP))) stayed.set(id, error);
    }
    const notBegun = Math.max(0, ids.length - done);
    const dropped = ids.length - notBegun - stayed.size;
    const auditPath = await appendAudit(io, options.state, {
      ...audit,
      event: 'ended',
      counts: { dropped, failed: stayed.size, notBegun },
    });
    const data = { dropped, failed: Object.fromEntries(stayed), notBegun, backup: spool.path };
    await print(io, json ? `${printableJson(data, 2)}\n` : `Dropped ${dropped} of ${plural(ids.length, 'letter')}.\n`);
    for (const [id, error] of [...stayed].slice(0, MOST_TOLD)) note(io, `  ${id} stayed: ${printable(error, 300)}`);
    note(io, `Backup: ${spool.path}`);
    note(io, `Audit: ${io.who} dropped ${dropped} (${audit.filter}), in ${auditPath}`);
    if (interrupted.aborted) return 'interrupted';
    return stayed.size > 0 ? 'failed' : readExit;
  } finally {
    letGo();
    await reading.hold.release();
    if (ids.length === 0 || options.dryRun === true || (interrupted.aborted && reading.end.kind === 'stopped'))
      await spool.discard();
    else await spool.close();
  }
}

export { registerDrop };
