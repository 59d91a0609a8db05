import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { alarmRules } from './thresholds.ts';

/** `page`: messages wait or are about to be lost until somebody acts. `warn`: somebody should look in the coming hours. */
type Severity = 'page' | 'warn';

/** What all alarms of a relay share. */
interface AlarmSettings {
  readonly rules: ReturnType<typeof alarmRules>;
  /** Who is told. */
  readonly topics: Readonly<Record<Severity, readonly ITopic[]>>;
  /** Where the runbook is read, without a fragment. */
  readonly runbookUrl: string;
}

/** A path in the repository: whoever hosts the runbook elsewhere gives its address. */
const DEFAULT_RUNBOOK_URL = 'docs/runbook.md';

export type { AlarmSettings, Severity };
export { DEFAULT_RUNBOOK_URL };
