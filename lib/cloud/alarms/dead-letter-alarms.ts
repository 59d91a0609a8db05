import type { Alarm, IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { METRIC_NAMES } from '../../telemetry/metrics.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import { createAlarm, ONE_MINUTE, type RelayAlarmProps } from './create-alarm.ts';
import { ownMetric } from './own-metric.ts';

interface DeadLetterAlarms {
  readonly deadLetters: Alarm;
  readonly deadLetterSurge: Alarm;
  readonly deadLetterQueueGrowth: Alarm;
  readonly deadLetterAge: Alarm;
}

/** New letters, not how many there are: one that somebody leaves on the queue must not hide the next. */
function createDeadLetterAlarms(relay: Construct, deadLetterQueue: IQueue, settings: AlarmSettings): DeadLetterAlarms {
  const { rules } = settings;
  const create = (props: RelayAlarmProps): Alarm => createAlarm(relay, props, settings);
  return {
    deadLetters: create({
      id: 'DeadLetterAlarm',
      description:
        'A request could not be delivered to Marketo. Look at the letters on the dead-letter queue: each says what was sent, what came ' +
        'back, what it means and what to do. Mend that, and put the letter back on the queue.',
      metric: ownMetric(relay, METRIC_NAMES.deadLetters),
      rule: rules.deadLetters,
      severity: 'warn',
    }),
    deadLetterSurge: create({
      id: 'DeadLetterSurgeAlarm',
      description:
        `Over ${rules.deadLetterSurge.above} requests a minute cannot be delivered: one cause, most likely, that takes every message of its ` +
        'kind. Look at the codes of the newest letters and at what changed: a publisher, a field, a permission. ' +
        'Stop the publisher or pause the relay, mend the cause, then send the letters again.',
      metric: ownMetric(relay, METRIC_NAMES.deadLetters),
      rule: rules.deadLetterSurge,
      severity: 'page',
    }),
    deadLetterQueueGrowth: create({
      id: 'DeadLetterQueueGrowthAlarm',
      description:
        'The dead-letter queue holds more than a minute ago. Beside DeadLetterAlarm it says nothing new. Alone it means that SQS itself ' +
        'moved a message there, after maxReceiveCount receives by runs that died: look for a message that is no letter, and at ' +
        'what the delivery function logged before it ended. Mend that, and put the message back as it is.',
      metric: growthOf(deadLetterQueue),
      rule: rules.deadLetterQueueGrowth,
      severity: 'warn',
    }),
    deadLetterAge: create({
      id: 'DeadLetterAgeAlarm',
      description:
        `A dead letter is over ${rules.deadLetterAge.above / 86_400} days old, and SQS deletes it at 14. Look at the oldest letters; ` +
        'send them again, or drop them on purpose. SQS leaves letters out of this age that were looked at three times.',
      metric: deadLetterQueue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: ONE_MINUTE }),
      rule: rules.deadLetterAge,
      severity: 'page',
    }),
  };
}

/**
 * SQS counts no message as sent that it moves itself (SQS: NumberOfMessagesSent), so growth is the difference of how many
 * there are. Somebody who looks at letters hides them, and they show again later: those are counted in both states. An
 * empty queue that nobody uses reports nothing, which is zero, or its first letter would be no difference to anything.
 */
function growthOf(queue: IQueue): IMetric {
  const options = { statistic: 'Maximum', period: ONE_MINUTE };
  return new MathExpression({
    expression: 'DIFF(FILL(visible, 0) + FILL(hidden, 0))',
    usingMetrics: {
      visible: queue.metricApproximateNumberOfMessagesVisible(options),
      hidden: queue.metricApproximateNumberOfMessagesNotVisible(options),
    },
    label: 'Growth of the dead-letter queue',
    period: ONE_MINUTE,
  });
}

export type { DeadLetterAlarms };
export { createDeadLetterAlarms };
