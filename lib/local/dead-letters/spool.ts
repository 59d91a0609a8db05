import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { QueuedLetter } from '../../dead-letter/triage/queued-letter.ts';
import { printableJson } from '../print.ts';

/** A letter on disk, so that however many there are, memory holds only where they are. */
interface SpooledLetter {
  readonly letter: QueuedLetter;
  /** The letter out of the overflow bucket, when the one on the queue was cut. */
  readonly whole?: string;
}

interface SpoolPlace {
  readonly at: number;
  readonly bytes: number;
}

/** A file of letters, one JSON object a line: the backup of what a command takes off the queue. */
interface Spool {
  readonly path: string;
  append(letter: SpooledLetter): Promise<SpoolPlace>;
  read(place: SpoolPlace): Promise<SpooledLetter>;
  /** Resolves when all of it, and its name in the folder, is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
  /** Closes it and takes the file away. */
  discard(): Promise<void>;
}

/** Letters hold what people wrote about people: nobody else on the machine reads them. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

async function openSpool(path: string): Promise<Spool> {
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  const file = await open(path, 'wx+', PRIVATE_FILE);
  let end = 0;
  let writing: Promise<unknown> = Promise.resolve();

  return {
    path,
    append({ letter, whole }) {
      const line = Buffer.from(`${printableJson({ ...letter, ...(whole === undefined ? {} : { whole }) })}\n`);
      const place = { at: end, bytes: line.length };
      end += line.length;
      const written = file.write(line, 0, line.length, place.at).then(() => place);
      writing = Promise.all([writing, written]);
      return written;
    },
    async read({ at, bytes }) {
      const buffer = Buffer.alloc(bytes);
      await file.read(buffer, 0, bytes, at);
      const { whole, ...letter } = JSON.parse(buffer.toString('utf8')) as QueuedLetter & { whole?: string };
      return { letter, ...(whole === undefined ? {} : { whole }) };
    },
    async sync() {
      await writing;
      await file.sync();
      await syncFolder(dirname(path));
    },
    close: () => closeQuietly(file),
    async discard() {
      await closeQuietly(file);
      await rm(path, { force: true });
    },
  };
}

/** A file that the folder forgets is no backup. Windows has no such thing as syncing a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

async function closeQuietly(file: FileHandle): Promise<void> {
  await file.close().catch(() => {});
}

export type { Spool, SpooledLetter, SpoolPlace };
export { openSpool };
