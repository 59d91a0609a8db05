import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import { serviceName } from '../service-name.ts';
import { type AlarmSettings, isTopic, type Severity } from './alarm-settings.ts';
import type { AlarmRule } from './thresholds.ts';

/** The period of every metric that an alarm looks at. */
const ONE_MINUTE = Duration.minutes(1);

interface RelayAlarmProps {
  /** Construct id, and the end of the alarm's name. */
  readonly id: string;
  /** What it means, where to look, how to mend it. */
  readonly description: string;
  /** By the minute. */
  readonly metric: IMetric;
  readonly rule: AlarmRule;
  readonly severity: Severity;
}

/** An alarm with the targets of its severity: topics are told when it goes off and when it ends. Its text ends with its section of the runbook. */
function createAlarm(scope: Construct, props: RelayAlarmProps, settings: AlarmSettings): Alarm {
  const { id, description, metric, rule, severity } = props;
  const alarm = new Alarm(scope, id, {
    alarmName: `${serviceName(scope)}-${id}`,
    alarmDescription: `[${severity}] ${description} Runbook: ${settings.runbookUrl}#${id.toLowerCase()}`,
    metric,
    threshold: rule.above ?? rule.below ?? 0,
    evaluationPeriods: rule.holdMinutes,
    datapointsToAlarm: 1,
    comparisonOperator:
      rule.below === undefined ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  for (const target of settings.targets[severity]) {
    const action = isTopic(target) ? new SnsAction(target) : target;
    alarm.addAlarmAction(action);
    // An incident or a run of something is for what goes off, not for what is over.
    if (isTopic(target)) alarm.addOkAction(action);
  }
  return alarm;
}

export type { RelayAlarmProps };
export { createAlarm, ONE_MINUTE };
