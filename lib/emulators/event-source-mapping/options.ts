import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import {
  MAX_FUNCTION_TIMEOUT_SECONDS,
  MAX_GATHER_MESSAGES,
  MAX_GATHER_SECONDS,
  MAX_MESSAGES_WITHOUT_GATHERING,
} from '../../settings/policy.ts';

/** A function's handler. What it returns is read as Lambda reads a partial batch response. */
type Handler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** One run of the handler, reported when its messages are acknowledged or left on the queue. */
interface Invocation {
  readonly requestId: string;
  /** Which execution environment ran it, from 1. */
  readonly environment: number;
  readonly messageIds: readonly string[];
  readonly failedIds: readonly string[];
  /** Why the whole batch failed. */
  readonly batchFailure?: string;
  readonly durationMs: number;
}

interface EventSourceMappingOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** Goes into the records. */
  readonly queueArn: string;
  /** Called once for each execution environment, as a cold start: what it throws fails the batch. */
  readonly createHandler: () => Handler | Promise<Handler>;
  /** 1 to 10,000; above 10 needs a window. @default 10 */
  readonly batchSize?: number;
  /** 0 to 300: how long the first message of a batch waits for others. @default 0 */
  readonly batchWindowSeconds?: number;
  /** 1 to 1,000 environments at once (Lambda itself wants at least 2). @default 2 */
  readonly maxConcurrency?: number;
  /** 1 to 900: then the batch has failed and its environment is thrown away. @default 30 */
  readonly functionTimeoutSeconds?: number;
  /** 1 to 20. @default 20 */
  readonly longPollSeconds?: number;
  /** Makes failed messages visible after this time. @default the queue's visibility timeout runs out, as in Lambda */
  readonly failedVisibleAfterSeconds?: number;
  /** False: whatever the handler returns acknowledges the batch. @default true */
  readonly reportBatchItemFailures?: boolean;
  /** Delivers a share (0 to 1) of the messages twice, as a standard queue may. @default none */
  readonly duplicates?: { readonly share: number; readonly random: () => number };
  readonly onInvocation?: (invocation: Invocation) => void;
  /** Told of SQS requests that failed and are made again. */
  readonly onError?: (error: unknown) => void;
}

type MappingSettings = Required<Omit<EventSourceMappingOptions, 'duplicates' | 'failedVisibleAfterSeconds'>> &
  Pick<EventSourceMappingOptions, 'duplicates' | 'failedVisibleAfterSeconds'>;

/** Fills in defaults and refuses what Lambda would refuse. */
function checkOptions(options: EventSourceMappingOptions): MappingSettings {
  const settings: MappingSettings = {
    batchSize: MAX_MESSAGES_WITHOUT_GATHERING,
    batchWindowSeconds: 0,
    maxConcurrency: 2,
    functionTimeoutSeconds: 30,
    longPollSeconds: 20,
    reportBatchItemFailures: true,
    onInvocation: () => {},
    onError: () => {},
    ...options,
  };
  checkRange('batchSize', settings.batchSize, 1, MAX_GATHER_MESSAGES);
  checkRange('batchWindowSeconds', settings.batchWindowSeconds, 0, MAX_GATHER_SECONDS);
  checkRange('maxConcurrency', settings.maxConcurrency, 1, 1_000);
  checkRange('functionTimeoutSeconds', settings.functionTimeoutSeconds, 0, MAX_FUNCTION_TIMEOUT_SECONDS);
  checkRange('longPollSeconds', settings.longPollSeconds, 1, 20);
  if (settings.batchSize > MAX_MESSAGES_WITHOUT_GATHERING && settings.batchWindowSeconds < 1) {
    throw new RangeError(
      `A batchSize above ${MAX_MESSAGES_WITHOUT_GATHERING} needs a batchWindowSeconds of at least 1.`,
    );
  }
  return settings;
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new RangeError(`${name} is ${value}, and must be from ${least} to ${most}.`);
}

export type { EventSourceMappingOptions, Handler, Invocation, MappingSettings };
export { checkOptions };
