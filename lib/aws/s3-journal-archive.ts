import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { dayPrefix, JOURNAL_PREFIX, type JournalArchive } from '../journal/object.ts';

/** A thousand objects each: a day of a hundred thousand invocations is a hundred. */
const MOST_PAGES = 10_000;

/** The bucket of a journal, for those who read it, and who erase from it. */
function createS3JournalArchive({ client, bucket }: { client: S3Client; bucket: string }): JournalArchive {
  return {
    async list(day) {
      const prefix = day === undefined ? JOURNAL_PREFIX : dayPrefix(day);
      const keys: string[] = [];
      let token: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const reply = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        );
        keys.push(...(reply.Contents ?? []).flatMap(({ Key }) => Key ?? []));
        token = reply.NextContinuationToken;
        if (reply.IsTruncated !== true || token === undefined) return keys;
      }
      throw new Error(`${bucket} has more than ${MOST_PAGES * 1_000} objects below ${prefix}`);
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        // Its lifetime ended between the listing and now.
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async put(key, body) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/gzip' }),
      );
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}

export { createS3JournalArchive };
