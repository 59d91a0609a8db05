type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where text goes: how wide it is, and what it can show. */
interface Screen {
  /** Columns; Infinity for a file or a pipe, where a line stays a line. */
  readonly columns: number;
  /** Colours the text, or leaves it as it is. */
  paint(style: Style, text: string): string;
  readonly unicode: boolean;
}

/** A figure with its name and what it means. */
interface Row {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly style?: Style;
}

const INDENT = 2;
/** Prose wider than this is hard to read, however wide the terminal is. */
const MAX_COLUMNS = 120;
const MIN_COLUMNS = 40;

/** Rows under a heading: labels to the left, figures flush right, notes wrapped beside them. */
function section(screen: Screen, title: string, rows: readonly Row[], subtitle?: string): string {
  if (rows.length === 0) return '';
  const labels = Math.max(...rows.map((row) => row.label.length));
  const values = Math.max(...rows.map((row) => row.value.length));
  const heading = screen.paint('bold', title) + (subtitle === undefined ? '' : screen.paint('dim', `  ${subtitle}`));
  const lines = rows.map((row) => {
    const label = ' '.repeat(INDENT) + row.label.padEnd(labels);
    const value = row.value.padStart(values);
    const painted = row.style === undefined ? value : screen.paint(row.style, value);
    const head = `${label}  ${painted}`;
    if (row.note === undefined) return head;
    const at = INDENT + labels + 2 + values + 3;
    return `${head}   ${screen.paint('dim', hang(row.note, at, screen.columns))}`;
  });
  return [heading, ...lines].join('\n');
}

/**
 * Breaks text between words so that it fits beside what stands to its left, each further line indented as far.
 *
 * @param indent - columns that are already taken on the first line
 */
function hang(text: string, indent: number, columns: number): string {
  const width = Math.min(Math.max(columns, MIN_COLUMNS), columns === Infinity ? Infinity : MAX_COLUMNS) - indent;
  if (text.length <= width || width < 16) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** What somebody else wrote, safe to print on one line: no control characters, no direction marks, bounded. */
function printable(text: string, most: number): string {
  const clean = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return clean.length <= most ? clean : `${clean.slice(0, most - 3)}...`;
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `850 ms`, `12.4 s`, `3 min 5 s`. */
function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `512 B`, `1.5 KB`, `3.2 GB`: thousands, as AWS bills them. */
function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1_000 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export type { Row, Screen, Style };
export { formatBytes, formatCount, formatDuration, hang, plural, printable, section };
