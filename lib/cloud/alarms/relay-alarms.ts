import { Annotations, Token } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { NUMBER_BOUNDS } from '../../settings/bounds.ts';
import type { ResolvedProps } from '../resolve-props.ts';
import type { RelayResults } from '../results.ts';
import { type AlarmSettings, DEFAULT_RUNBOOK_URL } from './alarm-settings.ts';
import { createBackfillAlarm } from './backfill-alarm.ts';
import type { DeadLetterAlarms } from './dead-letter-alarms.ts';
import { createDeadLetterAlarms } from './dead-letter-alarms.ts';
import type { FlowAlarms } from './flow-alarms.ts';
import { createFlowAlarms } from './flow-alarms.ts';
import type { LineAlarms } from './line-alarms.ts';
import { createLineAlarms } from './line-alarms.ts';
import { createResultsAlarm } from './results-alarm.ts';
import { alarmRules } from './thresholds.ts';

interface RelayAlarms extends FlowAlarms, DeadLetterAlarms {
  /** By the reason to stop. */
  readonly lineStopped: LineAlarms;
  /** Where results are sent. */
  readonly resultsUnsent?: Alarm;
  /** Where there is a backfill queue. */
  readonly backfillAge?: Alarm;
}

interface Watched extends RelayResults {
  readonly queue: IQueue;
  readonly backfillQueue: IQueue | undefined;
  readonly deadLetterQueue: IQueue;
  readonly deliveryFunction: IFunction;
  readonly governFunction: IFunction;
}

interface Told {
  readonly targets: AlarmSettings['targets'];
  readonly runbookUrl?: string | undefined;
}

/** Every alarm of a relay. Warns at synthesis when there is nobody whom they tell. */
function createAlarms(
  relay: Construct,
  watched: Watched,
  props: ResolvedProps,
  { targets, runbookUrl = DEFAULT_RUNBOOK_URL }: Told,
): RelayAlarms {
  const settings = { rules: alarmRules({ ...props, dailyCalls: dailyCalls(props) }), targets, runbookUrl };
  if (targets.page.length === 0) {
    Annotations.of(relay).addWarningV2(
      'marketo-relay:nobodyIsTold',
      'Nobody is told when the relay stops or a request cannot be delivered: its alarms have no action. ' +
        'Give -c alarmEmail=ADDRESS, or -c alarmTopicArn=ARN, an SNS topic that somebody reads (of the construct: alarmActions).',
    );
  }
  return {
    lineStopped: createLineAlarms(relay, settings),
    ...createFlowAlarms(relay, watched, settings),
    ...createDeadLetterAlarms(relay, watched.deadLetterQueue, settings),
    ...((watched.resultsQueue ?? watched.resultsBus) && { resultsUnsent: createResultsAlarm(relay, settings) }),
    ...(watched.backfillQueue && { backfillAge: createBackfillAlarm(relay, watched.backfillQueue, settings) }),
  };
}

/** CloudFormation cannot calculate: for a quota that is known only at deployment the usual one stands in. */
function dailyCalls({ dailyQuota, dailyQuotaReserve }: ResolvedProps): number {
  const known = !Token.isUnresolved(dailyQuota) && !Token.isUnresolved(dailyQuotaReserve);
  return known ? dailyQuota - dailyQuotaReserve : NUMBER_BOUNDS.dailyQuota.default;
}

export type { RelayAlarms };
export { createAlarms };
