import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { OverflowStore } from '../dead-letter/overflow.ts';

/** The largest letter holds a message and a request of 1 MiB and a reply of the client's own limit, escaped. */
const MAX_OBJECT_BYTES = 33_554_432;

/**
 * The dead letters that are too large for SQS, one object each. A body that stops arriving ends as the client's deadline
 * says, whether or not its reader has begun.
 */
function createS3Overflow({ client, bucket }: { client: S3Client; bucket: string }): OverflowStore {
  return {
    bucket,
    async put(key, body) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/json; charset=utf-8' }),
      );
    },
    async get(key) {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch(orMissing);
      if (object?.Body === undefined) return undefined;
      // S3 tells the length of every object. One that is longer is nothing that the relay wrote: no dead letter, however
      // often it is asked for.
      if ((object.ContentLength ?? Number.POSITIVE_INFINITY) > MAX_OBJECT_BYTES) {
        discard(object.Body);
        return undefined;
      }
      return object.Body.transformToString('utf-8');
    },
  };
}

/** A body that nobody reads keeps its connection, and its error would end the process. */
function discard(body: unknown): void {
  if (body instanceof Readable) body.on('error', () => {}).destroy();
}

/** S3 answers 403 for an object that is not there to those who may not list the bucket, as the relay may not. */
function orMissing(error: unknown): undefined {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === 404 || status === 403) return undefined;
  throw error;
}

export { createS3Overflow };
