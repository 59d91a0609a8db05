import { createServer } from 'node:http';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_WAIT_MS } from '../../lib/access-token/policy.ts';
import { createS3Overflow } from '../../lib/aws/s3-overflow.ts';
import { applyEnvironment, awsEnvironment } from '../../lib/emulators/aws.ts';
import { closeServer, listenOnLoopback } from '../../lib/emulators/loopback.ts';
import { type AwsClients, createAwsClients, createS3Client } from '../../lib/runtime/clients.ts';
import { type AwsService, DEADLINES, IDENTITY_TIMEOUT_MS } from '../../lib/runtime/deadlines.ts';
import { ANSWER_MS } from '../../lib/runtime/invocation-end.ts';
import { DELIVERY_TIMEOUT_SECONDS } from '../../lib/settings/policy.ts';
import { type Slowness, type SlowServer, type SlowServerOptions, startSlowServer } from '../support/slow-server.ts';

const QUICK = { connectMs: 200, attemptMs: 200, totalMs: 500 };
const ALL_QUICK: Partial<Record<AwsService, typeof QUICK>> = {
  dynamoDb: QUICK,
  sqs: QUICK,
  s3: QUICK,
  secretsManager: QUICK,
};
/** For the machine that runs the tests. */
const SLACK_MS = 400;

const queueUrl = (): string => `${process.env.AWS_ENDPOINT_URL_SQS}/000000000000/q`;
const Key = { pk: { S: 'x' } };
type Clients = AwsClients & { readonly s3: S3Client };
const REQUESTS: Record<string, (clients: Clients) => Promise<unknown>> = {
  'a read of the table': ({ dynamoDb }) => dynamoDb.send(new GetItemCommand({ TableName: 'table', Key })),
  'a write of the table': ({ dynamoDb }) => dynamoDb.send(new PutItemCommand({ TableName: 'table', Item: Key })),
  'a message to SQS': ({ sqs }) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: 'x' })),
  'a put to S3': ({ s3 }) => s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x' })),
  // Large enough for the SDK to ask first whether it may send the body.
  'a large put to S3': ({ s3 }) =>
    s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x'.repeat(3_000_000) })),
  'a get from S3, with its body': ({ s3 }) => createS3Overflow({ client: s3, bucket: 'bucket' }).get('dead-letters/x'),
  'a read of the secret': ({ secretsManager }) => secretsManager.send(new GetSecretValueCommand({ SecretId: 'x' })),
};

describe('the clients of AWS', () => {
  const opened: (() => unknown)[] = [];
  beforeEach(() => {
    opened.length = 0;
  });
  afterEach(async () => {
    for (const close of opened.reverse()) await close();
  });

  async function connect(url: string, options: Parameters<typeof createAwsClients>[0] = {}): Promise<Clients> {
    const endpoints = { sqs: url, s3: url, dynamodb: url, secretsManager: url };
    opened.push(applyEnvironment(process.env, awsEnvironment(endpoints)));
    const clients = createAwsClients({ deadlines: ALL_QUICK, ...options });
    opened.push(clients.destroy);
    const s3 = await createS3Client({ deadlines: ALL_QUICK, ...options });
    opened.push(() => s3.destroy());
    return { ...clients, s3 };
  }

  async function slow(slowness: Slowness, options?: SlowServerOptions): Promise<SlowServer> {
    const server = await startSlowServer(slowness, { everyMs: 50, ...options });
    opened.push(server.stop);
    return server;
  }

  async function timed(action: () => Promise<unknown>): Promise<{ tookMs: number; error: unknown }> {
    const startMs = performance.now();
    const error: unknown = await action().then(
      (value) => `no error but ${String(value)}`,
      (reason: unknown) => reason,
    );
    return { tookMs: performance.now() - startMs, error };
  }

  describe.each(['silent', 'trickling'] as const)('before a %s server', (slowness) => {
    it.each(Object.entries(REQUESTS))('end %s by its deadline', async (_name, request) => {
      const server = await slow(slowness);
      const clients = await connect(server.url);

      const { tookMs, error } = await timed(() => request(clients));

      expect(error).toBeInstanceOf(Error);
      expect(tookMs).toBeLessThan(QUICK.totalMs + SLACK_MS);
      expect(server.requests()).toBeGreaterThan(0);
    });

    it('try again before they give up', async () => {
      const server = await slow(slowness);
      await timed(async () =>
        (await connect(server.url)).dynamoDb.send(new GetItemCommand({ TableName: 'table', Key })),
      );

      expect(server.requests()).toBeGreaterThan(1);
    });
  });

  it('break off a body whose checksum the SDK computes while it arrives', async () => {
    const server = await slow('trickling', { headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } });
    const { s3 } = await connect(server.url);

    const { tookMs, error } = await timed(() =>
      createS3Overflow({ client: s3, bucket: 'bucket' }).get('dead-letters/x'),
    );

    expect(error).toBeInstanceOf(Error);
    expect(tookMs).toBeLessThan(QUICK.totalMs + SLACK_MS);
  });

  it('break off a body that nobody reads, and the process lives on', async () => {
    const server = await slow('trickling', {
      headers: { 'x-amz-checksum-crc32': 'AAAAAA==', 'content-length': '99999999' },
    });
    const { s3 } = await connect(server.url);

    expect(await createS3Overflow({ client: s3, bucket: 'bucket' }).get('dead-letters/x')).toBeUndefined();
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }));
    const isClosed = new Promise(
      (resolve) => Body && 'once' in Body && Body.once('close', resolve).on('error', () => {}),
    );

    await isClosed;
  });

  it('do not wait for as long as a server asks them to', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(503, { 'retry-after': '60' }).end();
    });
    opened.push(() => closeServer(server));
    const { dynamoDb } = await connect(await listenOnLoopback(server));

    const { tookMs, error } = await timed(() => dynamoDb.send(new GetItemCommand({ TableName: 'table', Key })));

    expect(error).toMatchObject({
      name: 'TimeoutError',
      message: 'DynamoDBClient GetItemCommand: no end within 500 ms',
    });
    expect(tookMs).toBeLessThan(QUICK.totalMs + SLACK_MS);
  });

  it('make no further attempt once a send has been given up', async () => {
    let requests = 0;
    const server = createServer((request, response) => {
      requests += 1;
      request.resume();
      response.writeHead(503, { 'retry-after': '1' }).end();
    });
    opened.push(() => closeServer(server));
    const { dynamoDb } = await connect(await listenOnLoopback(server));

    await timed(() => dynamoDb.send(new GetItemCommand({ TableName: 'table', Key })));
    const before = requests;
    await new Promise((resolve) => setTimeout(resolve, 1_200));

    expect([before, requests]).toEqual([1, 1]);
  });

  it('end with the invocation, and begin nothing after it', async () => {
    const server = await slow('silent');
    let leftMs = 150;
    const clients = await connect(server.url, { deadlines: {}, leftMs: () => leftMs });

    const running = await timed(() =>
      clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: 'x' })),
    );
    leftMs = 0;
    const arrived = server.requests();
    const late = await timed(() => clients.dynamoDb.send(new GetItemCommand({ TableName: 'table', Key })));

    expect(running.error).toMatchObject({ name: 'TimeoutError' });
    expect(running.tookMs).toBeLessThan(150 + SLACK_MS);
    expect(late.error).toMatchObject({ message: 'DynamoDBClient GetItemCommand: the invocation ends' });
    expect(server.requests()).toBe(arrived);
  });

  it('have the deadlines of the table, and four attempts', async () => {
    // A port that nobody listens on: the handler of a client shows its options after the first request.
    const clients = await connect('http://127.0.0.1:1', { deadlines: {} });
    const first = [REQUESTS['a read of the table'], REQUESTS['a message to SQS'], REQUESTS['a put to S3']];
    await Promise.allSettled([...first, REQUESTS['a read of the secret']].map((request) => request?.(clients)));

    for (const [service, { connectMs, attemptMs }] of Object.entries(DEADLINES)) {
      // Made by functions of their own.
      if (service === 'lambda' || service === 'eventBridge') continue;
      const { config } = clients[service as Exclude<AwsService, 'lambda' | 'eventBridge'>];
      const handler = config.requestHandler as unknown as { httpHandlerConfigs(): object };
      expect(handler.httpHandlerConfigs()).toMatchObject({
        connectionTimeout: connectMs,
        requestTimeout: attemptMs,
        throwOnRequestTimeout: true,
      });
      expect(await config.maxAttempts()).toBe(4);
    }
  });

  it.each([
    [{}, false],
    [{ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, true],
    [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, true],
    [{ AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' }, false],
  ])('name a bucket in the path only where an endpoint of its own is given (%j)', async (environment, expected) => {
    const s3 = await createS3Client({ environment });
    opened.push(() => s3.destroy());

    expect((await s3.config.forcePathStyle) ?? false).toBe(expected);
  });
});

describe('the deadlines', () => {
  it.each(Object.entries(DEADLINES))('of %s leave room for a second attempt', (_service, deadline) => {
    expect(deadline.connectMs).toBeLessThan(deadline.attemptMs);
    expect(deadline.attemptMs * 2).toBeLessThan(deadline.totalMs);
  });

  it('of a fetched token end before its lease of 30 s', () => {
    expect(2 * IDENTITY_TIMEOUT_MS + DEADLINES.secretsManager.totalMs).toBeLessThan(30_000);
  });

  it('of everything end before Lambda stops the function', () => {
    const settleMs = 15_000;
    expect(MAX_WAIT_MS + ANSWER_MS).toBeLessThan(settleMs);
    expect(Math.max(...Object.values(DEADLINES).map(({ totalMs }) => totalMs))).toBeLessThan(settleMs - ANSWER_MS + 1);
    expect(DELIVERY_TIMEOUT_SECONDS).toBe(420);
  });
});
