import { formatCount, plural } from '../cli/layout.ts';
import { cell, printable, printableJson } from '../print.ts';
import type { FileCheck } from './check-file.ts';
import type { ColumnsReading } from './columns.ts';
import type { Delimiter } from './read-rows.ts';

const DELIMITER_WORDS: Readonly<Record<Delimiter, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };
const MAX_RECORD_CHARACTERS = 400;
const MAX_NAME_COLUMNS = 40;

interface PreviewInput {
  readonly name: string;
  readonly destination: string;
  readonly delimiter: Delimiter;
  readonly reading: ColumnsReading;
  readonly check: FileCheck;
  /** The file goes in whole. */
  readonly importFile?: unknown;
}

/** What a file would become, for the eye. */
function renderPreview({ name, destination, delimiter, reading, check, importFile }: PreviewInput): string {
  const width = Math.min(MAX_NAME_COLUMNS, Math.max(6, ...reading.columns.map(({ header }) => header.length)));
  const lines = [
    `${name} to ${destination}: cells separated by ${DELIMITER_WORDS[delimiter]}`,
    `  ${cell('column', width)}  field`,
    ...reading.columns.map(
      ({ header, index, field }) => `  ${cell(header || `#${index + 1}`, width)}  ${printable(field, 100)}`,
    ),
    ...(reading.leftOut.length > 0
      ? [`  left out: ${reading.leftOut.map((one) => printable(one, 60)).join(', ')}`]
      : []),
  ];
  if (check.preview.length > 0) {
    lines.push('First rows, as Marketo gets them:');
    lines.push(...check.preview.map((record) => `  ${printable(printableJson(record), MAX_RECORD_CHARACTERS)}`));
  }
  lines.push(
    `${plural(check.rows, 'row')}: ${plural(check.records, 'record')} ${placeOf(check, importFile)}${rest(check)}`,
  );
  return lines.join('\n');
}

/** How many messages, or that it is one file. */
function placeOf({ messages }: FileCheck, importFile: unknown): string {
  return importFile === undefined ? `in ${plural(messages, 'message')}` : 'in one file';
}

function rest({ rejected, blank }: FileCheck): string {
  const parts = [
    rejected > 0 ? `, ${plural(rejected, 'row')} rejected` : '',
    blank > 0 ? `; ${plural(blank, 'blank row')} passed over` : '',
  ];
  return parts.join('');
}

function renderRejects({ rejected, firstRejects }: FileCheck, path: string | undefined): string {
  const lines = firstRejects.map(({ line, reason }) => `  line ${line}: ${printable(reason, 200)}`);
  if (rejected > lines.length) lines.push(`  and ${formatCount(rejected - lines.length)} more`);
  const where = path === undefined ? ':' : `, and stand in ${path} to be mended and loaded from there:`;
  return [`${plural(rejected, 'row')} cannot be loaded${where}`, ...lines].join('\n');
}

export { placeOf, renderPreview, renderRejects };
