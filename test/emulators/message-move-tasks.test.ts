import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { type LocalQueues, startQueues } from '../../lib/emulators/queues.ts';

let queues: LocalQueues;
let client: SQSClient;

beforeEach(async () => {
  queues = await startQueues({ maxReceiveCount: 1 });
  client = new SQSClient({ endpoint: queues.url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
});

afterEach(async () => {
  client.destroy();
  await queues.stop();
});

async function sendLetters(count: number): Promise<void> {
  for (let letter = 0; letter < count; letter += 1) {
    const MessageAttributes = { tenant: { DataType: 'String', StringValue: 'a' } };
    await client.send(
      new SendMessageCommand({
        QueueUrl: queues.deadLetterQueueUrl,
        MessageBody: `letter ${letter}`,
        MessageAttributes,
      }),
    );
  }
}

async function newest(): Promise<ListMessageMoveTasksResultEntry | undefined> {
  const reply = await client.send(new ListMessageMoveTasksCommand({ SourceArn: queues.deadLetterQueueArn }));
  return reply.Results?.[0];
}

async function received(): Promise<readonly (string | undefined)[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queues.queueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
  });
  const { Messages = [] } = await client.send(command);
  return Messages.map(({ Body, MessageAttributes }) => `${Body} ${MessageAttributes?.tenant?.StringValue}`);
}

describe('a message move task', () => {
  it('moves every message to the destination, with its attributes, as the console does', async () => {
    await sendLetters(3);

    const { TaskHandle } = await client.send(
      new StartMessageMoveTaskCommand({ SourceArn: queues.deadLetterQueueArn, DestinationArn: queues.queueArn }),
    );

    expect(TaskHandle).toBeDefined();
    await expect.poll(newest).toMatchObject({
      Status: 'COMPLETED',
      ApproximateNumberOfMessagesMoved: 3,
      ApproximateNumberOfMessagesToMove: 3,
      DestinationArn: queues.queueArn,
    });
    expect(await received()).toEqual(['letter 0 a', 'letter 1 a', 'letter 2 a']);
    expect(queues.letters()).toEqual([]);
  });

  it('fails without a destination for a message that a program sent, and leaves it there', async () => {
    await sendLetters(1);

    await client.send(new StartMessageMoveTaskCommand({ SourceArn: queues.deadLetterQueueArn }));

    await expect.poll(newest).toMatchObject({ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' });
    expect(queues.letters()).toMatchObject([{ body: 'letter 0', isHidden: false }]);
  });

  it('finds the source of a message that SQS itself moved', async () => {
    await client.send(new SendMessageCommand({ QueueUrl: queues.queueUrl, MessageBody: 'poison' }));
    const receive = new ReceiveMessageCommand({ QueueUrl: queues.queueUrl, VisibilityTimeout: 0 });
    await client.send(receive);
    await expect.poll(async () => (await client.send(receive)).Messages ?? queues.letters().length).toBe(1);

    await client.send(new StartMessageMoveTaskCommand({ SourceArn: queues.deadLetterQueueArn }));

    await expect.poll(newest).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 });
    expect(await received()).toEqual(['poison undefined']);
  });

  it('keeps to its rate, runs alone, and can be cancelled', async () => {
    await sendLetters(5);
    const start = new StartMessageMoveTaskCommand({
      SourceArn: queues.deadLetterQueueArn,
      DestinationArn: queues.queueArn,
      MaxNumberOfMessagesPerSecond: 1,
    });

    const { TaskHandle } = await client.send(start);
    await expect(client.send(start)).rejects.toThrow('already a task running');
    const running = await newest();
    const cancelled = await client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));

    expect(running).toMatchObject({ Status: 'RUNNING', TaskHandle, MaxNumberOfMessagesPerSecond: 1 });
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBeLessThan(5);
    expect(await newest()).toMatchObject({ Status: 'CANCELLED' });
    expect((await newest())?.TaskHandle).toBeUndefined();
  });

  it('is refused for a queue that is no dead-letter queue, and for one that is not there', async () => {
    const start = (SourceArn: string) => client.send(new StartMessageMoveTaskCommand({ SourceArn }));

    await expect(start(queues.queueArn)).rejects.toThrow('must be configured as a Dead Letter Queue');
    await expect(start('arn:aws:sqs:us-east-1:000000000000:nothing')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
