import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation, type Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type CustomMetricGroup, type CustomMetricSearch, MetricStatistic } from 'cdk-monitoring-constructs';
import type { Construct } from 'constructs';
import type { MetricName } from '../../telemetry/metrics.ts';
import { METRIC_NAMES, METRIC_NAMESPACE, RELAY_DIMENSION } from '../../telemetry/metrics.ts';
import { ownMetric } from '../alarms/own-metric.ts';
import { serviceName } from '../service-name.ts';

/** What is shown. */
interface Charted {
  readonly queue: IQueue;
  readonly backfillQueue: IQueue | undefined;
  readonly deadLetterQueue: IQueue;
  readonly table: Table;
  /** The delivery function first. */
  readonly functions: readonly LambdaFunction[];
  readonly journalBucket: Bucket | undefined;
}

interface Section {
  readonly title: string;
  readonly description: string;
  readonly groups: readonly CustomMetricGroup[];
}

const MINUTE = Duration.minutes(1);

function chartSections(relay: Construct, charted: Charted): readonly Section[] {
  const own = (name: MetricName, label: string, statistic?: string) =>
    ownMetric(relay, name, { label, ...(statistic === undefined ? {} : { statistic }) });
  /** One line for each value that the dimension has had. */
  const by = (
    name: MetricName,
    dimension: 'code' | 'reason' | 'by',
    statistic = MetricStatistic.SUM,
  ): CustomMetricSearch => ({
    namespace: METRIC_NAMESPACE,
    searchQuery: `MetricName="${name}"`,
    // The library takes a dimension without a value for any value; its type does not say so.
    dimensionsMap: { [RELAY_DIMENSION]: serviceName(relay), [dimension]: undefined as unknown as string },
    statistic,
    period: MINUTE,
    label: `\${PROP('Dim.${dimension}')}`,
  });
  return [
    {
      title: 'Traffic',
      description:
        'Calls to Marketo, the records in them, and what they were answered. A code of `ok` has no line of its own.',
      groups: [
        {
          title: 'Calls and records, a minute',
          metrics: [own(METRIC_NAMES.calls, 'calls'), own(METRIC_NAMES.recordsSent, 'records sent')],
        },
        { title: 'Calls by code', metrics: [by(METRIC_NAMES.calls, 'code')] },
        {
          title: 'How long calls take',
          metrics: ['p50', 'p90', 'p99'].map((statistic) => own(METRIC_NAMES.callDuration, statistic, statistic)),
        },
      ],
    },
    {
      title: 'Verdicts',
      description: 'What became of records and messages.',
      groups: [
        {
          title: 'Delivered, dead, twice',
          metrics: [
            own(METRIC_NAMES.delivered, 'records delivered'),
            own(METRIC_NAMES.deadLetters, 'dead letters'),
            own(METRIC_NAMES.deduplicated, 'duplicates'),
            own(METRIC_NAMES.unsettled, 'unsettled'),
          ],
        },
        { title: 'Sent back to the queue, by reason', metrics: [by(METRIC_NAMES.returned, 'reason')] },
        {
          title: 'Sent back without keeping their order, by reason',
          metrics: [by(METRIC_NAMES.orderGivenUp, 'reason')],
        },
        { title: 'Outcomes that the journal lacks, by reason', metrics: [by(METRIC_NAMES.unjournaled, 'reason')] },
        { title: 'Codes that the catalogue lacks', metrics: [by(METRIC_NAMES.unknownCodes, 'code')] },
        { title: 'Fields gone from Marketo', metrics: [own(METRIC_NAMES.schemaChanged, 'runs that met one')] },
      ],
    },
    {
      title: 'Limits',
      description:
        'What the ledger has granted of what Marketo allows; a learned limit is lower where others share it.',
      groups: [
        {
          title: 'Window',
          metrics: [own(METRIC_NAMES.callsInWindow, 'calls in the window'), own(METRIC_NAMES.windowCalls, 'limit')],
        },
        { title: 'Slots', metrics: [own(METRIC_NAMES.slotsTaken, 'in flight'), own(METRIC_NAMES.slots, 'limit')] },
        {
          title: 'Day',
          metrics: [
            own(METRIC_NAMES.usedToday, 'by this relay'),
            own(METRIC_NAMES.othersToday, 'by others'),
            own(METRIC_NAMES.quotaLeft, 'left'),
          ],
        },
        { title: 'Waits for limits, ms a minute', metrics: [by(METRIC_NAMES.limitWait, 'reason')] },
      ],
    },
    {
      title: 'Stops and pauses',
      description:
        'A line above zero: nothing is delivered, for that reason. Seconds since the pause began, by who made it.',
      groups: [
        { title: 'Line stopped, by reason', metrics: [by(METRIC_NAMES.lineStopped, 'reason', MetricStatistic.MAX)] },
        {
          title: 'Operations paused, by reason',
          metrics: [by(METRIC_NAMES.operationPaused, 'reason', MetricStatistic.MAX)],
        },
        { title: 'Operations paused', metrics: [own(METRIC_NAMES.pausedOperations, 'operations')] },
        { title: 'Relay paused, by whom', metrics: [by(METRIC_NAMES.paused, 'by', MetricStatistic.MAX)] },
      ],
    },
    {
      title: 'Age and drain',
      description: 'How long messages have waited, how many wait, and how long the queue takes to drain at this pace.',
      groups: [
        { title: 'True age of the oldest message', metrics: [own(METRIC_NAMES.messageAge, 'seconds')] },
        { title: 'Messages on the queue', metrics: [own(METRIC_NAMES.messagesQueued, 'visible, delayed, in flight')] },
        { title: 'Minutes to drain', metrics: [minutesToDrain(relay, charted)] },
        ...backfill(relay, charted),
      ],
    },
    {
      title: 'Dead letters',
      description: 'New letters a minute by code, and how many wait for somebody.',
      groups: [
        { title: 'New, by code', metrics: [by(METRIC_NAMES.deadLetters, 'code')] },
        { title: 'On the dead-letter queue', metrics: [own(METRIC_NAMES.deadLettersQueued, 'letters')] },
        { title: 'Results that wait in the bucket', metrics: [own(METRIC_NAMES.resultsUnsent, 'results')] },
      ],
    },
    {
      title: 'What it costs',
      description: 'What AWS bills by: requests to the table and the queue, and the time that functions run.',
      groups: [
        {
          title: 'Table: units a minute',
          metrics: [
            charted.table.metricConsumedWriteCapacityUnits({ statistic: 'Sum', period: MINUTE }),
            charted.table.metricConsumedReadCapacityUnits({ statistic: 'Sum', period: MINUTE }),
          ],
        },
        {
          title: 'Queue: messages a minute',
          metrics: [
            charted.queue.metricNumberOfMessagesSent({ statistic: 'Sum', period: MINUTE }),
            charted.queue.metricNumberOfMessagesReceived({ statistic: 'Sum', period: MINUTE }),
            charted.queue.metricNumberOfEmptyReceives({ statistic: 'Sum', period: MINUTE }),
          ],
        },
        {
          title: 'Functions: ms a minute',
          metrics: charted.functions.map((one) =>
            one.metricDuration({ statistic: 'Sum', period: MINUTE, label: one.node.id }),
          ),
        },
        {
          title: 'Throttled requests to the table',
          metrics: [
            charted.table.metricThrottledRequestsForOperations({
              operations: [Operation.GET_ITEM, Operation.PUT_ITEM, Operation.UPDATE_ITEM],
              period: MINUTE,
            }) as IMetric as MathExpression,
          ],
        },
        ...keptJournal(charted),
      ],
    },
  ];
}

/** Of a second queue: what waits for its turn, and for how long. */
function backfill(relay: Construct, { backfillQueue }: Charted): readonly CustomMetricGroup[] {
  if (backfillQueue === undefined) return [];
  const label = 'visible, delayed, in flight';
  return [
    { title: 'Messages on the backfill queue', metrics: [ownMetric(relay, METRIC_NAMES.backfillQueued, { label })] },
    {
      title: 'Oldest on the backfill queue, seconds',
      metrics: [backfillQueue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: MINUTE })],
    },
  ];
}

/** S3 counts the bytes of a bucket once a day, and nothing else of it for nothing (S3: metrics and dimensions). */
function keptJournal({ journalBucket }: Charted): readonly CustomMetricGroup[] {
  if (journalBucket === undefined) return [];
  const bytes = new Metric({
    namespace: 'AWS/S3',
    metricName: 'BucketSizeBytes',
    dimensionsMap: { BucketName: journalBucket.bucketName, StorageType: 'StandardStorage' },
    statistic: 'Average',
    period: Duration.days(1),
    label: 'bytes',
  });
  return [{ title: 'Journal: bytes kept', metrics: [bytes] }];
}

/** What is deleted and not sent again, as a copy or by a publisher, shortens the queue. */
function minutesToDrain(relay: Construct, { queue }: Charted): MathExpression {
  return new MathExpression({
    expression: 'IF(settled > sent, queued / (settled - sent))',
    usingMetrics: {
      queued: ownMetric(relay, METRIC_NAMES.messagesQueued),
      settled: queue.metricNumberOfMessagesDeleted({ statistic: 'Sum', period: MINUTE }),
      sent: queue.metricNumberOfMessagesSent({ statistic: 'Sum', period: MINUTE }),
    },
    label: 'minutes, while it gets shorter',
    period: MINUTE,
  });
}

export type { Charted, Section };
export { chartSections };
