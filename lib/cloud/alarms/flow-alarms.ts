import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { METRIC_NAMES } from '../../telemetry/metrics.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import { createAlarm, ONE_MINUTE, type RelayAlarmProps } from './create-alarm.ts';
import { ownMetric } from './own-metric.ts';

interface FlowAlarms {
  readonly operationPaused: Alarm;
  readonly oldestMessage: Alarm;
  readonly unreadQueue: Alarm;
  readonly quotaLow: Alarm;
  readonly deliveryErrors: Alarm;
  readonly paused: Alarm;
  readonly governErrors: Alarm;
  readonly throttles: Alarm;
  readonly duration: Alarm;
  readonly journal: Alarm;
  readonly schemaChanged: Alarm;
}

/** Whether messages flow as they should, short of a stop. */
function createFlowAlarms(
  relay: Construct,
  {
    queue,
    deliveryFunction,
    governFunction,
  }: { readonly queue: IQueue; readonly deliveryFunction: IFunction; readonly governFunction: IFunction },
  settings: AlarmSettings,
): FlowAlarms {
  const { rules } = settings;
  const create = (props: RelayAlarmProps): Alarm => createAlarm(relay, props, settings);
  return {
    operationPaused: create({
      id: 'OperationPausedAlarm',
      description:
        'One operation is paused and the others go on: it alone keeps failing, is denied (603), or has spent a quota of its own. ' +
        'Look in the log of the delivery function for which, and why. ' +
        'Mend the permission of the API user, or wait: its messages are kept and go on by themselves.',
      metric: ownMetric(relay, METRIC_NAMES.operationPaused),
      rule: rules.operationPaused,
      severity: 'warn',
    }),
    oldestMessage: create({
      id: 'OldestMessageAlarm',
      description:
        `A message was received that was first seen over ${rules.messageAge.above} s ago, whatever retry messages there were since. ` +
        'Look for another alarm of this relay first: a stop or a pause explains it. ' +
        'If there is none, more is published than the limits let through: look at the metric Calls against rateLimitCalls, and raise ' +
        'the limits if the relay may use more of the subscription. Messages that nobody receives are not seen here: UnreadQueueAlarm.',
      metric: ownMetric(relay, METRIC_NAMES.messageAge),
      rule: rules.messageAge,
      severity: 'page',
    }),
    unreadQueue: create({
      id: 'UnreadQueueAlarm',
      description:
        'A message has been on the queue for longer than anything keeps it from being received. Retry messages begin anew here, so ' +
        'that it means: nobody takes messages. Look whether the relay is paused or its event source mapping disabled, and ' +
        'at the errors and throttles of the function. Mend it by enabling the mapping, or what the errors say.',
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: ONE_MINUTE }),
      rule: rules.unreadQueue,
      severity: 'page',
    }),
    quotaLow: create({
      id: 'QuotaLowAlarm',
      description:
        `Fewer than ${rules.quotaLow.below} calls are left of the day. At zero the relay stops until the reset. ` +
        "Look at Marketo's Admin > Web Services for who uses them, and at the metrics Calls and RecordsSent: few records a call " +
        'mean that messages share calls badly. Mend it with a larger gatherSeconds, a larger quota, or fewer calls of others.',
      metric: ownMetric(relay, METRIC_NAMES.quotaLeft),
      rule: rules.quotaLow,
      severity: 'warn',
    }),
    deliveryErrors: create({
      id: 'DeliveryErrorAlarm',
      description:
        'A run of the delivery function ended in an error: a bad setting, an AWS service out of reach, memory, or its timeout. ' +
        'Its messages are hidden and come again, up to maxReceiveCount times. Look at the end of its log, and mend what that says.',
      metric: deliveryFunction.metricErrors({ statistic: 'Sum', period: ONE_MINUTE }),
      rule: rules.deliveryErrors,
      severity: 'warn',
    }),
    paused: create({
      id: 'RelayPausedAlarm',
      description:
        `Somebody has kept the relay from taking messages for over ${rules.pausedSeconds.above / 3_600} hours, by a pause or by disabling ` +
        'the event source mapping. Look at the item pause#... of the ledger for who, why and since when. ' +
        'Ask them, and resume the relay when what they paused it for is over. Messages wait, and are lost after 14 days.',
      metric: ownMetric(relay, METRIC_NAMES.paused, { dimensionsMap: { by: 'person' } }),
      rule: rules.pausedSeconds,
      severity: 'warn',
    }),
    governErrors: create({
      id: 'GovernErrorAlarm',
      description:
        'A run of the function that governs ended in an error. It runs again every minute, and messages are delivered without it; but a ' +
        'relay that it has paused stays paused while it fails. Look at the end of its log: a setting, a permission, the table or ' +
        'Lambda out of reach. Mend what that says; if the mapping is disabled and no pause is wanted, enable it.',
      metric: governFunction.metricErrors({ statistic: 'Sum', period: ONE_MINUTE }),
      rule: rules.governErrors,
      severity: 'warn',
    }),
    throttles: create({
      id: 'DeliveryThrottleAlarm',
      description:
        'Lambda refused to run the delivery function: the concurrency of the account is used up, or reserved for others. ' +
        'Each refusal counts as a delivery of its messages. Look at ConcurrentExecutions of the account. ' +
        'Mend it by raising the quota of the account, or by a lower maxConcurrency.',
      metric: deliveryFunction.metricThrottles({ statistic: 'Sum', period: ONE_MINUTE }),
      rule: rules.throttles,
      severity: 'warn',
    }),
    duration: create({
      id: 'DeliveryDurationAlarm',
      description:
        'A run of the delivery function went on to within seconds of its timeout. It settles everything before that, so something ' +
        'it waits for hangs: SQS, DynamoDB, S3 or Secrets Manager. Look at the log of the run. ' +
        'Past the timeout it would be cut off, and its messages come again.',
      metric: deliveryFunction.metricDuration({ statistic: 'Maximum', period: ONE_MINUTE }),
      rule: rules.durationMs,
      severity: 'warn',
    }),
    journal: create({
      id: 'JournalAlarm',
      description:
        'Outcomes could not be written to the journal. All was delivered as ever; what became of these records is in the log alone. ' +
        'Look in the log of the delivery function for "the journal lacks these entries": its bucket or its salt cannot be reached. ' +
        'Mend the permission or the bucket; nothing is written later.',
      metric: ownMetric(relay, METRIC_NAMES.unjournaled),
      rule: rules.unjournaled,
      severity: 'warn',
    }),
    schemaChanged: create({
      id: 'SchemaChangedAlarm',
      description:
        'Fields that Marketo had are gone, by Describe. Messages with such a field are held (schemaChangeHoldHours) and are dead letters after ' +
        'that; all others go on. Look in the log of the delivery function for "fields are gone from Marketo", which names them. ' +
        'Ask the administrator of the subscription who removed them, or Marketo support; once they are back, the messages go by themselves.',
      metric: ownMetric(relay, METRIC_NAMES.schemaChanged),
      rule: rules.schemaChanged,
      severity: 'warn',
    }),
  };
}

export type { FlowAlarms };
export { createFlowAlarms };
