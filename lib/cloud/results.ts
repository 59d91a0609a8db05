import { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Parsed } from '../settings/parse.ts';
import { accept, refuse, shown } from '../settings/parse.ts';
import { acknowledge } from './acknowledge.ts';
import { ConfigurationError } from './configuration-error.ts';
import { sharedProps } from './queues.ts';
import type { ResolvedProps } from './resolve-props.ts';

/** Where results go: a queue or a bus of the relay's own, or one that exists. */
type ResultsTarget = 'queue' | 'bus' | IQueue | IEventBus;

interface RelayResults {
  readonly resultsQueue?: IQueue | undefined;
  readonly resultsBus?: IEventBus | undefined;
}

/** Six times the 30 s that a consumer's function may well take (Lambda: SQS event source mapping). */
const VISIBILITY = Duration.seconds(180);

/** What the relay tells its results to. Nothing, unless asked for. */
function createResults(scope: Construct, target: ResultsTarget | undefined, props: ResolvedProps): RelayResults {
  if (target === undefined) return {};
  // `EventBus` spells an optional member of `IEventBus` in a way that exactOptionalPropertyTypes does not let through.
  if (target === 'bus') return { resultsBus: new EventBus(scope, 'ResultsBus') as IEventBus };
  if (target === 'queue') {
    const resultsQueue = new Queue(scope, 'Results', { ...sharedProps(props), visibilityTimeout: VISIBILITY });
    const reason = 'What a consumer cannot read is for the consumer to put aside: the relay does not know who that is.';
    acknowledge(resultsQueue, { 'AwsSolutions-SQS3': reason, 'Serverless-SQSRedrivePolicy': reason });
    return { resultsQueue };
  }
  return 'queueArn' in target ? { resultsQueue: target } : { resultsBus: target };
}

/** The settings that say where results go: at most one of them is there. */
function resultsEnvironment({ resultsQueue, resultsBus }: RelayResults): Readonly<Record<string, string>> {
  return {
    ...(resultsQueue && { RESULTS_QUEUE_URL: resultsQueue.queueUrl }),
    // By its ARN it is found in another account as well.
    ...(resultsBus && { RESULTS_BUS_NAME: resultsBus.eventBusArn }),
  };
}

function grantSendResults(grantee: LambdaFunction, { resultsQueue, resultsBus }: RelayResults): void {
  resultsQueue?.grant(grantee, 'sqs:SendMessage');
  if (resultsBus !== undefined) {
    grantee.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [resultsBus.eventBusArn] }),
    );
  }
}

/** @throws {ConfigurationError} where results go to no queue. */
function grantConsumeResults({ resultsQueue }: RelayResults, grantee: IGrantable) {
  if (resultsQueue !== undefined) return resultsQueue.grantConsumeMessages(grantee);
  throw new ConfigurationError('grantConsumeResults cannot be used', [
    "the relay's results go to no queue: give `results: 'queue'`; events of a bus are consumed by a rule",
  ]);
}

/** `queue`, `bus`, or the ARN of one that exists. */
function parseResults(text: string): Parsed<string> {
  if (/^(queue|bus)$/.test(text)) return accept(text);
  if (/^arn:aws[\w-]*:(sqs:[\w-]+:\d{12}:[\w-]{1,80}|events:[\w-]+:\d{12}:event-bus\/[./\w-]{1,256})$/.test(text)) {
    return accept(text);
  }
  return refuse(
    `is ${shown(text, 100)}: give "queue" or "bus" for a new one, or the ARN of a standard SQS queue or an EventBridge bus`,
  );
}

/** The same, as the construct takes it. */
function resultsOf(scope: Construct, text: string): ResultsTarget {
  if (text === 'queue' || text === 'bus') return text;
  return text.split(':')[2] === 'sqs'
    ? Queue.fromQueueArn(scope, 'ExistingResults', text)
    : EventBus.fromEventBusArn(scope, 'ExistingResultsBus', text);
}

export type { RelayResults, ResultsTarget };
export { createResults, grantConsumeResults, grantSendResults, parseResults, resultsEnvironment, resultsOf };
