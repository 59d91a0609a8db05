import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { failed } from '../verb-failure.ts';
import type { Delimiter, Row } from './read-rows.ts';

const LINE_COLUMN = 'Reject Line';
const REASON_COLUMN = 'Reject Reason';
/** Columns that say something about a row and are no part of it: a mended file can be loaded with them in it. */
const REMARK_COLUMNS: ReadonlySet<string> = new Set([
  LINE_COLUMN,
  REASON_COLUMN,
  // Marketo: bulk-import, the last column of its own failure and warning files.
  'Import Failure Reason',
  'Import Warning Reason',
]);

interface Rejects {
  add(row: Row, reason: string): Promise<void>;
  /** Puts the file in its place when it has a row, and says where that is. */
  keep(): Promise<string | undefined>;
  drop(): Promise<void>;
}

interface RejectsInput {
  readonly path: string;
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
}

const WRITTEN_AT_ONCE = 50_000;

/**
 * Rows that cannot be right, as a CSV file with the reason in front: mended, it can be loaded as it is. Written beside its
 * place first, so that a file which somebody is mending is never written over.
 */
function createRejects({ path, header, delimiter }: RejectsInput): Rejects {
  const draft = `${path}.${process.pid}.part`;
  let file: FileHandle | undefined;
  let waiting = '';
  async function write(cells: readonly string[]): Promise<void> {
    waiting += stringify([[...cells]], { delimiter, record_delimiter: 'windows' });
    if (waiting.length >= WRITTEN_AT_ONCE) await flush();
  }
  async function flush(): Promise<void> {
    const text = waiting;
    waiting = '';
    await file?.appendFile(text);
  }
  async function drop(): Promise<void> {
    await file?.close();
    file = undefined;
    await rm(draft, { force: true });
  }
  return {
    async add({ cells, line }, reason) {
      if (file === undefined) {
        file = await open(draft, 'w', 0o600);
        await write([LINE_COLUMN, REASON_COLUMN, ...header]);
      }
      await write([String(line), reason, ...cells]);
    },
    async keep() {
      if (file === undefined) return undefined;
      await flush();
      await file.sync();
      const before = await digestOf(path);
      if (before !== undefined && before !== (await digestOf(draft))) {
        await drop();
        throw failed(
          'usage',
          `${path} is there already and holds something else: move it away, or name another file with --rejects`,
        );
      }
      await file.close();
      file = undefined;
      await rename(draft, path);
      return path;
    },
    drop,
  };
}

async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export type { Rejects };
export { createRejects, REMARK_COLUMNS };
