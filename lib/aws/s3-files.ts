import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { FileReading, FileStore } from '../delivery/files/file-store.ts';

interface S3FilesOptions {
  readonly client: S3Client;
  /** Where failures of imports are kept. */
  readonly bucket: string;
}

/** Files of publishers, read range by range, and what is kept of their imports. */
function createS3Files({ client, bucket }: S3FilesOptions): FileStore {
  return {
    async read({ bucket: Bucket, key: Key }, { fromByte, mostBytes, etag }): Promise<FileReading> {
      const Range = `bytes=${fromByte}-${fromByte + mostBytes - 1}`;
      try {
        const object = await client.send(
          new GetObjectCommand({ Bucket, Key, Range, ...(etag === undefined ? {} : { IfMatch: etag }) }),
        );
        const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
        // `bytes 0-99/1234`
        const total = Number(/\/(\d+)$/.exec(object.ContentRange ?? '')?.[1] ?? bytes.length);
        return { kind: 'bytes', bytes, etag: object.ETag ?? '', objectBytes: total };
      } catch (error) {
        return unreadable(error, `s3://${Bucket}/${Key}`);
      }
    },
    async keep(key, text) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: contentTypeOf(key) }),
      );
      return { bucket, key };
    },
    async kept(key) {
      try {
        const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await object.Body?.transformToString('utf-8');
      } catch (error) {
        if (statusOf(error) === 404 || statusOf(error) === 403) return undefined;
        throw error;
      }
    },
  };
}

/** What the publisher can put right is told; what may pass by itself is thrown. */
function unreadable(error: unknown, name: string): FileReading {
  switch (statusOf(error)) {
    case 403:
      return { kind: 'unreadable', detail: `${name} is not there, or the relay may not read it` };
    case 404:
      return { kind: 'unreadable', detail: `${name} is not there` };
    case 412:
      return { kind: 'unreadable', detail: `${name} is not what it was when its import began` };
    case 416:
      return { kind: 'bytes', bytes: Buffer.alloc(0), etag: '', objectBytes: 0 };
    case 301:
    case 400:
      return { kind: 'unreadable', detail: `${name}: ${error instanceof Error ? error.message : String(error)}` };
    default:
      throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function contentTypeOf(key: string): string {
  return key.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8';
}

export { createS3Files };
