import { open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

interface PutFileInput {
  readonly client: S3Client;
  readonly path: string;
  readonly bucket: string;
  readonly key: string;
  readonly onProgress: (bytes: number) => void;
}

/** S3 takes no smaller part but the last, and 10,000 of them (S3: multipart upload limits). */
const PART_BYTES = 8_000_000;
const CONTENT_TYPE = 'text/csv; charset=utf-8';

/** Puts a file into a bucket part by part: no more than one part is held in memory, and each is tried again by itself. */
async function putFile({ client, path, bucket, key, onProgress }: PutFileInput): Promise<void> {
  const object = { Bucket: bucket, Key: key };
  const file = await open(path, 'r');
  try {
    const first = await readPart(file, 0);
    if (first.length < PART_BYTES) {
      await client.send(new PutObjectCommand({ ...object, Body: first, ContentType: CONTENT_TYPE }));
      return;
    }
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ContentType: CONTENT_TYPE }));
    try {
      const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
      for (let body = first, sent = 0; body.length > 0; body = await readPart(file, sent)) {
        const PartNumber = Parts.length + 1;
        const { ETag } = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body: body }));
        Parts.push({ ETag, PartNumber });
        sent += body.length;
        onProgress(sent);
      }
      await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
    } catch (error) {
      // What was uploaded of it would be paid for until the bucket's rule takes it away.
      await client.send(new AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => {});
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function readPart(file: Awaited<ReturnType<typeof open>>, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

export { putFile };
