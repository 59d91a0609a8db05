import { Aws, Duration, Fn, Names, Stack } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { RETENTION_DAYS, visibilityTimeoutSeconds } from '../settings/policy.ts';
import type { ResolvedProps } from './resolve-props.ts';

/** SQS allows 80; the rest is for the part that keeps a stack's queues apart from those of a deleted one. */
const MAX_NAME_CHARACTERS = 64;

interface RelayQueues {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
}

/**
 * The queue that publishers write to, and the one that takes what could not be delivered.
 *
 * Each queue names the other: the queue by its redrive policy, the dead-letter queue by allowing no other source.
 * CloudFormation cannot resolve two references that form a circle, so the queue has a name of its own making, from
 * which its ARN is known beforehand.
 */
function createQueues(scope: Construct, props: ResolvedProps): RelayQueues {
  const queueName = uniqueQueueName(scope);
  const shared = {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(RETENTION_DAYS),
    removalPolicy: props.removalPolicy,
  };
  const deadLetterQueue = new Queue(scope, 'DeadLetterQueue', {
    ...shared,
    redriveAllowPolicy: {
      redrivePermission: RedrivePermission.BY_QUEUE,
      sourceQueues: [queueByName(scope, queueName)],
    },
  });
  const queue = new Queue(scope, 'Queue', {
    ...shared,
    queueName,
    visibilityTimeout: Duration.seconds(visibilityTimeoutSeconds(props.gatherSeconds)),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
  });
  return { queue, deadLetterQueue };
}

/** The stack's own identity ends the name, so that a stack can be created anew beside the queue of a deleted one. */
function uniqueQueueName(scope: Construct): string {
  const prefix = Names.uniqueResourceName(scope, { separator: '-', maxLength: MAX_NAME_CHARACTERS });
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return Fn.join('-', [prefix, Fn.select(0, Fn.split('-', stackUuid))]);
}

function queueByName(scope: Construct, queueName: string): IQueue {
  const arn = Stack.of(scope).formatArn({ service: 'sqs', resource: queueName });
  return Queue.fromQueueArn(scope, 'QueueByName', arn);
}

export type { RelayQueues };
export { createQueues };
