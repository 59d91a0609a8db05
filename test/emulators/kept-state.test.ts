import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { startQueues } from '../../lib/emulators/queues.ts';
import { startTable } from '../../lib/emulators/table.ts';

const access = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-kept-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('state that is kept in a folder', () => {
  it('has the messages of both queues, under their ids, at the same port', async () => {
    const first = await startQueues({ folder });
    const sqs = new SQSClient({ ...access, endpoint: first.url });
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl: first.queueUrl, MessageBody: 'waiting' }));
    const dead = await sqs.send(new SendMessageCommand({ QueueUrl: first.deadLetterQueueUrl, MessageBody: 'dead' }));
    sqs.destroy();
    await first.stop();

    const second = await startQueues({ folder, port: Number(new URL(first.url).port), visibilityTimeoutSeconds: 77 });
    const again = new SQSClient({ ...access, endpoint: second.url });
    const { Messages } = await again.send(new ReceiveMessageCommand({ QueueUrl: second.queueUrl }));
    again.destroy();
    await second.stop();

    expect(second.queueUrl).toBe(first.queueUrl);
    expect(Messages).toMatchObject([{ MessageId: sent.MessageId, Body: 'waiting' }]);
    expect(second.letters()).toMatchObject([{ messageId: dead.MessageId, body: 'dead' }]);
  });

  it('has what was received and given back, with its receives', async () => {
    const first = await startQueues({ folder });
    const QueueUrl = first.deadLetterQueueUrl;
    const sqs = new SQSClient({ ...access, endpoint: first.url });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'read' }));
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 }));
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    const given = first.letters();
    sqs.destroy();
    await first.stop();

    const second = await startQueues({ folder });
    await second.stop();

    expect(given).toMatchObject([{ body: 'read', receiveCount: 1, isHidden: false }]);
    expect(second.letters()).toMatchObject([{ body: 'read', receiveCount: 1, isHidden: false }]);
  });

  it('has the items of the table', async () => {
    const Key = { pk: { S: 'a' } };
    const first = await startTable({ folder });
    const client = new DynamoDBClient({ ...access, endpoint: first.url });
    await client.send(new PutItemCommand({ TableName: first.tableName, Item: { ...Key, seen: { N: '1' } } }));
    client.destroy();
    await first.stop();

    const second = await startTable({ folder });
    const again = new DynamoDBClient({ ...access, endpoint: second.url });
    const { Item } = await again.send(new GetItemCommand({ TableName: second.tableName, Key }));
    again.destroy();
    await second.stop();

    expect(Item).toEqual({ ...Key, seen: { N: '1' } });
  });
});

describe('a look at the letters', () => {
  it('neither hides nor counts as a receive, and shows those that somebody else has received', async () => {
    const queues = await startQueues();
    const sqs = new SQSClient({ ...access, endpoint: queues.url });
    const arrived: string[] = [];
    queues.onLetter(({ body }) => arrived.push(body));
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.deadLetterQueueUrl, MessageBody: 'a' }));

    const before = queues.letters();
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: queues.deadLetterQueueUrl, VisibilityTimeout: 60 }));
    const after = queues.letters();
    sqs.destroy();
    await queues.stop();

    expect(before).toMatchObject([{ body: 'a', receiveCount: 0, isHidden: false }]);
    expect(after).toMatchObject([{ body: 'a', receiveCount: 1, isHidden: true }]);
    expect(arrived).toEqual(['a']);
  });
});
