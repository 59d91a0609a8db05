import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { dayPrefix, JOURNAL_PREFIX, type JournalArchive } from '../../journal/object.ts';

/** A journal that lies in a folder as it lay in its bucket: what `npm start` leaves behind, or a copy of a bucket. */
function createFolderArchive(folder: string): JournalArchive {
  return {
    async list(day) {
      const prefix = day === undefined ? JOURNAL_PREFIX : dayPrefix(day);
      const entries = await readdir(join(folder, prefix), { recursive: true, withFileTypes: true }).catch(orNothing);
      const files = (entries ?? []).filter((entry) => entry.isFile());
      return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/')).sort();
    },
    async get(key) {
      return (await readFile(join(folder, key)).catch(orNothing)) ?? undefined;
    },
    async put(key, body) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, body, { mode: 0o600 });
    },
    async remove(key) {
      await rm(join(folder, key), { force: true });
    },
  };
}

function orNothing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

export { createFolderArchive };
