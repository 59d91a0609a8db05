import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { METRIC_NAMES } from '../../telemetry/metrics.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import { createAlarm, ONE_MINUTE } from './create-alarm.ts';
import { ownMetric } from './own-metric.ts';

interface FlowAlarms {
  readonly operationPaused: Alarm;
  readonly oldestMessage: Alarm;
  readonly unreadQueue: Alarm;
  readonly quotaLow: Alarm;
  readonly deliveryErrors: Alarm;
  readonly throttles: Alarm;
  readonly duration: Alarm;
}

/** Whether messages flow as they should, short of a stop. */
function createFlowAlarms(
  relay: Construct,
  { queue, deliveryFunction }: { readonly queue: IQueue; readonly deliveryFunction: IFunction },
  { rules, topics }: AlarmSettings,
): FlowAlarms {
  return {
    operationPaused: createAlarm(relay, {
      id: 'OperationPausedAlarm',
      description:
        'One operation is paused and the others go on: it alone keeps failing, is denied (603), or has spent a quota of its own. ' +
        'Look in the log of the delivery function for which, and why. ' +
        'Mend the permission of the API user, or wait: its messages are kept and go on by themselves.',
      metric: ownMetric(relay, METRIC_NAMES.operationPaused),
      rule: rules.operationPaused,
      topics,
    }),
    oldestMessage: createAlarm(relay, {
      id: 'OldestMessageAlarm',
      description:
        `A message was received that was first seen over ${rules.messageAge.above} s ago, whatever retry messages there were since. ` +
        'Look for another alarm of this relay first: a stop or a pause explains it. ' +
        'If there is none, more is published than the limits let through: look at the metric Calls against rateLimitCalls, and raise ' +
        'the limits if the relay may use more of the subscription. Messages that nobody receives are not seen here: UnreadQueueAlarm.',
      metric: ownMetric(relay, METRIC_NAMES.messageAge),
      rule: rules.messageAge,
      topics,
    }),
    unreadQueue: createAlarm(relay, {
      id: 'UnreadQueueAlarm',
      description:
        'A message has been on the queue for longer than anything keeps it from being received. Retry messages begin anew here, so ' +
        'that it means: nobody takes messages. Look whether the event source mapping of the delivery function is enabled, and ' +
        'at the errors and throttles of the function. Mend it by enabling the mapping, or what the errors say.',
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: ONE_MINUTE }),
      rule: rules.unreadQueue,
      topics,
    }),
    quotaLow: createAlarm(relay, {
      id: 'QuotaLowAlarm',
      description:
        `Fewer than ${rules.quotaLow.below} calls are left of the day. At zero the relay stops until the reset. ` +
        "Look at Marketo's Admin > Web Services for who uses them, and at the metrics Calls and RecordsSent: few records a call " +
        'mean that messages share calls badly. Mend it with a larger gatherSeconds, a larger quota, or fewer calls of others.',
      metric: ownMetric(relay, METRIC_NAMES.quotaLeft),
      rule: rules.quotaLow,
      topics,
    }),
    deliveryErrors: createAlarm(relay, {
      id: 'DeliveryErrorAlarm',
      description:
        'A run of the delivery function ended in an error: a bad setting, an AWS service out of reach, memory, or its timeout. ' +
        'Its messages are hidden and come again, up to maxReceiveCount times. Look at the end of its log, and mend what that says.',
      metric: deliveryFunction.metricErrors({ statistic: 'Sum', period: ONE_MINUTE }),
      rule: rules.deliveryErrors,
      topics,
    }),
    throttles: createAlarm(relay, {
      id: 'DeliveryThrottleAlarm',
      description:
        'Lambda refused to run the delivery function: the concurrency of the account is used up, or reserved for others. ' +
        'Each refusal counts as a delivery of its messages. Look at ConcurrentExecutions of the account. ' +
        'Mend it by raising the quota of the account, or by a lower maxConcurrency.',
      metric: deliveryFunction.metricThrottles({ statistic: 'Sum', period: ONE_MINUTE }),
      rule: rules.throttles,
      topics,
    }),
    duration: createAlarm(relay, {
      id: 'DeliveryDurationAlarm',
      description:
        'A run of the delivery function went on to within seconds of its timeout. It settles everything before that, so something ' +
        'it waits for hangs. Look at the trace of the run: SQS, DynamoDB, S3 or Secrets Manager. ' +
        'Past the timeout it would be cut off, and its messages come again.',
      metric: deliveryFunction.metricDuration({ statistic: 'Maximum', period: ONE_MINUTE }),
      rule: rules.durationMs,
      topics,
    }),
  };
}

export type { FlowAlarms };
export { createFlowAlarms };
