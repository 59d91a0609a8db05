import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Log } from '../lib/ports.ts';
import type { DeliveryEvent } from '../lib/telemetry/events.ts';
import { isSummed, type Measure, measuresOf } from '../lib/telemetry/metrics.ts';

/**
 * The log and the metrics of one function. Their names and the log level come from the environment, by Powertools' own
 * variables. Traces are Lambda's own, of each run and its cold start: X-Ray's SDK would add no more to them than one name, and a
 * tenth to the bundle (and outgoing requests are not traced: their URLs belong to Marketo and its identity service).
 *
 * @example
 * const { log, observe, instrument } = createInstruments();
 * const handler = instrument(createGovernHandler(process.env, { log, observe }));
 */
function createInstruments() {
  const logger = new Logger();
  const metrics = new Metrics();
  /** What is counted, summed up: one by one, a hundred make a line, and messages of a batch are many. */
  const counted = new Map<string, Measure>();

  const log: Log = {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };

  function observe(event: DeliveryEvent): void {
    for (const { name, unit, value, by } of measuresOf(event)) {
      count({ name, unit, value });
      if (by !== undefined) count({ name, unit, value, by });
    }
  }

  function count(measure: Measure): void {
    const { name, value, by } = measure;
    const key = by === undefined ? name : `${name} ${by.dimension} ${by.value}`;
    if (isSummed(measure)) counted.set(key, { ...measure, value: value + (counted.get(key)?.value ?? 0) });
    else add(measure);
  }

  /** What has a dimension of its own is a line of its own. */
  function add({ name, unit, value, by }: Measure): void {
    if (by === undefined) metrics.addMetric(name, unit, value);
    else metrics.singleMetric().addDimension(by.dimension, by.value).addMetric(name, unit, value);
  }

  function publishCounted(): void {
    for (const measure of counted.values()) add(measure);
    counted.clear();
  }

  function publishMetrics(): void {
    publishCounted();
    metrics.publishStoredMetrics();
  }

  /** The relay's functions watch their own deadline: middy's early abort would only cut their settling off. */
  function instrument<Event, Result, Context>(handle: (event: Event, context: Context) => Promise<Result>) {
    return middy(handle, { timeoutEarlyInMillis: 0 })
      .use(injectLambdaContext(logger))
      .use(logMetrics(metrics))
      .use({ after: publishCounted, onError: publishCounted });
  }

  return { log, observe, instrument, publishMetrics };
}

export { createInstruments };
