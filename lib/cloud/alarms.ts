import { Duration, Names } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

interface RelayAlarmProps {
  /** Construct id, and the end of the alarm's name. */
  readonly id: string;
  /** What it means and where to look first. */
  readonly description: string;
  readonly metric: IMetric;
  /** The alarm goes off above this. */
  readonly threshold: number;
  /** For so many periods on end. */
  readonly periods: number;
  readonly actions: readonly ITopic[];
}

/** An alarm that tells its topics when it goes off and when it ends. No data is no reason: idle queues report none. */
function createAlarm(scope: Construct, props: RelayAlarmProps): Alarm {
  const alarm = new Alarm(scope, props.id, {
    alarmName: `${Names.uniqueResourceName(scope, { separator: '-', maxLength: 200 })}-${props.id}`,
    alarmDescription: props.description,
    metric: props.metric,
    threshold: props.threshold,
    evaluationPeriods: props.periods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  for (const topic of props.actions) {
    const action = new SnsAction(topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
  return alarm;
}

/** A value that may rise and fall within a period shows at its highest. */
const HIGHEST_OF_A_MINUTE = { statistic: 'Maximum', period: Duration.minutes(1) };

export type { RelayAlarmProps };
export { createAlarm, HIGHEST_OF_A_MINUTE };
