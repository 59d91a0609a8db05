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

/** Whatever names it: a line of one message has its relay id, a line of a call that several share has them all. */
const ONE_LIFE = [
  '# Everything that the log says of one message, the oldest first. Put its relay id in place of RELAY-ID.',
  'fields @timestamp, level, message, code, reason, operation, delaySeconds, requestId, @message',
  '| filter @message like /"RELAY-ID"/',
  `| filter message != "${LOG_PART_MESSAGE}"`,
  '| sort @timestamp asc',
  '| limit 1000',
].join('\n');

const LETTERS_BY_CODE = [
  '# New dead letters by code and operation, with one that stands for them.',
  'filter message = "dead letter"',
  '| stats count(*) as letters, min(@timestamp) as first, max(@timestamp) as last, latest(relayId) as forExample by code, operation',
  '| sort letters desc',
].join('\n');

/** Of the function that governs. */
const PAUSES = [
  '# When the relay was paused and resumed by itself, and why.',
  'fields @timestamp, message, reason',
  '| filter message like /the relay pauses|the relay resumes|event source mapping/',
  '| sort @timestamp desc',
  '| limit 200',
].join('\n');

interface Logs {
  readonly delivery: ILogGroup;
  readonly govern: ILogGroup;
}

/** Saved queries, under the relay's name in the Logs Insights console. */
function createLogQueries(relay: Construct, { delivery, govern }: Logs): void {
  const save = (id: string, name: string, queryString: string, logGroup: ILogGroup): void => {
    new CfnQueryDefinition(relay, id, {
      name: `${serviceName(relay)}/${name}`,
      queryString,
      logGroupNames: [logGroup.logGroupName],
    });
  };
  save('LongBodiesQuery', 'long bodies of dead letters', JOIN_LONG_BODIES, delivery);
  save('OneLifeQuery', "one message's life", ONE_LIFE, delivery);
  save('LettersByCodeQuery', 'dead letters by code', LETTERS_BY_CODE, delivery);
  save('PausesQuery', 'pauses', PAUSES, govern);
}

export { createLogQueries };
