import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Log } from '../lib/ports.ts';
import type { DeliveryEvent } from '../lib/telemetry/events.ts';
import { measuresOf } from '../lib/telemetry/metrics.ts';

/**
 * The log, the metrics and the traces of one function. Their names and the log level come from the environment, by
 * Powertools' own variables.
 *
 * @example
 * const { log, observe, instrument } = createInstruments();
 * const handler = instrument(createGovernHandler(process.env, { log, observe }));
 */
function createInstruments() {
  const logger = new Logger();
  const metrics = new Metrics();
  // Outgoing requests are not traced: their URLs belong to Marketo and its identity service, not into traces.
  const tracer = new Tracer({ captureHTTPsRequests: false });

  const log: Log = {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };

  function observe(event: DeliveryEvent): void {
    for (const { name, unit, value, by } of measuresOf(event)) {
      metrics.addMetric(name, unit, value);
      if (by !== undefined) metrics.singleMetric().addDimension(by.dimension, by.value).addMetric(name, unit, value);
    }
  }

  /** The relay's functions watch their own deadline: middy's early abort would only cut their settling off. */
  function instrument<Event, Result, Context>(handle: (event: Event, context: Context) => Promise<Result>) {
    return middy(handle, { timeoutEarlyInMillis: 0 })
      .use(captureLambdaHandler(tracer, { captureResponse: false }))
      .use(injectLambdaContext(logger))
      .use(logMetrics(metrics));
  }

  return { log, observe, instrument, publishMetrics: () => metrics.publishStoredMetrics() };
}

export { createInstruments };
