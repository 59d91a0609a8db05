import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRIC_NAMES } from '../../telemetry/metrics.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import { createAlarm } from './create-alarm.ts';
import { ownMetric } from './own-metric.ts';

/** Whether results reach where they go. Of a relay that sends none there is no such alarm. */
function createResultsAlarm(relay: Construct, settings: AlarmSettings): Alarm {
  return createAlarm(
    relay,
    {
      id: 'ResultsUnsentAlarm',
      description:
        'The results queue or bus did not take a result. Delivery goes on, and the result waits in the overflow bucket. ' +
        'Look in the log of the delivery function for "a result was not taken": a queue or bus that is gone, a policy, a key. ' +
        'Mend that, then send what waits: relay results resend.',
      metric: ownMetric(relay, METRIC_NAMES.resultsUnsent),
      rule: settings.rules.resultsUnsent,
      severity: 'warn',
    },
    settings,
  );
}

export { createResultsAlarm };
