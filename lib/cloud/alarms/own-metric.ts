import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../telemetry/metrics.ts';
import { METRIC_NAMES, METRIC_NAMESPACE, RELAY_DIMENSION } from '../../telemetry/metrics.ts';
import { serviceName } from '../service-name.ts';
import { ONE_MINUTE } from './create-alarm.ts';

/** What is not a count of events. */
const STATISTICS: { readonly [Name in MetricName]?: string } = {
  [METRIC_NAMES.callDuration]: 'p90',
  [METRIC_NAMES.messageAge]: 'Maximum',
  [METRIC_NAMES.quotaLeft]: 'Minimum',
  [METRIC_NAMES.paused]: 'Maximum',
  [METRIC_NAMES.callsInWindow]: 'Maximum',
  [METRIC_NAMES.windowCalls]: 'Minimum',
  [METRIC_NAMES.slotsTaken]: 'Maximum',
  [METRIC_NAMES.slots]: 'Minimum',
  [METRIC_NAMES.usedToday]: 'Maximum',
  [METRIC_NAMES.othersToday]: 'Maximum',
  [METRIC_NAMES.pausedOperations]: 'Maximum',
  [METRIC_NAMES.messagesQueued]: 'Maximum',
  [METRIC_NAMES.deadLettersQueued]: 'Maximum',
};

/** A metric that the relay's functions publish, under the name and the dimensions under which they do. */
function ownMetric(relay: Construct, name: MetricName, options: MetricOptions = {}): Metric {
  const { dimensionsMap, ...others } = options;
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    statistic: STATISTICS[name] ?? 'Sum',
    period: ONE_MINUTE,
    dimensionsMap: { [RELAY_DIMENSION]: serviceName(relay), ...dimensionsMap },
    ...others,
  });
}

export { ownMetric };
