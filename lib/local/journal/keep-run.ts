import { mkdir, rm } from 'node:fs/promises';
import { createJournalSalt } from '../../aws/journal-salt.ts';
import { createS3JournalArchive } from '../../aws/s3-journal-archive.ts';
import { createKeyHash } from '../../journal/key-hash.ts';
import type { JournalLine } from '../../journal/line.ts';
import { unpackLines } from '../../journal/object.ts';
import type { LocalRelay } from '../relay.ts';
import { createFolderArchive } from './folder-archive.ts';
import { writeSalt } from './salt.ts';

/** Long enough that nothing of it is taken for an address that is not one. */
const ADDRESS = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/;

/**
 * Keeps the journal of a run in a folder, in place of that of the run before: queues, table and buckets end with the process.
 *
 * @param bodies of the messages that were published, in order
 * @returns what the reader may look for: the first address that was delivered, else a relay id; undefined where nothing was settled.
 */
async function keepRun(
  { journal, clients }: Pick<LocalRelay, 'journal' | 'clients'>,
  folder: string,
  bodies: readonly string[],
): Promise<string | undefined> {
  const salt = await createJournalSalt({ client: clients.secretsManager, secretId: journal.saltName })();
  const from = createS3JournalArchive({ client: clients.s3, bucket: journal.bucketName });
  const to = createFolderArchive(folder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeSalt(folder, salt.reveal());
  const lines: JournalLine[] = [];
  for (const key of await from.list()) {
    const body = await from.get(key);
    if (body === undefined) continue;
    await to.put(key, body);
    lines.push(...unpackLines(body).lines);
  }
  const hash = createKeyHash(salt);
  const delivered = new Set(lines.flatMap(({ outcome, keys }) => (outcome === 'delivered' ? keys : [])));
  const addresses = bodies.flatMap((body) => ADDRESS.exec(body)?.[0] ?? []);
  return addresses.find((one) => delivered.has(hash(`lead:email:${one.toLowerCase()}`))) ?? lines[0]?.relay_id;
}

export { keepRun };
