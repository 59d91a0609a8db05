import type { DeliveryEvent, GaugeName } from './events.ts';

/** CloudWatch's namespace of all metrics of the relay's own. */
const METRIC_NAMESPACE = 'MarketoRelay';

/** The dimension that every metric has: which relay it is, since several may share an account and a region. */
const RELAY_DIMENSION = 'service';

/** Names of the relay's own metrics: the one list that the handlers, alarms and dashboards share. */
const METRIC_NAMES = {
  calls: 'Calls',
  recordsSent: 'RecordsSent',
  callDuration: 'CallDuration',
  limitWait: 'LimitWait',
  delivered: 'RecordsDelivered',
  returned: 'MessagesReturned',
  deadLetters: 'DeadLetters',
  deduplicated: 'MessagesDeduplicated',
  unsettled: 'MessagesUnsettled',
  orderGivenUp: 'OrderGivenUp',
  unjournaled: 'RecordsUnjournaled',
  unknownCodes: 'UnknownCodes',
  resultsUnsent: 'ResultsUnsent',
  lineStopped: 'LineStopped',
  operationPaused: 'OperationPaused',
  schemaChanged: 'SchemaChanged',
  messageAge: 'MessageAgeSeconds',
  quotaLeft: 'QuotaLeft',
  paused: 'PausedSeconds',
  callsInWindow: 'CallsInWindow',
  windowCalls: 'WindowLimit',
  slotsTaken: 'SlotsTaken',
  slots: 'SlotLimit',
  usedToday: 'CallsToday',
  othersToday: 'CallsOfOthersToday',
  pausedOperations: 'PausedOperations',
  messagesQueued: 'MessagesQueued',
  backfillQueued: 'BackfillMessagesQueued',
  deadLettersQueued: 'DeadLettersQueued',
} as const satisfies Record<GaugeName, string> & Record<string, string>;

type MetricName = (typeof METRIC_NAMES)[keyof typeof METRIC_NAMES];

/** What is counted at an instant, not what happens: of two values the later one holds, and they are never added up. */
const GAUGES: ReadonlySet<MetricName> = new Set([
  METRIC_NAMES.quotaLeft,
  METRIC_NAMES.callsInWindow,
  METRIC_NAMES.windowCalls,
  METRIC_NAMES.slotsTaken,
  METRIC_NAMES.slots,
  METRIC_NAMES.usedToday,
  METRIC_NAMES.othersToday,
  METRIC_NAMES.pausedOperations,
  METRIC_NAMES.messagesQueued,
  METRIC_NAMES.deadLettersQueued,
]);

interface Measure {
  readonly name: MetricName;
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds';
  readonly value: number;
  /** Published a second time under this dimension: CloudWatch does not add up over dimensions by itself. */
  readonly by?: { readonly dimension: 'code' | 'reason' | 'by'; readonly value: string };
}

/**
 * What to publish for an event. CloudWatch bills each combination of dimensions as a metric, so dimensions take few values
 * each: codes and reasons, never ids. Which operation is paused is in the log: operations are many, and an alarm
 * needs to know only that there is one, and why.
 */
function measuresOf(event: DeliveryEvent): readonly Measure[] {
  switch (event.kind) {
    case 'call':
      return [
        { ...count(METRIC_NAMES.calls), ...(event.code === 'ok' ? {} : byCode(event.code)) },
        count(METRIC_NAMES.recordsSent, event.records),
        { name: METRIC_NAMES.callDuration, unit: 'Milliseconds', value: event.durationMs },
      ];
    case 'waited':
      return [
        {
          name: METRIC_NAMES.limitWait,
          unit: 'Milliseconds',
          value: event.waitMs,
          by: { dimension: 'reason', value: event.reason },
        },
      ];
    case 'delivered':
      return [count(METRIC_NAMES.delivered, event.records)];
    case 'returned':
      return [{ ...count(METRIC_NAMES.returned), by: { dimension: 'reason', value: event.reason } }];
    case 'deadLettered':
      return [{ ...count(METRIC_NAMES.deadLetters), ...byCode(event.code) }];
    case 'deduplicated':
      return [count(METRIC_NAMES.deduplicated)];
    case 'unsettled':
      return [count(METRIC_NAMES.unsettled)];
    case 'resultUnsent':
      return [count(METRIC_NAMES.resultsUnsent)];
    case 'orderGivenUp':
      return [
        { ...count(METRIC_NAMES.orderGivenUp, event.messages), by: { dimension: 'reason', value: event.reason } },
      ];
    case 'unjournaled':
      return [{ ...count(METRIC_NAMES.unjournaled, event.records), by: { dimension: 'reason', value: event.reason } }];
    case 'unknownCode':
      return [{ ...count(METRIC_NAMES.unknownCodes), ...byCode(event.code) }];
    case 'lineStopped':
      return [{ ...count(METRIC_NAMES.lineStopped), by: { dimension: 'reason', value: event.reason } }];
    case 'operationPaused':
      return [{ ...count(METRIC_NAMES.operationPaused), by: { dimension: 'reason', value: event.reason } }];
    case 'schemaChanged':
      return [count(METRIC_NAMES.schemaChanged)];
    case 'messageAge':
      return [{ name: METRIC_NAMES.messageAge, unit: 'Seconds', value: event.ageSeconds }];
    case 'quotaLeft':
      return [count(METRIC_NAMES.quotaLeft, event.calls)];
    case 'gauges':
      return Object.entries(event.values).map(([name, value]) => count(METRIC_NAMES[name as GaugeName], value));
    case 'paused':
      return [
        {
          name: METRIC_NAMES.paused,
          unit: 'Seconds',
          value: event.seconds,
          by: { dimension: 'by', value: event.by === 'govern' ? 'govern' : 'person' },
        },
      ];
  }
}

function count(name: MetricName, value = 1): Measure {
  return { name, unit: 'Count', value };
}

/** Marketo may answer any code, and a long or strange one must not become a dimension value that CloudWatch refuses. */
function byCode(code: string): Pick<Measure, 'by'> {
  return { by: { dimension: 'code', value: /^[\w-]{1,40}$/.test(code) ? code : 'other' } };
}

/** Whether the values of an invocation may be published as their sum: one by one, a hundred of them make a line of the log. */
function isSummed({ name, unit }: Pick<Measure, 'name' | 'unit'>): boolean {
  return unit === 'Count' && !GAUGES.has(name);
}

export type { Measure, MetricName };
export { isSummed, METRIC_NAMES, METRIC_NAMESPACE, measuresOf, RELAY_DIMENSION };
