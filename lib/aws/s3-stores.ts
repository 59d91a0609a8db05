import type { S3Client } from '@aws-sdk/client-s3';
import type { OverflowStore } from '../dead-letter/overflow.ts';
import type { FileStore } from '../delivery/files/file-store.ts';
import type { JournalStore } from '../journal/object.ts';
import { createS3Files } from './s3-files.ts';
import { createS3Journal } from './s3-journal.ts';
import { createS3Overflow } from './s3-overflow.ts';

/** What the delivery function keeps in S3, a bucket each. */
interface S3Stores {
  overflow(bucket: string): OverflowStore;
  files(bucket: string): FileStore;
  journal(bucket: string): JournalStore;
}

/** Gives the stores with S3's client, which is a seventh of a bundle: most invocations never ask for it. */
type LoadS3Stores = () => Promise<S3Stores>;

function createS3Stores(client: S3Client): S3Stores {
  return {
    overflow: (bucket) => createS3Overflow({ client, bucket }),
    files: (bucket) => createS3Files({ client, bucket }),
    journal: (bucket) => createS3Journal({ client, bucket }),
  };
}

export type { LoadS3Stores, S3Stores };
export { createS3Stores };
