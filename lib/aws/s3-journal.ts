import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { JournalStore } from '../journal/object.ts';
import { JOURNAL_PATIENCE_MS } from './journal-salt.ts';

/** The bucket of a journal, for those who write it. The write ends within {@link JOURNAL_PATIENCE_MS}. */
function createS3Journal({ client, bucket }: { client: S3Client; bucket: string }): JournalStore {
  return {
    async put(key, body) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        // The compression is of the object, not of its transfer: what reads it must get it as it is stored.
        ContentType: 'application/gzip',
      });
      await client.send(command, { abortSignal: AbortSignal.timeout(JOURNAL_PATIENCE_MS) });
    },
  };
}

export { createS3Journal };
