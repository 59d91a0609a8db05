import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Everything on a queue, by SQS's own count: visible, in flight and delayed. */
async function countQueued(client: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes: counts = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
}

export { countQueued };
