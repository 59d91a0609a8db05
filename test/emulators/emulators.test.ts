import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { applyEnvironment, awsEnvironment } from '../../lib/emulators/aws.ts';
import { startQueues } from '../../lib/emulators/queues.ts';
import { startTable } from '../../lib/emulators/table.ts';

const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** Clients are created as the delivery function creates them: with nothing but the environment. */
function useEndpoint(url: string): void {
  undo.push(applyEnvironment(process.env, awsEnvironment({ sqs: url, s3: url, dynamodb: url, secretsManager: url })));
}

describe('the embedded queues', () => {
  it('are reached by an SDK client that has only the environment, through their queue URL', async () => {
    const queues = await startQueues();
    undo.push(queues.stop);
    useEndpoint(queues.url);
    const client = new SQSClient({});
    undo.push(() => client.destroy());

    await client.send(new SendMessageCommand({ QueueUrl: queues.queueUrl, MessageBody: 'hello' }));
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queues.queueUrl, AttributeNames: ['All'] }),
    );

    expect(queues.queueUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/marketo-requests$/);
    expect(Attributes?.ApproximateNumberOfMessages).toBe('1');
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: queues.deadLetterQueueArn,
      maxReceiveCount: 60,
    });
  });

  it('take a message of 1 MiB', async () => {
    const queues = await startQueues();
    undo.push(queues.stop);
    useEndpoint(queues.url);
    const client = new SQSClient({});
    undo.push(() => client.destroy());

    const reply = await client.send(
      new SendMessageCommand({ QueueUrl: queues.queueUrl, MessageBody: 'x'.repeat(1_048_576) }),
    );

    expect(reply.MessageId).toBeDefined();
  });

  it('come with the overflow bucket', async () => {
    const queues = await startQueues();
    undo.push(queues.stop);
    useEndpoint(queues.url);
    const client = new S3Client({});
    undo.push(() => client.destroy());

    await client.send(new PutObjectCommand({ Bucket: queues.bucketName, Key: 'letter', Body: '{}' }));
    const reply = await client.send(new GetObjectCommand({ Bucket: queues.bucketName, Key: 'letter' }));

    expect(await reply.Body?.transformToString()).toBe('{}');
  });

  it('do not answer any more once stopped', async () => {
    const queues = await startQueues();

    await queues.stop();

    await expect(fetch(queues.url)).rejects.toThrow();
  });
});

describe('the embedded table', () => {
  it('is active, with a string partition key called pk', async () => {
    const table = await startTable();
    undo.push(table.stop);
    useEndpoint(table.url);
    const client = new DynamoDBClient({});
    undo.push(() => client.destroy());

    const { Table } = await client.send(new DescribeTableCommand({ TableName: table.tableName }));

    expect(Table?.TableStatus).toBe('ACTIVE');
    expect(Table?.KeySchema).toEqual([{ AttributeName: 'pk', KeyType: 'HASH' }]);
    expect(Table?.AttributeDefinitions).toEqual([{ AttributeName: 'pk', AttributeType: 'S' }]);
  });

  it('does not answer any more once stopped', async () => {
    const table = await startTable();

    await table.stop();

    await expect(fetch(table.url)).rejects.toThrow();
  });
});

describe('the environment of a local run', () => {
  it('hides the profile and the files of the user, and gives all back afterwards', () => {
    const environment: Record<string, string | undefined> = { AWS_PROFILE: 'production', AWS_REGION: 'eu-west-1' };

    const restore = applyEnvironment(
      environment,
      awsEnvironment({ sqs: 's', s3: 's', dynamodb: 'd', secretsManager: 'm' }),
    );
    const during = { ...environment };
    restore();

    expect('AWS_PROFILE' in during).toBe(false);
    expect(during.AWS_ENDPOINT_URL_SQS).toBe('s');
    expect(environment).toEqual({ AWS_PROFILE: 'production', AWS_REGION: 'eu-west-1' });
  });
});
