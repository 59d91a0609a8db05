import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { LineStopReason } from '../../telemetry/events.ts';
import { LINE_STOP_REASONS } from '../../telemetry/events.ts';
import { METRIC_NAMES } from '../../telemetry/metrics.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import { createAlarm, type RelayAlarmProps } from './create-alarm.ts';
import { ownMetric } from './own-metric.ts';

const KEPT = 'No message is lost: all wait, and go on by themselves.';

/** What an operator reads who is woken by it. */
const DESCRIPTIONS: Readonly<Record<LineStopReason, string>> = {
  transientFailures:
    'The relay has stopped: Marketo fails for every operation, or cannot be reached. ' +
    'Look at status.adobe.com for Marketo Engage, and at the codes in the log of the delivery function. ' +
    `Mend it by waiting; nothing but a health check is sent meanwhile. ${KEPT}`,
  accessDenied:
    'The relay has stopped: Marketo answers 603, access denied, to every operation. ' +
    'Look at the role of the API user in Marketo under Admin > Users & Roles, and at its allowed addresses (IP allowlist). ' +
    `Mend it by giving the permissions back. ${KEPT}`,
  tokenRefused:
    'The relay has stopped: Marketo refuses fresh access tokens (601, 602). ' +
    'Look whether the base URL and the credentials belong to the same subscription, and whether a proxy changes the ' +
    `Authorization header. Mend what differs. ${KEPT}`,
  credentialsRefused:
    'The relay has stopped: Marketo gives no access token for these credentials. ' +
    'Look at the custom service under Admin > LaunchPoint: was it deleted, its user disabled, its secret changed? ' +
    `Mend it by putting the right clientId and clientSecret into the secret; no deployment is needed. ${KEPT}`,
  daySpent:
    "The relay has stopped until the reset: the day's calls are used up. " +
    "Look at Marketo's Admin > Web Services for who used them, and at the metric QuotaLeft. " +
    `Mend it with a larger quota (dailyQuota, once Marketo grants it), or by fewer calls of others. ${KEPT}`,
};

type LineAlarms = Readonly<Record<LineStopReason, Alarm>>;

/** One for each reason, since each is mended by another person in another place. */
function createLineAlarms(relay: Construct, settings: AlarmSettings): LineAlarms {
  const { rules } = settings;
  const create = (props: RelayAlarmProps): Alarm => createAlarm(relay, props, settings);
  const alarms = LINE_STOP_REASONS.map((reason) => [
    reason,
    create({
      id: `LineStopped${reason.charAt(0).toUpperCase()}${reason.slice(1)}Alarm`,
      description: DESCRIPTIONS[reason],
      metric: ownMetric(relay, METRIC_NAMES.lineStopped, { dimensionsMap: { reason } }),
      rule: rules.lineStopped,
      severity: 'page',
    }),
  ]);
  return Object.fromEntries(alarms) as LineAlarms;
}

export type { LineAlarms };
export { createLineAlarms };
