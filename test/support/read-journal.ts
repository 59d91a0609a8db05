import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import type { JournalLine } from '../../lib/journal/line.ts';
import { unpackLines } from '../../lib/journal/object.ts';
import type { Wire } from './wire.ts';

/** The journal's objects, by their keys. */
async function readObjects({ endpoints, journal }: Pick<Wire, 'endpoints' | 'journal'>) {
  const access = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, forcePathStyle: true };
  const client = new S3Client({ ...access, endpoint: endpoints.s3 });
  const Bucket = journal.bucketName;
  const objects = new Map<string, Uint8Array>();
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key = '' } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    objects.set(Key, (await Body?.transformToByteArray()) ?? new Uint8Array());
  }
  client.destroy();
  return objects;
}

async function readJournal(wire: Pick<Wire, 'endpoints' | 'journal'>): Promise<readonly JournalLine[]> {
  return [...(await readObjects(wire)).values()].flatMap((body) => unpackLines(body).lines);
}

export { readJournal, readObjects };
