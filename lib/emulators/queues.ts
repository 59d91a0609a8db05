import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { DEFAULT_MAX_RECEIVE_COUNT, MAX_MESSAGE_BYTES, RETENTION_SECONDS } from '../settings/policy.ts';
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from './aws.ts';
import { LOOPBACK } from './loopback.ts';

interface LocalQueuesOptions {
  /** Default `marketo-requests`; the dead-letter queue is named after it. */
  readonly queueName?: string;
  /** Default `marketo-relay-overflow`. */
  readonly bucketName?: string;
  /** How long a received message stays hidden. Default 30, as SQS. */
  readonly visibilityTimeoutSeconds?: number;
  /** Receives before SQS itself moves a message to the dead-letter queue. Default as the stack's. */
  readonly maxReceiveCount?: number;
}

interface LocalQueues {
  /** Serves SQS and S3 both. */
  readonly url: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterQueueUrl: string;
  readonly deadLetterQueueArn: string;
  readonly bucketName: string;
  stop(): Promise<void>;
}

/**
 * Embedded SQS and S3 in this process, with the queue, its dead-letter queue (redrive policy) and the overflow bucket.
 *
 * Queue URLs carry `127.0.0.1` in place of the emulator's own host name, which not every machine can resolve and to which
 * the SDK's clients would send their requests.
 */
async function startQueues(options: LocalQueuesOptions = {}): Promise<LocalQueues> {
  const queueName = options.queueName ?? 'marketo-requests';
  const deadLetterQueueName = `${queueName}-dead-letters`;
  const bucketName = options.bucketName ?? 'marketo-relay-overflow';
  const app = buildApp({ logger: false, defaultRegion: LOCAL_REGION });
  // fauxqs's own start function listens on every interface.
  const url = await app.listen({ port: 0, host: LOOPBACK });
  const stop = async (): Promise<void> => {
    await app.close();
  };
  try {
    const sqs = new SQSClient({ endpoint: url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
    const s3 = new S3Client({
      endpoint: url,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      forcePathStyle: true,
    });
    await createQueue(sqs, deadLetterQueueName, { MessageRetentionPeriod: String(RETENTION_SECONDS) });
    await createQueue(sqs, queueName, {
      VisibilityTimeout: String(options.visibilityTimeoutSeconds ?? 30),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: arnOf(deadLetterQueueName),
        maxReceiveCount: options.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT,
      }),
    });
    await s3.send(new CreateBucketCommand({ Bucket: bucketName }));
    sqs.destroy();
    s3.destroy();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    queueUrl: `${url}/${LOCAL_ACCOUNT}/${queueName}`,
    queueArn: arnOf(queueName),
    deadLetterQueueUrl: `${url}/${LOCAL_ACCOUNT}/${deadLetterQueueName}`,
    deadLetterQueueArn: arnOf(deadLetterQueueName),
    bucketName,
    stop,
  };
}

async function createQueue(
  client: SQSClient,
  name: string,
  attributes: Partial<Record<QueueAttributeName, string>>,
): Promise<void> {
  await client.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { MaximumMessageSize: String(MAX_MESSAGE_BYTES), ...attributes },
    }),
  );
}

function arnOf(queueName: string): string {
  return `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${queueName}`;
}

export type { LocalQueues, LocalQueuesOptions };
export { startQueues };
