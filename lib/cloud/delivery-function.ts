import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { DELIVERY_TIMEOUT_SECONDS } from '../settings/policy.ts';
import { bundledCode, PROJECT_ROOT } from './bundle.ts';
import type { RelayResources } from './environment.ts';
import { deliveryEnvironment } from './environment.ts';
import type { ResolvedProps } from './resolve-props.ts';

const ENTRY_FILE = join(PROJECT_ROOT, 'functions', 'deliver.ts');

/** The function that delivers, what it may do, and the mapping that feeds it from the queue. */
function createDeliveryFunction(scope: Construct, resources: RelayResources, props: ResolvedProps): LambdaFunction {
  const logGroup = new LogGroup(scope, 'DeliveryLogs', {
    retention: props.logRetention,
    removalPolicy: props.removalPolicy,
  });
  // A role of its own making: Lambda's managed policy lets a function write to every log group of the account.
  const role = new Role(scope, 'DeliveryRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);

  const deliveryFunction = new LambdaFunction(scope, 'Delivery', {
    description: 'Makes the Marketo requests that were published to the queue',
    code: bundledCode(ENTRY_FILE),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: props.memorySize,
    timeout: Duration.seconds(DELIVERY_TIMEOUT_SECONDS),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    tracing: Tracing.ACTIVE,
    // A message that waits or is retried goes back to the queue as a copy. Lambda takes the sixteenth copy for a
    // runaway loop and drops it, unless told otherwise; the relay's own budgets end each message's life.
    recursiveLoop: RecursiveLoop.ALLOW,
    environment: {
      ...deliveryEnvironment(resources, props),
      NODE_OPTIONS: '--enable-source-maps',
      POWERTOOLS_SERVICE_NAME: 'marketo-relay',
      POWERTOOLS_METRICS_NAMESPACE: 'MarketoRelay',
    },
  });
  grantDelivery(deliveryFunction, resources);
  deliveryFunction.addEventSource(
    new SqsEventSource(resources.queue, {
      batchSize: props.gatherMessages,
      maxBatchingWindow: Duration.seconds(props.gatherSeconds),
      maxConcurrency: props.maxConcurrency,
      reportBatchItemFailures: true,
    }),
  );
  return deliveryFunction;
}

/** Action by action: the grants of CDK's constructs allow more than a delivery does. */
function grantDelivery(deliveryFunction: LambdaFunction, resources: RelayResources): void {
  const { queue, deadLetterQueue, table, secret, overflowBucket } = resources;
  queue.grantConsumeMessages(deliveryFunction);
  queue.grant(deliveryFunction, 'sqs:SendMessage');
  deadLetterQueue.grant(deliveryFunction, 'sqs:SendMessage');
  secret.grantRead(deliveryFunction);
  deliveryFunction.addToRolePolicy(
    new PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [table.tableArn],
    }),
  );
  deliveryFunction.addToRolePolicy(
    new PolicyStatement({
      actions: ['s3:PutObject', 's3:GetObject'],
      resources: [overflowBucket.arnForObjects('*')],
    }),
  );
}

export { createDeliveryFunction };
