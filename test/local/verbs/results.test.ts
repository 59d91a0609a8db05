import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../lib/emulators/aws.ts';
import { UNSENT_PREFIX } from '../../../lib/results/publish.ts';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
let s3: S3Client;
let queueUrl: string;
beforeAll(async () => {
  cli = await startCliUnderTest();
  s3 = new S3Client({
    endpoint: cli.wire.endpoints.s3,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    forcePathStyle: true,
  });
  await cli.wire.sqs.send(new CreateQueueCommand({ QueueName: 'told' }));
  queueUrl = cli.wire.queueUrl.replace(/[^/]+$/, 'told');
});
afterAll(async () => {
  s3.destroy();
  await cli.stop();
});
beforeEach(async () => {
  await cli.reset();
  cli.control.settings = { RESULTS_QUEUE_URL: queueUrl };
});

async function leave(...relayIds: readonly string[]): Promise<void> {
  for (const relayId of relayIds) {
    await s3.send(
      new PutObjectCommand({
        Bucket: cli.wire.bucketName,
        Key: `${UNSENT_PREFIX}${relayId}/0.json`,
        Body: JSON.stringify({ version: 1, relayId, operation: 'syncLeads', status: 'delivered' }),
      }),
    );
  }
}

async function waiting(): Promise<number> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: cli.wire.bucketName, Prefix: UNSENT_PREFIX }),
  );
  return Contents.length;
}

describe('results resend', () => {
  it('says that nothing waits', async () => {
    expect(await cli.run(['results', 'resend'])).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/^0 results sent, 0 still wait/),
    });
  });

  it('counts what waits, then sends it with its facts, then deletes it', async () => {
    await leave(...Array.from({ length: 12 }, (_, index) => `r-${String(index).padStart(2, '0')}`));

    const dry = await cli.run(['results', 'resend', '--dry-run']);
    const left = await waiting();
    const { status, stdout } = await cli.run(['results', 'resend']);
    const { Messages = [] } = await cli.wire.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );

    expect(dry.stdout).toMatch(/^12 results wait in/);
    expect(left).toBe(12);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^12 results sent, 0 still wait/) });
    expect(await waiting()).toBe(0);
    expect(Messages).toHaveLength(10);
    expect(Messages[0]?.MessageAttributes).toMatchObject({ operation: { StringValue: 'syncLeads' } });
  });

  it('keeps what is refused, and says why', async () => {
    cli.control.settings = { RESULTS_QUEUE_URL: `${queueUrl}-gone` };
    await leave('r-1');

    const { status, stdout, stderr } = await cli.run(['results', 'resend', '--json']);

    expect({ status, data: JSON.parse(stdout) }).toEqual({ status: 1, data: { waiting: 1, sent: 0, refused: 1 } });
    expect(stderr).toMatch(/Refused: .*(NonExistentQueue|QueueDoesNotExist)/);
    expect(await waiting()).toBe(1);
  });

  it('says that the relay sends none', async () => {
    cli.control.settings = {};

    expect(await cli.run(['results', 'resend'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('sends no results'),
    });
  });
});
