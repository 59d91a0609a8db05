import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { alarmRules } from './thresholds.ts';

/** `page`: messages wait or are about to be lost until somebody acts. `warn`: somebody should look in the coming hours. */
type Severity = 'page' | 'warn';

/** A topic, which is told when an alarm goes off and when it ends; or an action of CDK's, which is taken when it goes off. */
type AlarmTarget = ITopic | IAlarmAction;

/** What all alarms of a relay share. */
interface AlarmSettings {
  readonly rules: ReturnType<typeof alarmRules>;
  /** Who is told, and what is done. */
  readonly targets: Readonly<Record<Severity, readonly AlarmTarget[]>>;
  /** Where the runbook is read, without a fragment. */
  readonly runbookUrl: string;
}

/** A path in the repository: whoever hosts the runbook elsewhere gives its address. */
const DEFAULT_RUNBOOK_URL = 'docs/runbook.md';

function isTopic(target: AlarmTarget): target is ITopic {
  return 'topicArn' in target;
}

export type { AlarmSettings, AlarmTarget, Severity };
export { DEFAULT_RUNBOOK_URL, isTopic };
