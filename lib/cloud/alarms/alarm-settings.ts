import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { alarmRules } from './thresholds.ts';

/** What all alarms of a relay share. */
interface AlarmSettings {
  readonly rules: ReturnType<typeof alarmRules>;
  /** Who is told. */
  readonly topics: readonly ITopic[];
}

export type { AlarmSettings };
