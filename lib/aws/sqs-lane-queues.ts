import type { SQSClient } from '@aws-sdk/client-sqs';
import { createLaneQueues, type LaneQueues } from '../dead-letter/triage/lane-queues.ts';
import type { Log } from '../ports.ts';
import { queueName } from '../settings/urls.ts';
import { createSqsQueue } from './sqs-queue.ts';

interface SqsLaneQueuesOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** Where there is one. */
  readonly backfillQueueUrl?: string | undefined;
  readonly log: Log;
}

/** The queues of a relay, for messages that go back to the one that they came from. */
function createSqsLaneQueues({ client, queueUrl, backfillQueueUrl, log }: SqsLaneQueuesOptions): LaneQueues {
  const live = createSqsQueue({ client, queueUrl, log });
  if (backfillQueueUrl === undefined) return createLaneQueues(live, undefined);
  const queue = createSqsQueue({ client, queueUrl: backfillQueueUrl, log });
  return createLaneQueues(live, { queue, name: queueName(backfillQueueUrl) });
}

export { createSqsLaneQueues };
