import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { deliverBatch } from '../delivery/deliver.ts';
import type { DeliveryDeps } from '../delivery/deps.ts';
import { toReceivedMessage } from '../delivery/intake/lambda-record.ts';
import { createTransport } from '../marketo/http-client.ts';
import type { Clock, Log } from '../ports.ts';
import { readSettings } from '../settings/settings.ts';
import { queueName } from '../settings/urls.ts';
import type { Observe } from '../telemetry/events.ts';
import { createAwsClients, createEventBridgeClient, loadS3Stores } from './clients.ts';
import { type ComposedDelivery, composeDelivery, type Platform } from './compose.ts';
import { createInvocationEnd, type InvocationEnd } from './invocation-end.ts';

/** What a caller other than Lambda brings along. */
interface Overrides {
  readonly log?: Log;
  readonly observe?: Observe;
}

type DeliveryHandler = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs))),
};

/** AWS as the SDK's own variables describe it, and Node's clock and network: nothing of it outlasts the invocation. */
function systemPlatform({ log = SILENT, observe = () => {} }: Overrides, end: InvocationEnd): Platform {
  let eventBridge: ReturnType<typeof createEventBridgeClient> | undefined;
  return {
    ...createAwsClients({ leftMs: end.leftMs }),
    s3: loadS3Stores({ leftMs: end.leftMs }),
    eventBridge: () => {
      eventBridge ??= createEventBridgeClient({ leftMs: end.leftMs });
      return eventBridge;
    },
    transport: end.transport(createTransport()),
    clock: systemClock,
    random: Math.random,
    log,
    observe,
  };
}

/** Lambda's handler over what one execution environment is wired to. */
function handlerOver(deps: ComposedDelivery, end?: InvocationEnd): DeliveryHandler {
  return async (event, context) => {
    const nowMs = deps.clock.nowMs();
    const deadlineMs = nowMs + context.getRemainingTimeInMillis();
    end?.set(deadlineMs);
    const records = event.Records.map((record) => toReceivedMessage(record, nowMs));
    const unsettled = await deliverBatch(records, ofLane(event, deps), deadlineMs);
    return { batchItemFailures: [...unsettled].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** A batch is of one event source mapping, and so of one queue (Lambda: SQS event source mappings). */
function ofLane({ Records }: SQSEvent, { backfill, ...deps }: ComposedDelivery): DeliveryDeps {
  if (backfill === undefined) return deps;
  const isBackfill = Records.some(({ eventSourceARN = '' }) => queueName(eventSourceARN) === backfill.queueName);
  return isBackfill ? { ...deps, ...backfill.deps } : deps;
}

/**
 * The handler of the delivery function: reads the settings and composes what one execution environment needs.
 *
 * @throws SettingsError at once, naming every setting that is missing or malformed.
 * @example
 * const handler = createDeliveryHandler(process.env);
 */
function createDeliveryHandler(
  env: Readonly<Record<string, string | undefined>>,
  overrides: Overrides = {},
): DeliveryHandler {
  const settings = readSettings(env);
  const end = createInvocationEnd(systemClock.nowMs);
  return handlerOver(composeDelivery(settings, systemPlatform(overrides, end)), end);
}

export type { DeliveryHandler, Overrides };
export { createDeliveryHandler, handlerOver, systemClock, systemPlatform };
