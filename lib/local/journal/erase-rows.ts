import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { holdsAddress, type Person, withoutAddressOf } from '../../dead-letter/triage/erase.ts';

/** Where imports keep what Marketo says of rows (`lib/delivery/files/keep-rows.ts`), beside the files that `relay load` puts there. */
const FILES_PREFIX = 'files/';
const LIST = /^files\/[^/]+\/\d+-(?:failures|warnings)\.csv$/;
const NUMBERS = /^files\/[^/]+\/\d+-rows\.json$/;

/** A list of rows without those of a person. Undefined: it holds none, or is no such list. */
function eraseFromRows(key: string, text: string, person: Person): string | undefined {
  if (!(LIST.test(key) || NUMBERS.test(key)) || !holdsAddress(text, person)) return undefined;
  if (NUMBERS.test(key)) return withoutAddressOf(text, person);
  const delimiter = delimiterOf(text);
  const rows = parse(text, { ...LENIENT, delimiter }) as readonly string[][];
  const kept = rows.filter((cells) => !cells.some((cell) => names(cell, person)));
  return stringify(kept as string[][], { delimiter });
}

/** `joann@example.com` is somebody else than `ann@example.com`. */
function names(cell: string, { address }: Person): boolean {
  return cell.toLowerCase().split(AROUND_ADDRESSES).includes(address);
}

/** As the header has it: Marketo gives rows back in the format in which they came. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split(/[\r\n]/, 1);
  return [',', '\t', ';'].find((sign) => header.includes(sign)) ?? ',';
}

const AROUND_ADDRESSES = /[\s<>"',;:()[\]]+/;
const LENIENT = {
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n', '\r'],
};

export { eraseFromRows, FILES_PREFIX };
