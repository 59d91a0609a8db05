import { Names } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** CloudWatch takes 255 characters for the value of a dimension, and alarms have this name before their own. */
const MAX_NAME_CHARACTERS = 200;

/**
 * What sets one relay apart from others in its account and region: the `service` of its log lines and the dimension of
 * its metrics. With a name that all relays share, the alarm of one would rise for the stop of another.
 */
function serviceName(relay: Construct): string {
  return Names.uniqueResourceName(relay, { separator: '-', maxLength: MAX_NAME_CHARACTERS });
}

export { serviceName };
