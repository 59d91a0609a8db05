import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { LogPartFields } from '../telemetry/log-parts.ts';
import { LOG_PART_MESSAGE } from '../telemetry/log-parts.ts';
import { serviceName } from './service-name.ts';

/** In the order in which they identify a part. */
const PART_FIELDS = ['relayId', 'partOf', 'sha256', 'part'] as const satisfies readonly (keyof LogPartFields)[];

/**
 * Puts the parts of long bodies together: each once, in order. Logs Insights has no function that joins strings of
 * several lines, so their `text`, one below the other, is the body.
 */
const JOIN_LONG_BODIES = [
  '# The bodies of dead letters that were too long for a line, in parts: their "text", joined, is the body.',
  '# For one message, add below the first filter: | filter relayId = "ITS RELAY ID"',
  `fields ${PART_FIELDS.join(', ')}, parts, text`,
  `| filter message = "${LOG_PART_MESSAGE}"`,
  `| sort ${PART_FIELDS.map((name) => `${name} asc`).join(', ')}`,
  `| dedup ${PART_FIELDS.join(', ')}`,
].join('\n');

/** Saved queries, under the relay's name in the Logs Insights console. */
function createLogQueries(relay: Construct, logGroup: ILogGroup): void {
  new CfnQueryDefinition(relay, 'LongBodiesQuery', {
    name: `${serviceName(relay)}/long bodies of dead letters`,
    queryString: JOIN_LONG_BODIES,
    logGroupNames: [logGroup.logGroupName],
  });
}

export { createLogQueries };
