import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { failed, VerbFailure } from '../verb-failure.ts';
import { type SourceEnd, sourceBytes } from './source-bytes.ts';

/** One row of a file: its cells as text, and the line of the file that it ends on. */
interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

type Delimiter = ',' | ';' | '\t';

interface RowsInput {
  readonly path: string;
  /** For the reader of an error. */
  readonly name: string;
  readonly delimiter: Delimiter;
  /** Called once all of the file has been read. */
  readonly onEnd?: (end: SourceEnd) => void;
}

/**
 * Characters of one row. A quote that is never closed makes one row of all that follows: this is where such a row ends,
 * and what bounds memory.
 */
const MAX_ROW_LENGTH = 16_000_000;

/**
 * The rows of a CSV file (RFC 4180), the header included, empty lines left out; one at a time, whatever the size of the file.
 *
 * @throws {VerbFailure} for what leaves it open where rows end, and for another encoding than UTF-8.
 */
async function* readRows({ path, name, delimiter, onEnd = () => {} }: RowsInput): AsyncGenerator<Row> {
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_LENGTH,
    on_record: (cells, { lines }) => ({ cells, line: lines }) satisfies Row as never,
  });
  const source = Readable.from(sourceBytes(path, name, onEnd));
  // Its failure reaches the reader by the parser, which it destroys.
  const flow = pipeline(source, parser).catch(() => {});
  try {
    for await (const row of parser as AsyncIterable<Row>) yield row;
  } catch (error) {
    throw explained(error, name);
  } finally {
    parser.destroy();
    await flow;
  }
}

function explained(error: unknown, name: string): unknown {
  if (error instanceof VerbFailure) return error;
  if (error instanceof CsvError) return failed('usage', `${name}, line ${error.lines}: ${quoteFault(error)}`);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return failed('usage', `there is no file ${name}`);
  if (code === 'EISDIR') return failed('usage', `${name} is a folder, not a file`);
  if (code === 'EACCES') return failed('usage', `${name} may not be read: ${message}`);
  return error;
}

function quoteFault({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'the file ends inside a quoted cell: a " that opens one is never closed';
    case 'CSV_MAX_RECORD_SIZE':
      return `a row of more than ${MAX_ROW_LENGTH} characters: most likely a " that opens a cell is never closed`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'a quoted cell goes on after its closing ": write a " inside a cell twice ("")';
    default:
      return 'a " in a cell that does not begin with one: put the cell between quotes and write the " inside twice ("")';
  }
}

export type { Delimiter, Row };
export { readRows };
