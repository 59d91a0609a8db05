import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { SETTING_NAMES } from '../settings/names.ts';
import { TRIAGE_TIMEOUT_SECONDS } from '../settings/policy.ts';
import { grantKeys } from './encryption.ts';
import type { RelayResources } from './environment.ts';
import { grantObjects } from './grants.ts';
import { createRelayFunction } from './relay-function.ts';
import type { ResolvedProps } from './resolve-props.ts';

/** Construct id of the function, by which its bundle is found in `cdk.out`. */
const TRIAGE_FUNCTION_ID = 'Triage';

/** The letters that are about to be sent again are held in memory. */
const MEMORY_MIB = 512;

/** The function behind the widget. Whoever looks at the dashboard calls it with rights of their own: `lambda:InvokeFunction`. */
function createTriageFunction(scope: Construct, resources: RelayResources, props: ResolvedProps): LambdaFunction {
  const { queue, backfillQueue, deadLetterQueue, overflowBucket } = resources;
  const triageFunction = createRelayFunction(scope, props, {
    id: TRIAGE_FUNCTION_ID,
    entryFile: 'triage.ts',
    description: 'Shows dead letters by cause on the dashboard, and sends them again',
    memorySize: MEMORY_MIB,
    timeoutSeconds: TRIAGE_TIMEOUT_SECONDS,
    environment: {
      [SETTING_NAMES.queueUrl]: queue.queueUrl,
      ...(backfillQueue && { [SETTING_NAMES.backfillQueueUrl]: backfillQueue.queueUrl }),
      [SETTING_NAMES.deadLetterQueueUrl]: deadLetterQueue.queueUrl,
      [SETTING_NAMES.overflowBucketName]: overflowBucket.bucketName,
    },
  });
  deadLetterQueue.grant(
    triageFunction,
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
  );
  queue.grant(triageFunction, 'sqs:SendMessage');
  backfillQueue?.grant(triageFunction, 'sqs:SendMessage');
  grantKeys(triageFunction, resources);
  grantObjects(triageFunction, overflowBucket, 's3:GetObject');
  return triageFunction;
}

export { createTriageFunction, TRIAGE_FUNCTION_ID };
