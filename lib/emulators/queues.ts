import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { DEFAULT_MAX_RECEIVE_COUNT, MAX_MESSAGE_BYTES, RETENTION_SECONDS } from '../settings/policy.ts';
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from './aws.ts';
import { openStores, type SqsMessage, type SqsQueue } from './fauxqs-stores.ts';
import { LOOPBACK } from './loopback.ts';
import { createMoveTasks } from './message-move-tasks.ts';

interface LocalQueuesOptions {
  /** Default `marketo-requests`; the other queues are named after it. */
  readonly queueName?: string;
  /** Default `marketo-relay-overflow`. */
  readonly bucketName?: string;
  /** Default `marketo-relay-journal`. */
  readonly journalBucketName?: string;
  /** How long a received message stays hidden. Default 30, as SQS. */
  readonly visibilityTimeoutSeconds?: number;
  /** Receives before SQS itself moves a message to the dead-letter queue. Default as the stack's. */
  readonly maxReceiveCount?: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Where messages and objects are kept, written through. Default: in memory. */
  readonly folder?: string;
}

/** A message as it lies on a queue, seen without receiving it: that neither hides it nor counts. */
interface LyingMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: SqsMessage['messageAttributes'];
  readonly sentAtMs: number;
  readonly receiveCount: number;
  /** Somebody has received it and not given it back. */
  readonly isHidden: boolean;
}

interface LocalQueues {
  /** Serves SQS and S3 both. */
  readonly url: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** Of what can wait: it has the same dead-letter queue. */
  readonly backfillQueueUrl: string;
  readonly backfillQueueArn: string;
  readonly deadLetterQueueUrl: string;
  readonly deadLetterQueueArn: string;
  readonly resultsQueueUrl: string;
  readonly bucketName: string;
  readonly journalBucketName: string;
  /** What lies on the dead-letter queue, hidden or not. */
  letters(): readonly LyingMessage[];
  /** Calls back for each message that the dead-letter queue accepts from now on, whoever sends it. */
  onLetter(listener: (message: LyingMessage) => void): void;
  stop(): Promise<void>;
}

/**
 * Embedded SQS and S3 in this process, with the queue, that of a backfill, their dead-letter queue (redrive policy), the queue
 * of the results, the overflow bucket and the journal's.
 *
 * Queue URLs carry `127.0.0.1` in place of the emulator's own host name, which not every machine can resolve and to which
 * the SDK's clients would send their requests.
 */
async function startQueues(options: LocalQueuesOptions = {}): Promise<LocalQueues> {
  const queueName = options.queueName ?? 'marketo-requests';
  const backfillQueueName = `${queueName}-backfill`;
  const deadLetterQueueName = `${queueName}-dead-letters`;
  const resultsQueueName = `${queueName}-results`;
  const bucketName = options.bucketName ?? 'marketo-relay-overflow';
  const journalBucketName = options.journalBucketName ?? 'marketo-relay-journal';
  const open = await openStores(options.folder);
  const { sqsStore } = open.stores;
  const movedBySqs = new Set<string>();
  const moveTasks = createMoveTasks({
    ...open,
    sourceOf: (messageId) => (movedBySqs.has(messageId) ? sqsStore.getQueueByName(queueName) : undefined),
  });
  const app = buildApp({ logger: false, defaultRegion: LOCAL_REGION, stores: open.stores });
  app.addHook('preHandler', async (request, reply) => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '');
    const answer = moveTasks.answer(operation, request.body);
    if (answer === undefined) return;
    await reply.code(answer.status).type('application/x-amz-json-1.0').send(JSON.stringify(answer.body));
  });
  const stop = async (): Promise<void> => {
    moveTasks.stop();
    await app.close();
    open.close();
  };
  let url: string;
  let deadLetters: SqsQueue;
  try {
    // fauxqs's own start function listens on every interface.
    url = await app.listen({ port: options.port ?? 0, host: LOOPBACK });
    const sqs = new SQSClient({ endpoint: url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
    const s3 = new S3Client({
      endpoint: url,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      forcePathStyle: true,
    });
    const create = (name: string, attributes: Partial<Record<QueueAttributeName, string>>): Promise<void> => {
      // A kept queue takes the settings of today.
      sqsStore.getQueueByName(name)?.setAttributes(attributes);
      return createQueue(sqs, name, attributes);
    };
    await create(deadLetterQueueName, { MessageRetentionPeriod: String(RETENTION_SECONDS) });
    await create(resultsQueueName, { MessageRetentionPeriod: String(RETENTION_SECONDS) });
    for (const name of [queueName, backfillQueueName]) {
      await create(name, {
        MessageRetentionPeriod: String(RETENTION_SECONDS),
        VisibilityTimeout: String(options.visibilityTimeoutSeconds ?? 30),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: arnOf(deadLetterQueueName),
          maxReceiveCount: options.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT,
        }),
      });
    }
    for (const name of [bucketName, journalBucketName]) {
      await s3.send(new CreateBucketCommand({ Bucket: name })).catch(unlessThere);
    }
    sqs.destroy();
    s3.destroy();
    deadLetters = existing(sqsStore.getQueueByName(deadLetterQueueName));
    // A message that SQS moves brings the receives that it had; one that is sent begins with none.
    onArrival(deadLetters, ({ messageId, approximateReceiveCount }) => {
      if (approximateReceiveCount > 0) movedBySqs.add(messageId);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    queueUrl: `${url}/${LOCAL_ACCOUNT}/${queueName}`,
    queueArn: arnOf(queueName),
    backfillQueueUrl: `${url}/${LOCAL_ACCOUNT}/${backfillQueueName}`,
    backfillQueueArn: arnOf(backfillQueueName),
    deadLetterQueueUrl: `${url}/${LOCAL_ACCOUNT}/${deadLetterQueueName}`,
    deadLetterQueueArn: arnOf(deadLetterQueueName),
    resultsQueueUrl: `${url}/${LOCAL_ACCOUNT}/${resultsQueueName}`,
    bucketName,
    journalBucketName,
    letters: () => lyingOn(deadLetters),
    onLetter: (listener) => onArrival(deadLetters, (message) => listener(toLying(message, false))),
    stop,
  };
}

function existing(queue: SqsQueue | undefined): SqsQueue {
  if (queue === undefined) throw new Error('The queue that was just created is not there.');
  return queue;
}

function onArrival(queue: SqsQueue, listener: (message: SqsMessage) => void): void {
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = (message) => {
    enqueue(message);
    listener(message);
  };
}

function lyingOn(queue: SqsQueue): readonly LyingMessage[] {
  queue.processTimers();
  const { ready, delayed, inflight } = queue.inspectMessages();
  return [
    ...[...ready, ...delayed].map((message) => toLying(message, false)),
    ...inflight.map(({ message }) => toLying(message, true)),
  ].sort((one, other) => one.sentAtMs - other.sentAtMs);
}

function toLying(message: SqsMessage, isHidden: boolean): LyingMessage {
  return {
    messageId: message.messageId,
    body: message.body,
    attributes: message.messageAttributes,
    sentAtMs: message.sentTimestamp,
    receiveCount: message.approximateReceiveCount,
    isHidden,
  };
}

/** With kept state the bucket is there already. */
function unlessThere(error: unknown): void {
  if (!/BucketAlready/.test(String((error as { name?: string }).name))) throw error;
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

export type { LocalQueues, LocalQueuesOptions, LyingMessage };
export { startQueues };
