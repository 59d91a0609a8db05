import { S3Client } from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Overflow } from '../../lib/aws/s3-overflow.ts';
import { overflowKey } from '../../lib/dead-letter/overflow.ts';

describe('the overflow bucket', () => {
  let server: FauxqsServer;
  let client: S3Client;

  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    server.createBucket('overflow');
    client = new S3Client({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('gives back what was put in', async () => {
    const store = createS3Overflow({ client, bucket: 'overflow' });
    const text = `{"a":"${'ä😀'.repeat(300_000)}"}`;
    const key = overflowKey('an id / with ? odd & parts', text);
    await store.put(key, text);
    expect(await store.get(key)).toBe(text);
  });

  it('has nothing where nothing was put', async () => {
    expect(await createS3Overflow({ client, bucket: 'overflow' }).get('dead-letters/none')).toBeUndefined();
  });

  it('throws when it cannot be reached, which says nothing of the letter', async () => {
    const nowhere = new S3Client({
      endpoint: 'http://127.0.0.1:9',
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    await expect(createS3Overflow({ client: nowhere, bucket: 'overflow' }).get('dead-letters/x')).rejects.toThrow();
    await expect(createS3Overflow({ client, bucket: 'no-such-bucket' }).put('dead-letters/x', 'x')).rejects.toThrow();
  });

  it('names an object by its relay id and its content', () => {
    expect(overflowKey('order-7', 'a')).toBe(overflowKey('order-7', 'a'));
    expect(overflowKey('order-7', 'a')).not.toBe(overflowKey('order-7', 'b'));
    expect(overflowKey('../x', 'a')).toMatch(/^dead-letters\/\.\.%2Fx\/[0-9a-f]{32}\.json$/);
  });
});
