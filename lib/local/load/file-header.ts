import { extname } from 'node:path';
import { failed } from '../verb-failure.ts';
import { type Delimiter, readRows } from './read-rows.ts';
import { sourceBytes } from './source-bytes.ts';

interface FileHeader {
  readonly delimiter: Delimiter;
  readonly header: readonly string[];
}

const DELIMITERS = [',', ';', '\t'] as const satisfies readonly Delimiter[];

/** @param asked - what separates the cells, else it is found out from the extension and the first line */
async function readHeader(path: string, name: string, asked: Delimiter | undefined): Promise<FileHeader> {
  const delimiter = asked ?? (extname(path).toLowerCase() === '.tsv' ? '\t' : await foundDelimiter(path, name));
  for await (const { cells } of readRows({ path, name, delimiter })) return { delimiter, header: cells };
  throw failed('usage', `${name} is empty: the first line has to name the columns`);
}

/** The sign that the first line has most of, outside of quotes; names of fields hold none of them. */
async function foundDelimiter(path: string, name: string): Promise<Delimiter> {
  try {
    for await (const piece of sourceBytes(path, name, () => {})) {
      const [line = ''] = piece
        .toString('utf8')
        .replace(/"(?:[^"]|"")*"/g, '')
        .trimStart()
        .split(/[\r\n]/, 1);
      const counts = DELIMITERS.map((sign) => ({ sign, count: line.split(sign).length }));
      return counts.reduce((most, one) => (one.count > most.count ? one : most)).sign;
    }
  } catch (error) {
    // What cannot be opened is told by the reader of rows, which opens it next.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
  return ',';
}

export type { FileHeader };
export { readHeader };
