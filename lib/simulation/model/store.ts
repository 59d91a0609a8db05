import { createHash } from 'node:crypto';
import { type GetObjectCommandInput, S3ServiceException } from '@aws-sdk/client-s3';

/** The overflow bucket, and that of files: objects by key. */
class ModelStore {
  readonly objects = new Map<string, string>();
}

/** An object, or the range of it that is asked for. */
function objectOf(text: string | undefined, { Range, IfMatch }: GetObjectCommandInput): unknown {
  if (text === undefined) throw s3Error('NoSuchKey', 404);
  const all = Buffer.from(text);
  const ETag = `"${createHash('md5').update(all).digest('hex')}"`;
  if (IfMatch !== undefined && IfMatch !== ETag) throw s3Error('PreconditionFailed', 412);
  const [, from = '0', to = String(all.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(Range ?? '') ?? [];
  const bytes = all.subarray(Number(from), Number(to) + 1);
  return {
    ETag,
    ContentLength: bytes.length,
    ContentRange: `bytes ${from}-${Number(from) + bytes.length - 1}/${all.length}`,
    Body: { transformToString: async () => bytes.toString(), transformToByteArray: async () => bytes },
  };
}

function s3Error(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode } });
}

export { ModelStore, objectOf };
