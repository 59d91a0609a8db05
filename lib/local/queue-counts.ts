import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** What is on a queue, by SQS's own count. */
interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

async function countQueue(client: SQSClient, queueUrl: string): Promise<QueueCounts> {
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
  return {
    visible: Number(counts.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(counts.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(counts.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}

export type { QueueCounts };
export { countQueue };
