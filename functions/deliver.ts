import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Log } from '../lib/ports.ts';
import { createDeliveryHandler } from '../lib/runtime/delivery.ts';
import type { DeliveryEvent } from '../lib/telemetry/events.ts';
import { measuresOf } from '../lib/telemetry/metrics.ts';

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

// The settings are read here, once: a bad one fails the cold start with a message that names them all.
const deliver = createDeliveryHandler(process.env, { log, observe });

// Delivery watches its own deadline and settles everything before it: middy's early abort would only cut that off.
const handler = middy(deliver, { timeoutEarlyInMillis: 0 })
  .use(captureLambdaHandler(tracer, { captureResponse: false }))
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics));

export { handler };
