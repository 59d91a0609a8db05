import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { BACKFILL_MAPPING_ID_NAME, MAPPING_ID_NAME } from '../settings/names.ts';
import { GOVERN_TIMEOUT_SECONDS } from '../settings/policy.ts';
import { acknowledge } from './acknowledge.ts';
import { grantKeys } from './encryption.ts';
import type { RelayResources } from './environment.ts';
import { backfillEnvironment, deliveryEnvironment } from './environment.ts';
import { grantCredentials, grantItems } from './grants.ts';
import { createRelayFunction } from './relay-function.ts';
import type { ResolvedProps } from './resolve-props.ts';

/** Construct id of the function, by which its bundle is found in `cdk.out`. */
const GOVERN_FUNCTION_ID = 'Govern';

/** A small state and one call: less memory would only make it start more slowly. */
const MEMORY_MIB = 256;
const EVERY = Duration.minutes(1);

interface Governed extends RelayResources {
  readonly eventSourceMappingId: string;
  readonly backfillMappingId: string | undefined;
}

/** The function that governs, called every minute. A call that fails is not repeated: the next one does what it would have. */
function createGovernFunction(scope: Construct, governed: Governed, props: ResolvedProps): LambdaFunction {
  const governFunction = createRelayFunction(scope, props, {
    id: GOVERN_FUNCTION_ID,
    entryFile: 'govern.ts',
    description: 'Watches the relay, and pauses it while nothing can be delivered',
    memorySize: MEMORY_MIB,
    timeoutSeconds: GOVERN_TIMEOUT_SECONDS,
    environment: {
      ...deliveryEnvironment(governed, props),
      ...backfillEnvironment(governed, props),
      [MAPPING_ID_NAME]: governed.eventSourceMappingId,
      ...(governed.backfillMappingId !== undefined && { [BACKFILL_MAPPING_ID_NAME]: governed.backfillMappingId }),
    },
  });
  governFunction.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: EVERY });
  grantGoverning(governFunction, governed);
  const schedule = new Rule(scope, `${GOVERN_FUNCTION_ID}Schedule`, {
    description: 'Calls the function that watches the relay',
    schedule: Schedule.rate(EVERY),
    targets: [new FunctionTarget(governFunction, { retryAttempts: 0, maxEventAge: EVERY })],
  });
  const nextDoesIt = 'A run that fails is made up for by the next, a minute later, and an alarm tells of it.';
  acknowledge(governFunction, { 'Serverless-LambdaAsyncFailureDestination': nextDoesIt });
  acknowledge(schedule, { 'Serverless-EventBusDLQ': nextDoesIt });
  return governFunction;
}

/** It reads counts of the queues and no message, and switches the mappings. */
function grantGoverning(governFunction: LambdaFunction, governed: Governed): void {
  grantItems(governFunction, governed.table);
  grantKeys(governFunction, governed);
  grantCredentials(governFunction, governed.secret);
  const { queue, backfillQueue, deadLetterQueue, eventSourceMappingId, backfillMappingId } = governed;
  for (const one of [queue, backfillQueue, deadLetterQueue]) one?.grant(governFunction, 'sqs:GetQueueAttributes');
  governFunction.addToRolePolicy(
    new PolicyStatement({
      actions: ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
      resources: [eventSourceMappingId, ...(backfillMappingId === undefined ? [] : [backfillMappingId])].map((id) =>
        mappingArn(governFunction, id),
      ),
    }),
  );
}

function mappingArn(scope: Construct, id: string): string {
  return Stack.of(scope).formatArn({ service: 'lambda', resource: `event-source-mapping:${id}` });
}

export { createGovernFunction, GOVERN_FUNCTION_ID };
