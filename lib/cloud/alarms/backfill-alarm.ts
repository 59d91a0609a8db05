import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { RETENTION_DAYS } from '../../settings/policy.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import { createAlarm, ONE_MINUTE } from './create-alarm.ts';

/** A backfill waits for its turn, and nobody is told of that; but SQS does not keep it for ever. */
function createBackfillAlarm(relay: Construct, backfillQueue: IQueue, settings: AlarmSettings): Alarm {
  const days = RETENTION_DAYS / 2;
  return createAlarm(
    relay,
    {
      id: 'BackfillAgeAlarm',
      description:
        `A message has been on the backfill queue for over ${days} of the ${RETENTION_DAYS} days that SQS keeps it. Either live traffic ` +
        'leaves too little of the window or of the day, or nobody takes messages from that queue. Look at `relay status`: whether its ' +
        'mapping is enabled, and what is left of the day. Mend it by enabling the mapping, with a larger quota, or with a larger ' +
        'backfillDayPercent; what cannot wait goes to the live queue.',
      metric: backfillQueue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: ONE_MINUTE }),
      rule: settings.rules.backfillAge,
      severity: 'warn',
    },
    settings,
  );
}

export { createBackfillAlarm };
