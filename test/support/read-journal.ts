import { S3Client } from '@aws-sdk/client-s3';
import { createS3JournalArchive } from '../../lib/aws/s3-journal-archive.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import type { JournalLine } from '../../lib/journal/line.ts';
import { unpackLines } from '../../lib/journal/object.ts';
import { createJournalCheck } from '../../lib/journal/verify.ts';
import type { Wire } from './wire.ts';

/** The journal's objects, by their keys. */
async function readObjects({ endpoints, journal }: Pick<Wire, 'endpoints' | 'journal'>) {
  const client = clientOf(endpoints);
  const archive = createS3JournalArchive({ client, bucket: journal.bucketName });
  const objects = new Map<string, Uint8Array>();
  for (const key of await archive.list()) objects.set(key, (await archive.get(key)) ?? new Uint8Array());
  client.destroy();
  return objects;
}

function clientOf({ s3 }: Wire['endpoints']): S3Client {
  const access = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, forcePathStyle: true };
  return new S3Client({ ...access, endpoint: s3 });
}

async function readJournal(wire: Pick<Wire, 'endpoints' | 'journal'>): Promise<readonly JournalLine[]> {
  return [...(await readObjects(wire)).values()].flatMap((body) => unpackLines(body).lines);
}

/** @throws Error that names each promise that the journal shows broken: what `relay verify` does, and the simulator. */
async function checkJournal(wire: Pick<Wire, 'endpoints' | 'journal'>): Promise<void> {
  const check = createJournalCheck();
  for (const body of (await readObjects(wire)).values()) check.add(unpackLines(body).lines);
  const { violations } = check.report(0);
  if (violations.length > 0) throw new Error(`the journal shows: ${JSON.stringify(violations, null, 2)}`);
}

async function clearJournal({ endpoints, journal }: Pick<Wire, 'endpoints' | 'journal'>): Promise<void> {
  const client = clientOf(endpoints);
  const archive = createS3JournalArchive({ client, bucket: journal.bucketName });
  for (const key of await archive.list()) await archive.remove(key);
  client.destroy();
}

export { checkJournal, clearJournal, readJournal, readObjects };
