const SEPARATORS = { csv: ',', tsv: '\t', ssv: ';' } as const;
type CsvFormat = keyof typeof SEPARATORS;

function isCsvFormat(format: string | null): format is CsvFormat {
  return format !== null && Object.hasOwn(SEPARATORS, format);
}

/** Rows of cells (RFC 4180): quoted cells may hold separators, line ends and doubled quotes. Empty lines are left out. */
function parseCsv(text: string, format: CsvFormat): string[][] {
  const separator = SEPARATORS[format];
  const rows: string[][] = [];
  let row: string[] = [];
  const end = (): void => {
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at, separator);
    row.push(cell.value);
    at = cell.end;
    if (text[at] === separator) {
      at += 1;
      if (at === text.length) row.push('');
      continue;
    }
    end();
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  if (row.length > 0) end();
  return rows;
}

interface Cell {
  readonly value: string;
  readonly end: number;
}

function plainCell(text: string, start: number, separator: string): Cell {
  let end = start;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { value: text.slice(start, end), end };
}

/** Ends at the closing quote, or with the text where there is none. */
function quotedCell(text: string, start: number): Cell {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { value: value + text.slice(at), end: text.length };
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}

function toCsv(rows: readonly (readonly string[])[], format: CsvFormat): string {
  const separator = SEPARATORS[format];
  const cell = (value: string): string => (/[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return rows.map((row) => `${row.map(cell).join(separator)}\n`).join('');
}

export type { CsvFormat };
export { isCsvFormat, parseCsv, toCsv };
