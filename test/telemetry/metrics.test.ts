import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ownMetric } from '../../lib/cloud/alarms/own-metric.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';
import { isSummed, METRIC_NAMES, measuresOf } from '../../lib/telemetry/metrics.ts';

const EVENTS: readonly [DeliveryEvent, ReturnType<typeof measuresOf>][] = [
  [
    { kind: 'call', operation: 'syncLeads', records: 3, messages: 2, code: 'ok', durationMs: 250 },
    [
      { name: 'Calls', unit: 'Count', value: 1 },
      { name: 'RecordsSent', unit: 'Count', value: 3 },
      { name: 'CallDuration', unit: 'Milliseconds', value: 250 },
    ],
  ],
  [
    { kind: 'waited', reason: 'window', waitMs: 900, calls: 1 },
    [{ name: 'LimitWait', unit: 'Milliseconds', value: 900, by: { dimension: 'reason', value: 'window' } }],
  ],
  [{ kind: 'delivered', relayId: 'a', records: 4 }, [{ name: 'RecordsDelivered', unit: 'Count', value: 4 }]],
  [
    { kind: 'returned', relayId: 'a', reason: 'retry', code: '713', delaySeconds: 4, records: 1 },
    [{ name: 'MessagesReturned', unit: 'Count', value: 1, by: { dimension: 'reason', value: 'retry' } }],
  ],
  [
    { kind: 'deadLettered', relayId: 'a', code: '1003', records: 1 },
    [{ name: 'DeadLetters', unit: 'Count', value: 1, by: { dimension: 'code', value: '1003' } }],
  ],
  [{ kind: 'deduplicated', relayId: 'a' }, [{ name: 'MessagesDeduplicated', unit: 'Count', value: 1 }]],
  [{ kind: 'unsettled', relayId: 'a' }, [{ name: 'MessagesUnsettled', unit: 'Count', value: 1 }]],
  [{ kind: 'resultUnsent', relayId: 'a' }, [{ name: 'ResultsUnsent', unit: 'Count', value: 1 }]],
  [
    { kind: 'orderGivenUp', reason: 'bound', messages: 4 },
    [{ name: 'OrderGivenUp', unit: 'Count', value: 4, by: { dimension: 'reason', value: 'bound' } }],
  ],
  [
    { kind: 'unjournaled', reason: 'store', records: 3 },
    [{ name: 'RecordsUnjournaled', unit: 'Count', value: 3, by: { dimension: 'reason', value: 'store' } }],
  ],
  [
    { kind: 'unknownCode', code: '1999', level: 'record' },
    [{ name: 'UnknownCodes', unit: 'Count', value: 1, by: { dimension: 'code', value: '1999' } }],
  ],
  [
    { kind: 'lineStopped', reason: 'credentialsRefused', untilMs: 1_000 },
    [{ name: 'LineStopped', unit: 'Count', value: 1, by: { dimension: 'reason', value: 'credentialsRefused' } }],
  ],
  [
    { kind: 'operationPaused', operation: 'syncLeads', reason: 'accessDenied', untilMs: 1_000 },
    [{ name: 'OperationPaused', unit: 'Count', value: 1, by: { dimension: 'reason', value: 'accessDenied' } }],
  ],
  [{ kind: 'schemaChanged', type: 'leads', fields: 2 }, [{ name: 'SchemaChanged', unit: 'Count', value: 1 }]],
  [{ kind: 'messageAge', ageSeconds: 85_800 }, [{ name: 'MessageAgeSeconds', unit: 'Seconds', value: 85_800 }]],
  [{ kind: 'quotaLeft', calls: 0 }, [{ name: 'QuotaLeft', unit: 'Count', value: 0 }]],
  [
    {
      kind: 'gauges',
      values: {
        callsInWindow: 12,
        windowCalls: 50,
        slotsTaken: 3,
        slots: 5,
        usedToday: 100,
        othersToday: 7,
        pausedOperations: 1,
        messagesQueued: 9,
        backfillQueued: 0,
        deadLettersQueued: 0,
      },
    },
    [
      { name: 'CallsInWindow', unit: 'Count', value: 12 },
      { name: 'WindowLimit', unit: 'Count', value: 50 },
      { name: 'SlotsTaken', unit: 'Count', value: 3 },
      { name: 'SlotLimit', unit: 'Count', value: 5 },
      { name: 'CallsToday', unit: 'Count', value: 100 },
      { name: 'CallsOfOthersToday', unit: 'Count', value: 7 },
      { name: 'PausedOperations', unit: 'Count', value: 1 },
      { name: 'MessagesQueued', unit: 'Count', value: 9 },
      { name: 'BackfillMessagesQueued', unit: 'Count', value: 0 },
      { name: 'DeadLettersQueued', unit: 'Count', value: 0 },
    ],
  ],
  [
    { kind: 'paused', by: 'outside', seconds: 60 },
    [{ name: 'PausedSeconds', unit: 'Seconds', value: 60, by: { dimension: 'by', value: 'person' } }],
  ],
];

describe('the metrics of a delivery', () => {
  it.each(EVENTS)('follow from the event %j', (event, expected) => {
    expect(measuresOf(event)).toEqual(expected);
  });

  it('cover every name', () => {
    const published = new Set(EVENTS.flatMap(([event]) => measuresOf(event)).map(({ name }) => name));
    expect(published).toEqual(new Set(Object.values(METRIC_NAMES)));
  });

  it('tell calls that failed by their code', () => {
    const call = { kind: 'call', operation: 'x', records: 1, messages: 1, code: '606', durationMs: 1 } as const;
    expect(measuresOf(call)[0]?.by).toEqual({ dimension: 'code', value: '606' });
  });

  it.each(['', 'x'.repeat(41), 'a b', 'é', '{"code":1}'])('put the strange code %j under "other"', (code) => {
    expect(measuresOf({ kind: 'unknownCode', code, level: 'record' })[0]?.by?.value).toBe('other');
  });

  it('are added up within an invocation where an alarm adds them up, and nowhere else', () => {
    const stack = new Stack(new App(), 'Metrics');
    const measures = EVENTS.flatMap(([event]) => measuresOf(event)).filter(({ unit }) => unit === 'Count');
    for (const measure of measures) {
      expect(isSummed(measure), measure.name).toBe(ownMetric(stack, measure.name).statistic === 'Sum');
    }
  });
});
