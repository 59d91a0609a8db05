import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_NAMES, type MetricName } from '../telemetry/metrics.ts';
import { ownMetric } from './alarms/own-metric.ts';

/** A method for each metric of the relay's own: the class below does not compile without one of them. */
type MetricMethods = { readonly [Name in MetricName as `metric${Name}`]: (options?: MetricOptions) => Metric };

/**
 * The metrics that the relay's functions publish, each under the name and dimensions under which they do. All are by the minute
 * and, unless told otherwise, have the statistic that fits them: sums of what happens, the highest or lowest of what is.
 *
 * @example
 * relay.metricCalls({ dimensionsMap: { code: '606' } }).createAlarm(this, 'TooFast', { threshold: 1, evaluationPeriods: 5 });
 */
abstract class MeteredConstruct extends Construct implements MetricMethods {
  /**
   * A metric of the relay's own by its name.
   *
   * @example
   * relay.metric(METRIC_NAMES.calls, { dimensionsMap: { code: '606' } });
   */
  metric(name: MetricName, options?: MetricOptions): Metric {
    return ownMetric(this, name, options);
  }

  /** Calls to Marketo. With the dimension `code`, those that were not answered ok, by what they were answered. */
  metricCalls(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.calls, options);
  }

  /** Records in those calls. */
  metricRecordsSent(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.recordsSent, options);
  }

  /** Milliseconds from a call's start to its reply: the 90th percentile. */
  metricCallDuration(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.callDuration, options);
  }

  /** Milliseconds that calls waited inside a run for a limit. With the dimension `reason`, by the limit. */
  metricLimitWait(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.limitWait, options);
  }

  /** Records that Marketo has taken. */
  metricRecordsDelivered(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.delivered, options);
  }

  /** Messages that went back to the queue. With the dimension `reason`, whether to `wait` or to `retry`. */
  metricMessagesReturned(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.returned, options);
  }

  /** Runs in which fields had gone from Marketo, or messages were held for one that has. */
  metricSchemaChanged(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.schemaChanged, options);
  }

  /** Results that their queue or bus did not take: they wait in the overflow bucket. */
  metricResultsUnsent(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.resultsUnsent, options);
  }

  /** New dead letters. With the dimension `code`, by their code. */
  metricDeadLetters(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.deadLetters, options);
  }

  /** Second copies of a message in a batch, settled with the first. */
  metricMessagesDeduplicated(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.deduplicated, options);
  }

  /** Messages that a run could not settle: SQS brings them again. */
  metricMessagesUnsettled(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.unsettled, options);
  }

  /** Messages that went back and that newer ones may overtake. With the dimension `reason`: too many (`bound`), or the `table`. */
  metricOrderGivenUp(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.orderGivenUp, options);
  }

  /** Outcomes that the journal lacks. With the dimension `reason`, whether for want of the `salt` or of the `store`. */
  metricRecordsUnjournaled(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.unjournaled, options);
  }

  /** Codes that the catalogue lacks. With the dimension `code`, by the code. */
  metricUnknownCodes(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.unknownCodes, options);
  }

  /** How often the line was found stopped. With the dimension `reason`, by the reason to stop. */
  metricLineStopped(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.lineStopped, options);
  }

  /** How often an operation was found paused. With the dimension `reason`, by the reason. */
  metricOperationPaused(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.operationPaused, options);
  }

  /** Seconds since the oldest of the messages that were received was first seen, whatever retry messages there were since. */
  metricMessageAgeSeconds(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.messageAge, options);
  }

  /** Calls that are left of the day: the lowest. */
  metricQuotaLeft(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.quotaLeft, options);
  }

  /** Seconds since the relay was paused. With the dimension `by`, whether by `govern` or by a `person`. */
  metricPausedSeconds(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.paused, options);
  }

  /** Calls that count in the window now. */
  metricCallsInWindow(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.callsInWindow, options);
  }

  /** The most calls that the window may hold now: the configured limit, or an adaptive one below it. */
  metricWindowLimit(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.windowCalls, options);
  }

  /** Calls in flight. */
  metricSlotsTaken(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.slotsTaken, options);
  }

  /** The most calls that may be in flight now. */
  metricSlotLimit(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.slots, options);
  }

  /** Calls of the relay since the day's reset. */
  metricCallsToday(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.usedToday, options);
  }

  /** Calls of other integrations since the day's reset, as Marketo's usage endpoint reports them. */
  metricCallsOfOthersToday(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.othersToday, options);
  }

  /** Operations that are paused now. */
  metricPausedOperations(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.pausedOperations, options);
  }

  /** Messages on the queue: visible, delayed and in flight. */
  metricMessagesQueued(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.messagesQueued, options);
  }

  /** Messages on the backfill queue, where there is one: visible, delayed and in flight. */
  metricBackfillMessagesQueued(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.backfillQueued, options);
  }

  /** Dead letters that wait for somebody. */
  metricDeadLettersQueued(options?: MetricOptions): Metric {
    return this.metric(METRIC_NAMES.deadLettersQueued, options);
  }
}

export type { MetricMethods };
export { MeteredConstruct };
