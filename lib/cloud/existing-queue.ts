import { Annotations, Token } from 'aws-cdk-lib';
import { CfnQueue, type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { MIN_MAX_RECEIVE_COUNT, RETENTION_DAYS, RETENTION_SECONDS } from '../settings/policy.ts';

/** What SQS gives a queue whose settings say nothing (SQS: CreateQueue). */
const DEFAULT_VISIBILITY_SECONDS = 30;
const DEFAULT_RETENTION_SECONDS = 345_600;

interface GivenQueues {
  readonly queue?: IQueue | undefined;
  readonly deadLetterQueue?: IQueue | undefined;
}

interface QueueNeeds {
  /** The least for which a received message must be hidden. */
  readonly visibilitySeconds: number;
}

/**
 * What is wrong with queues that were made elsewhere, as far as synthesis can see: all settings of a queue of the same app,
 * and whether it is FIFO, and its region, of one that is known by its ARN.
 *
 * @returns each with the prop, the bad value and the remedy.
 */
function queueProblems(
  { queue, deadLetterQueue }: GivenQueues,
  { visibilitySeconds }: QueueNeeds,
  region: string,
): readonly string[] {
  const problems: string[] = [];
  for (const [name, given] of [
    ['queue', queue],
    ['deadLetterQueue', deadLetterQueue],
  ] as const) {
    if (given === undefined) continue;
    if (given.fifo) problems.push(`${name} is ${nameOf(given)}, a FIFO queue: give a standard queue`);
    if (isElsewhere(given, region)) {
      problems.push(
        `${name} is in ${given.env.region}, and the stack in ${region}: give a queue of the stack's region`,
      );
    }
    const kept =
      settingsOf(given)?.messageRetentionPeriod ?? (isOfTheApp(given) ? DEFAULT_RETENTION_SECONDS : undefined);
    if (kept !== undefined && !Token.isUnresolved(kept) && kept < RETENTION_SECONDS) {
      problems.push(`${name} keeps messages for ${kept} s: give it a retentionPeriod of ${RETENTION_DAYS} days`);
    }
  }
  if (queue === undefined) return problems;
  if (queue === deadLetterQueue) problems.push('deadLetterQueue is the same queue as queue: give two queues');
  if (!isOfTheApp(queue)) return problems;
  const hidden = settingsOf(queue)?.visibilityTimeout ?? DEFAULT_VISIBILITY_SECONDS;
  if (!Token.isUnresolved(hidden) && hidden < visibilitySeconds) {
    problems.push(
      `queue hides a received message for ${hidden} s: give it a visibilityTimeout of ${visibilitySeconds} s`,
    );
  }
  return [...problems, ...redriveProblems(queue, deadLetterQueue)];
}

function redriveProblems(queue: Queue, deadLetterQueue: IQueue | undefined): readonly string[] {
  const redrive = queue.deadLetterQueue;
  if (redrive === undefined) {
    return [
      'queue has no dead-letter queue, so that a message which ends its workers would go round for ever: ' +
        `give it one, with a maxReceiveCount of ${MIN_MAX_RECEIVE_COUNT} or more`,
    ];
  }
  const problems: string[] = [];
  if (!Token.isUnresolved(redrive.maxReceiveCount) && redrive.maxReceiveCount < MIN_MAX_RECEIVE_COUNT) {
    problems.push(
      `queue has a maxReceiveCount of ${redrive.maxReceiveCount}: give it ${MIN_MAX_RECEIVE_COUNT} or more, ` +
        'or SQS moves messages for which the relay has not written a dead letter yet',
    );
  }
  if (deadLetterQueue !== undefined && redrive.queue !== deadLetterQueue) {
    problems.push(
      `deadLetterQueue is ${nameOf(deadLetterQueue)}, and queue has ${nameOf(redrive.queue)} as its own: ` +
        'leave deadLetterQueue out, or give the same',
    );
  }
  return problems;
}

/** Says which settings a queue must have that synthesis cannot see. */
function warnOfUnseenSettings(
  relay: Construct,
  { queue, deadLetterQueue }: GivenQueues,
  { visibilitySeconds }: QueueNeeds,
): void {
  const unseen = [
    ...(queue === undefined || isOfTheApp(queue)
      ? []
      : [
          `queue (${nameOf(queue)}) needs VisibilityTimeout ${visibilitySeconds} or more, MessageRetentionPeriod ` +
            `${RETENTION_SECONDS}, and a RedrivePolicy with maxReceiveCount ${MIN_MAX_RECEIVE_COUNT} or more and the ARN of ` +
            "the relay's dead-letter queue as deadLetterTargetArn",
        ]),
    ...(deadLetterQueue === undefined || isOfTheApp(deadLetterQueue)
      ? []
      : [
          `deadLetterQueue (${nameOf(deadLetterQueue)}) needs MessageRetentionPeriod ${RETENTION_SECONDS}, and, where it has a ` +
            'RedriveAllowPolicy, the queues of the relay among its sourceQueueArns',
        ]),
  ];
  if (unseen.length === 0) return;
  Annotations.of(relay).addWarningV2(
    'marketo-relay:queueSettings',
    `Queues that were made elsewhere keep their settings, which cannot be seen here: ${unseen.join('; ')}.`,
  );
}

/** Whether the template of a stack of the app makes it. */
function isOfTheApp(queue: IQueue): queue is Queue {
  return queue instanceof Queue;
}

function settingsOf(queue: IQueue): CfnQueue | undefined {
  const resource = queue.node.defaultChild;
  return resource instanceof CfnQueue ? resource : undefined;
}

function isElsewhere(queue: IQueue, region: string): boolean {
  return queue.env.region !== region && !Token.isUnresolved(queue.env.region) && !Token.isUnresolved(region);
}

/** Of a queue of the app the path: its name is known to the deployment only. */
function nameOf(queue: IQueue): string {
  return Token.isUnresolved(queue.queueName) ? queue.node.path : queue.queueName;
}

export type { GivenQueues, QueueNeeds };
export { queueProblems, warnOfUnseenSettings };
