import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { OVERFLOW_PREFIX } from '../message/letter-reading.ts';

/** Where letters lie that are too large for SQS. Both methods throw when the store cannot be reached. */
interface OverflowStore {
  /** Its name, for the pointer in the letter. */
  readonly bucket: string;
  put(key: string, body: string): Promise<void>;
  get(key: string): Promise<string>;
}

/** The largest letter holds a message and a request of 1 MiB and a reply of the client's own limit, escaped. */
const MAX_OBJECT_BYTES = 33_554_432;

function createS3Overflow({ client, bucket }: { client: S3Client; bucket: string }): OverflowStore {
  return {
    bucket,
    async put(key, body) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/json; charset=utf-8' }),
      );
    },
    async get(key) {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if ((object.ContentLength ?? 0) > MAX_OBJECT_BYTES) {
        throw new Error(`s3://${bucket}/${key} has ${object.ContentLength} bytes, more than a letter can have`);
      }
      if (object.Body === undefined) throw new Error(`s3://${bucket}/${key} is empty`);
      return object.Body.transformToString('utf-8');
    },
  };
}

/** The same letter always gets the same key, so a second try writes the same object again. */
function overflowKey(relayId: string, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${OVERFLOW_PREFIX}${encodeURIComponent(relayId)}/${digest}.json`;
}

export type { OverflowStore };
export { createS3Overflow, overflowKey };
