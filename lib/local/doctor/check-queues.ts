import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { MIN_MAX_RECEIVE_COUNT, RETENTION_DAYS, RETENTION_SECONDS } from '../../settings/policy.ts';
import { plural } from '../cli/layout.ts';
import type { RelayTarget } from '../target/target.ts';
import { type Finding, type Known, known, ok, warning, wrong } from './finding.ts';

type Attributes = Readonly<Record<string, string>>;

interface QueuesSeen {
  readonly queue: Known<Attributes>;
  /** Where the relay has one. */
  readonly backfillQueue?: Known<Attributes>;
  readonly deadLetterQueue: Known<Attributes>;
}

async function readQueues({
  clients,
  queueUrl,
  backfillQueueUrl,
  deadLetterQueueUrl,
}: RelayTarget): Promise<QueuesSeen> {
  const read = (what: string, QueueUrl: string): Promise<Known<Attributes>> =>
    known({ what: `${what} ${QueueUrl}`, action: 'sqs:GetQueueAttributes' }, async () => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      return (await clients.sqs.send(command)).Attributes ?? {};
    });
  const [queue, deadLetterQueue, backfillQueue] = await Promise.all([
    read('the queue', queueUrl),
    read('the dead-letter queue', deadLetterQueueUrl),
    backfillQueueUrl === undefined ? undefined : read('the backfill queue', backfillQueueUrl),
  ]);
  return { queue, deadLetterQueue, ...(backfillQueue && { backfillQueue }) };
}

/**
 * The queue, and that of the backfill where there is one.
 *
 * @param functionSeconds - the delivery function's timeout, where it is known
 */
function checkQueue(seen: QueuesSeen, functionSeconds: number | undefined): readonly Finding[] {
  const live = checkOne(seen, functionSeconds);
  const { backfillQueue } = seen;
  if (backfillQueue === undefined) return live;
  const ofBackfill = checkOne({ ...seen, queue: backfillQueue }, functionSeconds);
  return [...live, ...ofBackfill.map((finding) => ({ ...finding, said: `of the backfill: ${finding.said}` }))];
}

function checkOne({ queue, deadLetterQueue }: QueuesSeen, functionSeconds: number | undefined): readonly Finding[] {
  if (!queue.ok) return [queue.finding];
  const { value: attributes } = queue;
  const visibilitySeconds = Number(attributes.VisibilityTimeout);
  const problems = [
    ...redriveProblems(attributes.RedrivePolicy, deadLetterQueue.ok ? deadLetterQueue.value.QueueArn : undefined),
    ...retentionProblems(attributes, 'a message that waits for longer'),
    ...(functionSeconds !== undefined && visibilitySeconds < functionSeconds
      ? [
          wrong(
            `a message is hidden for ${visibilitySeconds} s, and a run may take ${functionSeconds} s: others get what is still being delivered`,
            'deploy the stack again: it sets the visibility timeout by the timeout of the function',
          ),
        ]
      : []),
  ];
  return problems.length > 0 ? problems : [ok(`reachable; kept for ${daysText(attributes)}, redrive as it should be`)];
}

function checkDeadLetterQueue({ queue, deadLetterQueue }: QueuesSeen): readonly Finding[] {
  if (!deadLetterQueue.ok) return [deadLetterQueue.finding];
  const { value: attributes } = deadLetterQueue;
  const kept = secondsKept(attributes);
  const queueKept = queue.ok ? secondsKept(queue.value) : 0;
  if (kept < queueKept) {
    // A message that SQS moves keeps the time at which it was sent first (SQS: dead-letter queues).
    return [
      wrong(
        `letters are kept for ${daysText(attributes)}, messages for ${daysOf(queueKept)}: one that SQS moves here can be deleted at once`,
        `set its retention to ${RETENTION_DAYS} days (MessageRetentionPeriod ${RETENTION_SECONDS})`,
      ),
    ];
  }
  const problems = retentionProblems(attributes, 'a letter that nobody looks at');
  const letters =
    Number(attributes.ApproximateNumberOfMessages) + Number(attributes.ApproximateNumberOfMessagesNotVisible);
  return problems.length > 0
    ? problems
    : [ok(`reachable; ${plural(letters, 'dead letter')}, kept for ${daysText(attributes)}`)];
}

function redriveProblems(policy: string | undefined, deadLetterArn: string | undefined): readonly Finding[] {
  const again = 'deploy the stack again: it sets the redrive policy';
  const { deadLetterTargetArn, maxReceiveCount } = readPolicy(policy);
  if (deadLetterTargetArn === undefined) {
    return [wrong('it has no redrive policy: a message that ends its worker comes again for ever', again)];
  }
  return [
    ...(deadLetterArn !== undefined && deadLetterTargetArn !== deadLetterArn
      ? [wrong(`SQS moves messages to ${deadLetterTargetArn}, where this relay does not look`, again)]
      : []),
    ...(maxReceiveCount < MIN_MAX_RECEIVE_COUNT
      ? [
          wrong(
            `SQS moves a message after ${plural(maxReceiveCount, 'receive')}, before the relay can write its letter`,
            `deploy with a maxReceiveCount of ${MIN_MAX_RECEIVE_COUNT} or more`,
          ),
        ]
      : []),
  ];
}

function readPolicy(policy: string | undefined): { deadLetterTargetArn?: string; maxReceiveCount: number } {
  try {
    const value = JSON.parse(policy ?? '') as { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
    const { deadLetterTargetArn: arn, maxReceiveCount } = value;
    return {
      ...(typeof arn === 'string' ? { deadLetterTargetArn: arn } : {}),
      maxReceiveCount: Number(maxReceiveCount),
    };
  } catch {
    return { maxReceiveCount: 0 };
  }
}

function retentionProblems(attributes: Attributes, what: string): readonly Finding[] {
  if (secondsKept(attributes) >= RETENTION_SECONDS) return [];
  const remedy = `set its retention to ${RETENTION_DAYS} days (MessageRetentionPeriod ${RETENTION_SECONDS})`;
  return [warning(`SQS keeps it for ${daysText(attributes)}: ${what} is deleted`, remedy)];
}

function secondsKept({ MessageRetentionPeriod }: Attributes): number {
  return Number(MessageRetentionPeriod ?? 0);
}

function daysText(attributes: Attributes): string {
  return daysOf(secondsKept(attributes));
}

function daysOf(seconds: number): string {
  const days = seconds / 86_400;
  return days >= 1 ? plural(Number(days.toFixed(1)), 'day') : `${Number((seconds / 3_600).toFixed(1))} h`;
}

export type { QueuesSeen };
export { checkDeadLetterQueue, checkQueue, readQueues };
