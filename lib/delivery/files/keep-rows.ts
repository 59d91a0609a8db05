import { parse } from 'csv-parse/sync';
import { FILE_FORMATS } from '../../marketo/endpoints/bulk.ts';
import { shorten } from '../../message/json-text.ts';
import type { FileProgress, RelayState } from '../../message/relay-state.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { FileStore } from './file-store.ts';
import type { FileMessage } from './read-piece.ts';

/** A row that Marketo refused, with its reason. `row` is absent where Marketo gave it back in another form. */
interface FailedRow {
  readonly row?: number;
  readonly reason: string;
}

type AtWork = FileProgress & { readonly job: NonNullable<FileProgress['job']> };

/** As many as a dead letter lists; the CSV has them all. */
const MAX_ROWS = 1_000;
const MAX_REASON_LENGTH = 300;

/** Keeps what Marketo says of the rows of a piece: the file as it is, and of failures the rows' numbers. */
async function keepRows(
  message: FileMessage,
  progress: AtWork,
  what: 'failures' | 'warnings',
  csv: string,
  { files, log }: Pick<DeliveryDeps, 'files' | 'log'>,
): Promise<void> {
  const pointer = await files.keep(keyOf(message.state, progress.piece, `${what}.csv`), csv);
  log.info('what Marketo says of rows is kept', { relayId: message.state.relayId, what, ...pointer });
  if (what === 'warnings') return;
  const rows = await failedRows(message, progress, csv, files).catch((error: unknown) => {
    log.warn('rows that failed could not be numbered', { relayId: message.state.relayId, error: String(error) });
    return [];
  });
  await files.keep(keyOf(message.state, progress.piece, 'rows.json'), JSON.stringify(rows));
}

/** The failed rows of all complete pieces, as far as they are listed. */
async function keptRows(message: FileMessage, progress: FileProgress, files: FileStore): Promise<readonly FailedRow[]> {
  const rows: FailedRow[] = [];
  for (const piece of progress.failedPieces) {
    if (rows.length >= MAX_ROWS) break;
    const text = await files.kept(keyOf(message.state, piece, 'rows.json'));
    if (text !== undefined) rows.push(...(JSON.parse(text) as readonly FailedRow[]));
  }
  return rows.slice(0, MAX_ROWS);
}

/** The last column is the reason, the others are the row as it was sent (Marketo: bulk-import). */
async function failedRows(
  message: FileMessage,
  { etag, fromByte, job, rowsBefore }: AtWork,
  csv: string,
  files: FileStore,
): Promise<readonly FailedRow[]> {
  const delimiter = FILE_FORMATS.get(String(message.request.query?.format)) ?? ',';
  const [, ...found] = parse(csv, { ...LENIENT, delimiter, to: MAX_ROWS + 1 }) as readonly string[][];
  const piece = await files.read(message.file, { fromByte, mostBytes: job.toByte - fromByte, etag });
  const numbers = new Map(found.map((cells) => [nameOf(cells.slice(0, -1)), [] as number[]]));
  let row = rowsBefore;
  if (piece.kind === 'bytes') {
    parse(piece.bytes, {
      ...LENIENT,
      delimiter,
      // Nothing of the piece is kept but the numbers.
      on_record: (cells: string[]) => {
        row += 1;
        numbers.get(nameOf(cells))?.push(row);
        return null;
      },
    });
  }
  const listed = found.map((cells): FailedRow => {
    const number = numbers.get(nameOf(cells.slice(0, -1)))?.shift();
    return { ...(number === undefined ? {} : { row: number }), reason: shorten(cells.at(-1) ?? '', MAX_REASON_LENGTH) };
  });
  return listed.toSorted(
    (one, other) => (one.row ?? Number.POSITIVE_INFINITY) - (other.row ?? Number.POSITIVE_INFINITY),
  );
}

const LENIENT = {
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n', '\r'],
};

function nameOf(cells: readonly string[]): string {
  return JSON.stringify(cells);
}

function keyOf({ relayId }: Pick<RelayState, 'relayId'>, piece: number, name: string): string {
  return `files/${encodeURIComponent(relayId)}/${piece + 1}-${name}`;
}

export type { FailedRow };
export { keepRows, keptRows, keyOf };
