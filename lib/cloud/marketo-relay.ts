import { Duration } from 'aws-cdk-lib';
import type { Alarm, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { createAlarm, HIGHEST_OF_A_MINUTE } from './alarms.ts';
import { createDeliveryFunction } from './delivery-function.ts';
import { createQueues } from './queues.ts';
import type { MarketoRelayProps } from './relay-props.ts';
import { resolveProps } from './resolve-props.ts';
import { createLedgerTable, createOverflowBucket, createSecret } from './stores.ts';

/**
 * A relay for one Marketo subscription: publish requests to `queue`, find what could not be delivered in
 * `deadLetterQueue`. Two relays must not serve one subscription: each would use the whole of its limits.
 *
 * @example
 * const relay = new MarketoRelay(this, 'Relay', { marketoBaseUrl: 'https://123-ABC-456.mktorest.com' });
 * relay.grantPublish(signUpFunction);
 * signUpFunction.addEnvironment('RELAY_QUEUE_URL', relay.queue.queueUrl);
 */
class MarketoRelay extends Construct {
  /** Takes one Marketo request a message. */
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  /** The ledger: permits, the access token and send-once records. */
  readonly table: Table;
  /** Credentials of the API user. */
  readonly secret: ISecret;
  /** Dead letters too big for a queue. */
  readonly overflowBucket: Bucket;
  readonly deliveryFunction: LambdaFunction;
  readonly deadLetterAlarm: Alarm;
  readonly oldestMessageAlarm: Alarm;
  readonly deliveryErrorAlarm: Alarm;

  /** @throws {ConfigurationError} that lists every bad prop with its value and what to give instead. */
  constructor(scope: Construct, id: string, props: MarketoRelayProps) {
    super(scope, id);
    const resolved = resolveProps(props);
    const { queue, deadLetterQueue } = createQueues(this, resolved);
    this.queue = queue;
    this.deadLetterQueue = deadLetterQueue;
    this.table = createLedgerTable(this, resolved);
    this.secret = props.secret ?? createSecret(this, resolved);
    this.overflowBucket = createOverflowBucket(this, resolved);
    this.deliveryFunction = createDeliveryFunction(this, this, resolved);

    const actions = props.alarmActions ?? [];
    this.deadLetterAlarm = this.#alarmOnDeadLetters(actions);
    this.oldestMessageAlarm = this.#alarmOnAge(resolved.oldestMessageAlarmSeconds, actions);
    this.deliveryErrorAlarm = this.#alarmOnErrors(actions);
  }

  /** Lets `grantee` publish messages, and nothing else. */
  grantPublish(grantee: IGrantable): Grant {
    return this.queue.grantSendMessages(grantee);
  }

  /** Dead letters that wait for somebody: the highest number in a minute. */
  metricDeadLetters(options?: MetricOptions): Metric {
    return this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...HIGHEST_OF_A_MINUTE, ...options });
  }

  /** Messages ready for delivery: the highest number in a minute. Those that wait out a delay are not among them. */
  metricMessagesWaiting(options?: MetricOptions): Metric {
    return this.queue.metricApproximateNumberOfMessagesVisible({ ...HIGHEST_OF_A_MINUTE, ...options });
  }

  /** Seconds since the oldest message came to the queue. A message that is sent back begins anew. */
  metricOldestMessageAge(options?: MetricOptions): Metric {
    return this.queue.metricApproximateAgeOfOldestMessage({ ...HIGHEST_OF_A_MINUTE, ...options });
  }

  /** Runs of the delivery function that ended in an error: a bad setting, a table that cannot be reached, a timeout. */
  metricDeliveryErrors(options?: MetricOptions): Metric {
    return this.deliveryFunction.metricErrors({ period: Duration.minutes(1), ...options });
  }

  #alarmOnDeadLetters(actions: readonly ITopic[]): Alarm {
    return createAlarm(this, {
      id: 'DeadLetterAlarm',
      description:
        'Requests could not be delivered to Marketo. Each letter on the dead-letter queue says why and what to do.',
      metric: this.metricDeadLetters(),
      threshold: 0,
      periods: 1,
      actions,
    });
  }

  #alarmOnAge(thresholdSeconds: number, actions: readonly ITopic[]): Alarm {
    return createAlarm(this, {
      id: 'OldestMessageAlarm',
      description: `A message has been in the queue for over ${thresholdSeconds} s: the relay is stopped, failing, or given more than its limits let through.`,
      metric: this.metricOldestMessageAge(),
      threshold: thresholdSeconds,
      periods: 1,
      actions,
    });
  }

  #alarmOnErrors(actions: readonly ITopic[]): Alarm {
    return createAlarm(this, {
      id: 'DeliveryErrorAlarm',
      description:
        'Runs of the delivery function fail again and again. Its log says why: a bad setting, or an AWS service out of reach.',
      metric: this.metricDeliveryErrors(),
      threshold: 0,
      periods: 3,
      actions,
    });
  }
}

export type { MarketoRelayProps };
export { MarketoRelay };
