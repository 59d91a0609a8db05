import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { exportRows } from '../../../dead-letter/triage/export-rows.ts';
import type { LetterFilter } from '../../../dead-letter/triage/filter.ts';
import { plural } from '../../cli/layout.ts';
import { readMatching, reportEnd } from '../../dead-letters/read-matching.ts';
import { openSpool, type Spool, type SpoolPlace } from '../../dead-letters/spool.ts';
import { type CliIo, note, print } from '../../io.ts';
import { escapeUnsafe, printableJson, printableText } from '../../print.ts';
import { examples, onTarget, type VerbRun } from '../../verb.ts';
import { type ExitName, failed } from '../../verb-failure.ts';
import { addFilterOptions, type FilterOptions, readFilter } from './filter-options.ts';

type ExportOptions = FilterOptions & {
  readonly format: 'ndjson' | 'csv';
  readonly output?: string;
  readonly bom?: boolean;
};

/** Writes a piece; false when nobody takes any more. */
type Write = (text: string) => Promise<boolean>;

const HOLD_SECONDS = 120;
const FIXED_COLUMNS = ['relayId', 'operation', 'code', 'message', 'position'] as const;

function registerExport(parent: Command, io: CliIo): void {
  const command = parent
    .command('export')
    .description('Dead letters as NDJSON, one a line, or as CSV, one row a record. They stay on the queue.')
    .addOption(new Option('--format <format>', 'ndjson or csv').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--output <file>', 'a new file, instead of stdout')
    .option('--bom', 'with csv: a byte order mark, by which Excel knows UTF-8')
    .addHelpText(
      'after',
      examples(
        ['relay dead-letters export --local > letters.ndjson', 'all letters, for a script'],
        ['relay dead-letters export --format csv --code 1003 --bom --output bad.csv', 'for the marketing team'],
      ),
    );
  addFilterOptions(command).action(async (options: ExportOptions) => {
    const filter = readFilter(options, io, 'anything');
    await onTarget(command, io, (run) => exportLetters(options, filter, io, run));
  });
}

async function exportLetters(options: ExportOptions, filter: LetterFilter, io: CliIo, run: VerbRun): Promise<ExitName> {
  const output = await openOutput(options, io);
  const spool = await openSpool(join(tmpdir(), `marketo-relay-export-${process.pid}-${io.clock.nowMs()}.ndjson`));
  const places: SpoolPlace[] = [];
  try {
    const reading = await readMatching({
      io,
      target: run.target,
      filter,
      fetchWhole: true,
      holdSeconds: HOLD_SECONDS,
      stop: run.interrupted,
      onMatch: async ({ letter, whole, wholeProblem }) => {
        if (wholeProblem !== undefined) note(io, `${letter.messageId}: ${wholeProblem}`);
        places.push(await spool.append({ letter, ...(whole === undefined ? {} : { whole }) }));
      },
    });
    await reading.hold.release();
    const writeAll = options.format === 'csv' ? writeCsv : writeNdjson;
    const rows = reading.matched === 0 ? 0 : await writeAll(spool, places, output.write, options.bom === true);
    const exit = reportEnd(reading, io);
    if (reading.matched === 0) {
      note(io, 'No dead letter matches.');
      return exit === 'done' ? 'nothing' : exit;
    }
    const what = options.format === 'csv' ? ` in ${plural(rows, 'row')}` : '';
    note(io, `Exported ${plural(reading.matched, 'letter')}${what}. All of them are still on the queue.`);
    return exit;
  } finally {
    await spool.discard();
    await output.close();
  }
}

async function writeNdjson(spool: Spool, places: readonly SpoolPlace[], write: Write): Promise<number> {
  for (const place of places) {
    const { letter, whole } = await spool.read(place);
    const { messageId, sentAtMs, body, attributes } = letter;
    const text = whole ?? body;
    const isJson = text.trimStart().startsWith('{') && isParsable(text);
    const head = printableJson({ messageId, deadAt: new Date(sentAtMs).toISOString(), attributes }).slice(0, -1);
    // The letter as it is written, on one line: not parsed and printed, so that every number keeps its digits.
    const one = isJson ? escapeUnsafe(text.replace(/\r?\n\s*/g, ' ')) : printableJson(text);
    if (!(await write(`${head},"letter":${one}}\n`))) break;
  }
  return places.length;
}

async function writeCsv(spool: Spool, places: readonly SpoolPlace[], write: Write, bom: boolean): Promise<number> {
  const names = new Set<string>();
  for (const place of places) {
    const { letter, whole } = await spool.read(place);
    for (const row of exportRows(letter, whole)) for (const name of row.fields.keys()) names.add(name);
  }
  const fields = [...names].sort();
  await write(csv([[...FIXED_COLUMNS, ...fields]], bom));
  let rows = 0;
  for (const place of places) {
    const { letter, whole } = await spool.read(place);
    const lines = exportRows(letter, whole).map((row) => [
      ...[row.relayId, row.operation, row.code, row.message, String(row.position ?? '')],
      ...fields.map((name) => row.fields.get(name) ?? ''),
    ]);
    rows += lines.length;
    if (!(await write(csv(lines, false)))) break;
  }
  return rows;
}

/**
 * A cell that begins with = + - @, a tab or a return is a formula to a spreadsheet, and whoever fills in a form can write
 * one: it gets a ' before it, by which spreadsheets take it for text (OWASP: CSV injection).
 */
function csv(rows: readonly (readonly string[])[], bom: boolean): string {
  return stringify(
    rows.map((row) => row.map(printableText)),
    { escape_formulas: true, bom, record_delimiter: 'windows' },
  );
}

function isParsable(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function openOutput(
  { output }: ExportOptions,
  io: CliIo,
): Promise<{ readonly write: Write; readonly close: () => Promise<void> }> {
  if (output === undefined) return { write: (text) => print(io, text), close: async () => {} };
  const path = resolve(io.folder, output);
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await new Promise<void>((opened, refused) => {
    stream.once('open', () => opened());
    stream.once('error', refused);
  }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'is there already: name another, or remove it' : error.message;
    throw failed('usage', `--output ${path} ${why}`);
  });
  return {
    write: (text) =>
      new Promise((done, refused) => {
        stream.write(text, (error) => (error ? refused(error) : done(true)));
      }),
    close: () => new Promise((closed) => stream.end(() => closed())),
  };
}

export { registerExport };
