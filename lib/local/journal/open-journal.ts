import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AthenaJournal, findObjects } from '../../aws/athena-journal.ts';
import { createJournalSalt } from '../../aws/journal-salt.ts';
import { createS3JournalArchive } from '../../aws/s3-journal-archive.ts';
import { createKeyHash, type KeyHash } from '../../journal/key-hash.ts';
import type { JournalArchive } from '../../journal/object.ts';
import type { Wanted } from '../../journal/search.ts';
import { Secret } from '../../marketo/secret.ts';
import { formatBytes } from '../cli/layout.ts';
import { type CliIo, note } from '../io.ts';
import type { RelayTarget } from '../target/target.ts';
import { failed } from '../verb-failure.ts';
import { createFolderArchive } from './folder-archive.ts';
import { daysBetween, listSince } from './read-objects.ts';
import { SALT_FILE_NAME } from './salt.ts';

/** A journal that a command reads, wherever it lies. */
interface OpenJournal {
  /** For the reader. */
  readonly name: string;
  readonly archive: JournalArchive;
  /** @throws VerbFailure when the salt cannot be read. */
  hash(): Promise<KeyHash>;
  /** Keys of objects since then that may hold a line that is wanted: by Athena, or all of them. */
  locate(wanted: Wanted, sinceMs: number, stop: AbortSignal): Promise<readonly string[]>;
}

/** A journal in a folder: as `npm start` leaves it, or as `aws s3 sync` copies it. */
async function openFolder(io: CliIo, given: string): Promise<OpenJournal> {
  const folder = resolve(io.folder, given);
  const isFolder = await stat(join(folder, 'journal')).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    const remedy = '`npm start` leaves one behind and says where; of a bucket, copy the folder journal/ into it';
    throw failed('usage', `--journal ${given}: there is no folder journal in ${folder}: ${remedy}`);
  }
  const archive = createFolderArchive(folder);
  return {
    name: given,
    archive,
    async hash() {
      const text = await readFile(join(folder, SALT_FILE_NAME), 'utf8').catch(() => '');
      if (text.trim() !== '') return createKeyHash(new Secret(text.trim()));
      throw failed(
        'failed',
        `${join(folder, SALT_FILE_NAME)} is not there: without the salt nobody is found by an address; put the text of the secret into it`,
      );
    },
    locate: (_, sinceMs) => listSince(archive, sinceMs, io.clock.nowMs()),
  };
}

/** @param scans reads all objects instead of asking Athena */
function openTargetJournal(io: CliIo, target: RelayTarget, scans: boolean): OpenJournal {
  const { journal, clients, name } = target;
  if (journal === undefined) {
    throw failed('failed', `${name} keeps no journal: it was turned off, or the relay is of an older version`);
  }
  const archive = createS3JournalArchive({ client: clients.s3, bucket: journal.bucketName });
  const scan = (sinceMs: number): Promise<readonly string[]> => listSince(archive, sinceMs, io.clock.nowMs());
  return {
    name,
    archive,
    async hash() {
      try {
        const read = createJournalSalt({ client: clients.secretsManager, secretId: journal.saltName });
        return createKeyHash(await read());
      } catch (error) {
        const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        throw failed(
          'failed',
          `the salt ${journal.saltName} cannot be read (${said}): it needs secretsmanager:GetSecretValue`,
        );
      }
    },
    async locate(wanted, sinceMs, stop) {
      const { athena } = clients;
      const { databaseName, workGroupName } = journal;
      if (scans || athena === undefined || databaseName === undefined || workGroupName === undefined) {
        return scan(sinceMs);
      }
      const [fromDay = ''] = daysBetween(sinceMs, sinceMs);
      const place: AthenaJournal = { client: athena, databaseName, workGroupName, clock: io.clock };
      const { objectKeys, bytesScanned } = await findObjects(place, wanted, fromDay, stop);
      note(io, `Athena read ${formatBytes(bytesScanned)} of the journal.`);
      return objectKeys;
    },
  };
}

export type { OpenJournal };
export { openFolder, openTargetJournal };
