import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { OVERFLOW_PREFIX } from '../../dead-letter/read.ts';
import type { RelayTarget } from '../target/target.ts';

/** A thousand objects each, and the bucket forgets them after 30 days. */
const MOST_PAGES = 10_000;

async function listOverflow(
  { clients, overflowBucketName }: RelayTarget,
  stop: AbortSignal,
  prefix: string = OVERFLOW_PREFIX,
): Promise<readonly string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES && !stop.aborted; page += 1) {
    const reply = await clients.s3.send(
      new ListObjectsV2Command({ Bucket: overflowBucketName, Prefix: prefix, ContinuationToken: token }),
    );
    keys.push(...(reply.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    token = reply.NextContinuationToken;
    if (reply.IsTruncated !== true || token === undefined) break;
  }
  return keys;
}

async function removeOverflow({ clients, overflowBucketName }: RelayTarget, key: string): Promise<void> {
  await clients.s3.send(new DeleteObjectCommand({ Bucket: overflowBucketName, Key: key }));
}

export { listOverflow, removeOverflow };
