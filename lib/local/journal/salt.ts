import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LEAST_SALT_CHARACTERS } from '../../journal/journal.ts';

const FILE_NAME = 'journal-salt';

/** The salt of a local relay's journal: another one each time, or the one that lies beside the journal in a folder. */
async function localSalt(folder: string | undefined): Promise<string> {
  const fresh = randomBytes(48).toString('base64url');
  if (folder === undefined) return fresh;
  const path = join(folder, FILE_NAME);
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim().length >= LEAST_SALT_CHARACTERS) return kept.trim();
  await writeSalt(folder, fresh);
  return fresh;
}

/** @throws NodeJS.ErrnoException when the folder cannot be written. */
async function writeSalt(folder: string, salt: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, FILE_NAME), `${salt}\n`, { mode: 0o600 });
}

export { FILE_NAME as SALT_FILE_NAME, localSalt, writeSalt };
