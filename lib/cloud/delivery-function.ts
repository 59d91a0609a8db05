import { Duration } from 'aws-cdk-lib';
import { type Function as LambdaFunction, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DELIVERY_TIMEOUT_SECONDS } from '../settings/policy.ts';
import { acknowledge } from './acknowledge.ts';
import { grantKeys } from './encryption.ts';
import type { RelayResources } from './environment.ts';
import { backfillEnvironment, deliveryEnvironment } from './environment.ts';
import { grantCredentials, grantFiles, grantItems, grantObjects } from './grants.ts';
import { createRelayFunction } from './relay-function.ts';
import type { ResolvedProps } from './resolve-props.ts';
import { grantSendResults, resultsEnvironment } from './results.ts';

/** Construct id of the function, by which its bundle is found in `cdk.out`. */
const DELIVERY_FUNCTION_ID = 'Delivery';

interface Delivery {
  readonly deliveryFunction: LambdaFunction;
  /** UUID of the event source mapping: what pauses and resumes it names it so. */
  readonly eventSourceMappingId: string;
  /** Of the one from the backfill queue, where there is one. */
  readonly backfillMappingId: string | undefined;
}

/** The function that delivers, what it may do, and the mapping that feeds it from the queue. */
function createDeliveryFunction(scope: Construct, resources: RelayResources, props: ResolvedProps): Delivery {
  const deliveryFunction = createRelayFunction(scope, props, {
    id: DELIVERY_FUNCTION_ID,
    entryFile: 'deliver.ts',
    description: 'Makes the Marketo requests that were published to the queue',
    memorySize: props.memorySize,
    timeoutSeconds: DELIVERY_TIMEOUT_SECONDS,
    environment: {
      ...props.environment,
      ...deliveryEnvironment(resources, props),
      ...resultsEnvironment(resources),
      ...backfillEnvironment(resources, props),
    },
    // A message that waits or is retried goes back to the queue as a copy. Lambda takes the sixteenth copy for a
    // runaway loop and drops it, unless told otherwise; the relay's own budgets end each message's life.
    recursiveLoop: RecursiveLoop.ALLOW,
  });
  grantDelivery(deliveryFunction, resources);
  grantFiles(deliveryFunction, props.fileBuckets);
  // Whether it is enabled is not for the template to say: a deployment would resume what somebody has paused.
  const eventSource = eventSourceOf(resources.queue, props.maxConcurrency, props);
  deliveryFunction.addEventSource(eventSource);
  const { backfillQueue } = resources;
  const backfill = backfillQueue && eventSourceOf(backfillQueue, props.backfillConcurrency, props);
  if (backfill !== undefined) deliveryFunction.addEventSource(backfill);
  acknowledge(deliveryFunction, {
    'Serverless-LambdaEventSourceMappingDestination':
      'SQS sources have no such destination: the redrive policy of the queue is what takes messages that nobody could settle.',
  });
  return {
    deliveryFunction,
    eventSourceMappingId: eventSource.eventSourceMappingId,
    backfillMappingId: backfill?.eventSourceMappingId,
  };
}

function eventSourceOf(queue: IQueue, maxConcurrency: number, props: ResolvedProps): SqsEventSource {
  return new SqsEventSource(queue, {
    batchSize: props.gatherMessages,
    maxBatchingWindow: Duration.seconds(props.gatherSeconds),
    maxConcurrency,
    reportBatchItemFailures: true,
  });
}

/** Action by action: the grants of CDK's constructs allow more than a delivery does. */
function grantDelivery(deliveryFunction: LambdaFunction, resources: RelayResources): void {
  const { queue, backfillQueue, deadLetterQueue, table, secret, overflowBucket } = resources;
  for (const one of backfillQueue === undefined ? [queue] : [queue, backfillQueue]) {
    one.grantConsumeMessages(deliveryFunction);
    one.grant(deliveryFunction, 'sqs:SendMessage');
  }
  deadLetterQueue.grant(deliveryFunction, 'sqs:SendMessage');
  grantCredentials(deliveryFunction, secret);
  // Marks of the keys of a call: see docs/decisions/017-order.md.
  grantItems(deliveryFunction, table, ['dynamodb:BatchGetItem']);
  grantKeys(deliveryFunction, resources);
  grantObjects(deliveryFunction, overflowBucket, 's3:PutObject', 's3:GetObject');
  grantSendResults(deliveryFunction, resources);
}

export type { Delivery };
export { createDeliveryFunction, DELIVERY_FUNCTION_ID };
