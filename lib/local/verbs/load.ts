import { basename, dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Lane } from '../../settings/lane.ts';
import type { CliIo } from '../io.ts';
import type { LoadJob } from '../load/check-load.ts';
import { type ColumnMap, readColumnMap } from '../load/columns.ts';
import type { DestinationOptions } from '../load/destination.ts';
import { load } from '../load/load.ts';
import type { Delimiter } from '../load/read-rows.ts';
import { examples, onTarget } from '../verb.ts';
import { failed } from '../verb-failure.ts';

type CommandOptions = DestinationOptions & {
  readonly map: readonly ColumnMap[];
  readonly fields?: string;
  readonly empty: 'skip' | 'clear';
  readonly delimiter?: keyof typeof DELIMITERS;
  readonly lane?: Lane;
  readonly rate: number;
  readonly rejects?: string;
  readonly as: 'messages' | 'file';
  readonly bucket?: string;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly again?: boolean;
  readonly state?: string;
};

const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t' } as const satisfies Record<string, Delimiter>;
const DEFAULT_RATE = 50;
const MOST_RATE = 3_000;

function registerLoad(program: Command, io: CliIo): void {
  const command = program
    .command('load')
    .description('Publishes the rows of a CSV file: 300 in a message, as many as one call of Marketo takes.')
    .argument('<file>', 'a CSV file in UTF-8; its first line names the columns by the API names of fields')
    .option('--custom-object <name>', 'rows are custom objects of this API name (else: leads)')
    .option('--companies', 'rows are companies')
    .option('--program <id>', 'rows are members of this program: column leadId, and fields of members')
    .option('--status <name>', 'with --program: the status that each of them gets')
    .option('--list <id>', 'rows are leads to add to this list: column id')
    .addOption(
      new Option('--action <action>', 'of leads, custom objects and companies (default: createOrUpdate)').choices([
        'createOrUpdate',
        'createOnly',
        'updateOnly',
      ]),
    )
    .option('--lookup-field <field>', 'of leads: the field by which Marketo finds one (default: email)')
    .option('--partition <name>', 'of leads: the partition of new ones')
    .addOption(new Option('--dedupe-by <what>', 'of custom objects and companies').choices(['dedupeFields', 'idField']))
    .option(
      '--map <column=field>',
      'the field of a column, by header or #number; no field leaves it out',
      collectMap,
      [],
    )
    .option('--fields <file>', 'a saved reply of Describe: names and types are checked against it')
    .addOption(
      new Option('--empty <what>', 'an empty cell leaves the field as it is, or clears it')
        .choices(['skip', 'clear'])
        .default('skip'),
    )
    .addOption(
      new Option('--delimiter <name>', 'what stands between cells (default: as the first line has it)').choices(
        Object.keys(DELIMITERS),
      ),
    )
    .addOption(
      new Option('--lane <lane>', 'the queue (default: backfill, where there is one)').choices(['live', 'backfill']),
    )
    .addOption(
      new Option('--as <what>', 'messages of 300 rows, or the whole as a file that Marketo imports')
        .choices(['messages', 'file'])
        .default('messages'),
    )
    .option('--bucket <name>', "with --as file: where it is put (default: the relay's own bucket)")
    .option('--rate <number>', 'messages a second, reached over ten seconds', readRate, DEFAULT_RATE)
    .option('--rejects <file>', 'where rows go that cannot be right (default: NAME.rejects.csv beside the file)')
    .option('--dry-run', 'check the file, show what it would become, and publish nothing')
    .option('--resume', 'go on where a load of this file ended')
    .option('--again', 'begin anew although a load of this file was begun or done')
    .addHelpText(
      'after',
      `
The whole file is read and checked before anything is published. How far the load came stands in NAME.load.json beside the
file. Messages have ids made of the file's digest and the rows in them: whatever is published twice is the same message.
${examples(
  ['relay load people.csv --dry-run --local', 'what it would become'],
  ["relay load people.csv --map 'E-mail=email' --map 'Notes='", 'one column renamed, one left out'],
  ['relay load orders.csv --custom-object order_c', 'custom objects'],
  ['relay load ids.csv --list 1001', 'members of a list, by lead id'],
  ['relay load people.csv --as file', 'many rows, by few calls'],
  ['relay load people.csv --resume', 'after Ctrl-C'],
)}`,
    )
    .action(async (file: string) => {
      const options = command.optsWithGlobals<CommandOptions>();
      if (options.bucket !== undefined && options.as !== 'file') {
        throw failed('usage', '--bucket goes with --as file: messages lie on the queue');
      }
      const job = jobOf(file, options, io);
      await onTarget(command, io, (run) => load(job, io, run));
    });
}

function jobOf(file: string, options: CommandOptions, io: CliIo): LoadJob {
  const { map, delimiter, fields, rejects, lane, state, rate, empty } = options;
  const path = resolve(io.folder, file);
  const stem = join(dirname(path), basename(path).replace(/\.(?:csv|tsv|txt)$/i, ''));
  return {
    path,
    name: file,
    maps: map,
    destination: options,
    empty,
    ...(delimiter === undefined ? {} : { delimiter: DELIMITERS[delimiter] }),
    ...(fields === undefined ? {} : { fields: { path: resolve(io.folder, fields), name: fields } }),
    ...(lane === undefined ? {} : { lane }),
    ...(options.as === 'file' ? { asFile: options.bucket === undefined ? {} : { bucket: options.bucket } } : {}),
    ratePerSecond: rate,
    rejectsPath: rejects === undefined ? `${stem}.rejects.csv` : resolve(io.folder, rejects),
    statePath: `${stem}.load.json`,
    // A dry run leaves nothing behind but what it was asked for.
    keepsRejects: options.dryRun !== true || rejects !== undefined,
    isDryRun: options.dryRun === true,
    mode: options.resume === true ? 'resume' : options.again === true ? 'again' : 'first',
    ...(state === undefined ? {} : { stateFolder: state }),
  };
}

function collectMap(text: string, before: readonly ColumnMap[]): readonly ColumnMap[] {
  const map = readColumnMap(text);
  if (map === undefined) throw new InvalidArgumentError(`give COLUMN=FIELD, as in 'E-mail=email' or '#3=email'`);
  return [...before, map];
}

function readRate(text: string): number {
  const rate = Number(text);
  if (/^\d{1,4}$/.test(text) && rate >= 1 && rate <= MOST_RATE) return rate;
  throw new InvalidArgumentError(`give a whole number of messages a second, from 1 to ${MOST_RATE}`);
}

export { registerLoad };
