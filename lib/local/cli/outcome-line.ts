import type { DeliveryEvent } from '../../telemetry/events.ts';
import { plural } from './layout.ts';

/** While serving, each outcome is a line: who publishes wants to see what becomes of it. */
function outcomeLine(event: DeliveryEvent): string | undefined {
  switch (event.kind) {
    case 'delivered':
      return `delivered  ${event.relayId}  ${plural(event.records, 'record')}`;
    case 'deadLettered':
      return `dead       ${event.relayId}  ${event.code}`;
    case 'returned':
      return `${event.reason === 'wait' ? 'waits  ' : 'retried'}    ${event.relayId}  ${event.code}, again in ${event.delaySeconds} s`;
    case 'deduplicated':
      return `duplicate  ${event.relayId}`;
    case 'unsettled':
      return `unsettled  ${event.relayId}  SQS brings it again`;
    case 'call':
    case 'waited':
    case 'unknownCode':
    case 'lineStopped':
    case 'operationPaused':
    case 'messageAge':
    case 'quotaLeft':
      return undefined;
  }
}

export { outcomeLine };
