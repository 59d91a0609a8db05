import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Column } from './columns.ts';
import type { Row } from './read-rows.ts';

/** A file as Marketo is to import it: the fields for a header, the rows that can be loaded, commas between. */
interface ImportFile {
  readonly path: string;
  add(row: Row): Promise<void>;
  close(): Promise<void>;
  bytes(): Promise<number>;
  drop(): Promise<void>;
}

const WRITTEN_AT_ONCE = 100_000;

/** Written to a file of its own, for the owner alone: columns are renamed, left out, and rejected rows with them. */
async function createImportFile(columns: readonly Column[], nowMs: number): Promise<ImportFile> {
  const path = join(tmpdir(), `marketo-relay-import-${process.pid}-${nowMs}.csv`);
  let file: FileHandle | undefined = await open(path, 'wx', 0o600);
  let waiting = textOf(columns.map(({ field }) => field));
  async function flush(): Promise<void> {
    const text = waiting;
    waiting = '';
    await file?.appendFile(text);
  }
  async function close(): Promise<void> {
    await flush();
    await file?.close();
    file = undefined;
  }
  return {
    path,
    async add({ cells }) {
      waiting += textOf(columns.map(({ index }) => cells[index] ?? ''));
      if (waiting.length >= WRITTEN_AT_ONCE) await flush();
    },
    close,
    bytes: async () => (await stat(path)).size,
    async drop() {
      await close();
      await rm(path, { force: true });
    },
  };
}

function textOf(cells: readonly string[]): string {
  return stringify([[...cells]]);
}

export type { ImportFile };
export { createImportFile };
