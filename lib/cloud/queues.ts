import { Aws, Duration, Fn, Names, Stack } from 'aws-cdk-lib';
import type { IQueue, QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { RETENTION_DAYS, visibilityTimeoutSeconds } from '../settings/policy.ts';
import { acknowledge } from './acknowledge.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { GivenQueues, QueueNeeds } from './existing-queue.ts';
import { queueProblems, warnOfUnseenSettings } from './existing-queue.ts';
import type { ResolvedProps } from './resolve-props.ts';

/** SQS allows 80; the rest is for the part that keeps a stack's queues apart from those of a deleted one. */
const MAX_NAME_CHARACTERS = 64;
const BACKFILL_SUFFIX = '-backfill';

interface RelayQueues {
  readonly queue: IQueue;
  /** Where one is asked for. */
  readonly backfillQueue: IQueue | undefined;
  readonly deadLetterQueue: IQueue;
}

/**
 * The queue that publishers write to, and the one that takes what could not be delivered; those that exist already are taken as
 * they are, once they have passed the checks.
 *
 * @throws {ConfigurationError} when one that was given cannot be used.
 */
function createQueues(scope: Construct, props: ResolvedProps, given: GivenQueues): RelayQueues {
  const needs = { visibilitySeconds: visibilityTimeoutSeconds(props.gatherSeconds) };
  const problems = queueProblems(given, needs, Stack.of(scope).region);
  if (problems.length > 0) throw new ConfigurationError('The relay cannot be built', problems);
  warnOfUnseenSettings(scope, given, needs);
  const backfillName = props.backfill ? uniqueQueueName(scope, BACKFILL_SUFFIX) : undefined;
  const backfill = backfillName === undefined ? [] : [queueByName(scope, 'BackfillQueueByName', backfillName)];
  const queues = createLiveQueues(scope, props, needs, given, backfill);
  const { deadLetterQueue } = queues;
  const backfillQueue =
    backfillName === undefined
      ? undefined
      : new Queue(scope, 'BackfillQueue', {
          ...sharedProps(props),
          queueName: backfillName,
          visibilityTimeout: Duration.seconds(needs.visibilitySeconds),
          deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
        });
  return { ...queues, backfillQueue };
}

type LiveQueues = Omit<RelayQueues, 'backfillQueue'>;

/** @param others further queues that a dead-letter queue of the relay's own takes messages from. */
function createLiveQueues(
  scope: Construct,
  props: ResolvedProps,
  needs: QueueNeeds,
  given: GivenQueues,
  others: readonly IQueue[],
): LiveQueues {
  const { queue } = given;
  if (queue === undefined) return createOwnQueues(scope, props, needs, given.deadLetterQueue, others);
  const own = queue instanceof Queue ? queue.deadLetterQueue?.queue : undefined;
  const deadLetterQueue = given.deadLetterQueue ?? own ?? createDeadLetterQueue(scope, props, [queue, ...others]);
  return { queue, deadLetterQueue };
}

/**
 * Each queue names the other: the queue by its redrive policy, the dead-letter queue by allowing no other source.
 * CloudFormation cannot resolve two references that form a circle, so the queue has a name of its own making, from
 * which its ARN is known beforehand.
 */
function createOwnQueues(
  scope: Construct,
  props: ResolvedProps,
  { visibilitySeconds }: QueueNeeds,
  given: IQueue | undefined,
  others: readonly IQueue[],
): LiveQueues {
  const queueName = uniqueQueueName(scope);
  const deadLetterQueue =
    given ?? createDeadLetterQueue(scope, props, [queueByName(scope, 'QueueByName', queueName), ...others]);
  const queue = new Queue(scope, 'Queue', {
    ...sharedProps(props),
    queueName,
    visibilityTimeout: Duration.seconds(visibilitySeconds),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
  });
  return { queue, deadLetterQueue };
}

function createDeadLetterQueue(scope: Construct, props: ResolvedProps, sourceQueues: readonly IQueue[]): Queue {
  const deadLetterQueue = new Queue(scope, 'DeadLetterQueue', {
    ...sharedProps(props),
    redriveAllowPolicy: { redrivePermission: RedrivePermission.BY_QUEUE, sourceQueues: [...sourceQueues] },
  });
  acknowledge(deadLetterQueue, { 'Serverless-SQSRedrivePolicy': 'It is the dead-letter queue.' });
  return deadLetterQueue;
}

function sharedProps({ encryptionKey, removalPolicy }: ResolvedProps): QueueProps {
  return {
    ...(encryptionKey === undefined
      ? { encryption: QueueEncryption.SQS_MANAGED }
      : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
    enforceSSL: true,
    retentionPeriod: Duration.days(RETENTION_DAYS),
    removalPolicy,
  };
}

/** The stack's own identity ends the name, so that a stack can be created anew beside the queue of a deleted one. */
function uniqueQueueName(scope: Construct, suffix = ''): string {
  const prefix = Names.uniqueResourceName(scope, { separator: '-', maxLength: MAX_NAME_CHARACTERS - suffix.length });
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return Fn.join('-', [`${prefix}${suffix}`, Fn.select(0, Fn.split('-', stackUuid))]);
}

function queueByName(scope: Construct, id: string, queueName: string): IQueue {
  const arn = Stack.of(scope).formatArn({ service: 'sqs', resource: queueName });
  return Queue.fromQueueArn(scope, id, arn);
}

export type { RelayQueues };
export { createQueues, sharedProps };
