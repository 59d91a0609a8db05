import type { SQSRecord } from 'aws-lambda';
import { acknowledge, release } from './acknowledge.ts';
import { createCollector, pause } from './collector.ts';
import { createEnvironments, type FinishedRun } from './environments.ts';
import { checkOptions, type EventSourceMappingOptions, type Handler, type Invocation } from './options.ts';
import { type BatchJudgement, judgeResponse } from './response.ts';

interface EventSourceMapping {
  /** Takes no more messages, lets running invocations end and settles them. A second call waits for the same end. */
  stop(): Promise<void>;
  /** True while no message is held and no invocation runs. */
  idle(): boolean;
  /**
   * Whether it takes messages, as `UpdateEventSourceMapping` switches it. What a long poll brings after it was disabled goes back to
   * the queue at once, with one receive more.
   */
  enable(enabled: boolean): void;
  isEnabled(): boolean;
}

/** After an SQS request failed. */
const ERROR_PAUSE_MS = 1000;
/** How often a disabled mapping looks whether it is enabled again. */
const DISABLED_PAUSE_MS = 100;

/**
 * Lambda's event source mapping for an SQS queue, over the real SQS wire: batches by size, window and payload, up to
 * `maxConcurrency` execution environments, and the partial batch response exactly as Lambda reads it. Acknowledged
 * messages are deleted; failed ones come back when their visibility timeout is over.
 *
 * It polls only while an environment is free, so messages wait on the queue and not in hidden time.
 *
 * @example
 * const mapping = startEventSourceMapping({ client, queueUrl, queueArn, createHandler: () => handler });
 * await mapping.stop();
 */
function startEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const settings = checkOptions(options);
  const stopping = new AbortController();
  const collector = createCollector(settings, stopping.signal);
  const environments = createEnvironments(settings);
  const running = new Set<Promise<void>>();
  let isEnabled = true;

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (running.size >= settings.maxConcurrency) {
        await Promise.race(running);
        continue;
      }
      if (!isEnabled) {
        await pause(DISABLED_PAUSE_MS, stopping.signal);
        continue;
      }
      try {
        const batch = await collector.collect();
        if (!isEnabled) await release(settings, [...batch, ...collector.drain()], 0);
        else if (batch.length > 0) start(batch);
      } catch (error) {
        if (stopping.signal.aborted) break;
        settings.onError(error);
        await pause(ERROR_PAUSE_MS, stopping.signal);
      }
    }
  }

  function start(batch: readonly SQSRecord[]): void {
    const work: Promise<void> = deliver(batch).finally(() => running.delete(work));
    running.add(work);
  }

  async function deliver(batch: readonly SQSRecord[]): Promise<void> {
    const startedAtMs = Date.now();
    const finished = await environments.invoke(batch);
    const judgement = judge(finished.run, batch);
    const failed = batch.filter((record) => isFailed(judgement, record));
    await acknowledge(
      settings,
      batch.filter((record) => !isFailed(judgement, record)),
    );
    if (settings.failedVisibleAfterSeconds !== undefined) {
      await release(settings, failed, settings.failedVisibleAfterSeconds);
    }
    settings.onInvocation(report(finished, judgement, batch, failed, Date.now() - startedAtMs));
  }

  function judge(run: FinishedRun['run'], batch: readonly SQSRecord[]): BatchJudgement {
    if (run.kind === 'failed') return { kind: 'batchFailed', reason: run.reason };
    return judgeResponse(
      settings.reportBatchItemFailures ? run.response : null,
      batch.map((record) => record.messageId),
    );
  }

  const polling = poll();
  return {
    stop: async () => {
      stopping.abort();
      await polling;
      await Promise.all(running);
      await release(settings, collector.drain(), 0);
    },
    idle: () => running.size === 0 && collector.held() === 0,
    enable: (enabled) => {
      isEnabled = enabled;
    },
    isEnabled: () => isEnabled,
  };
}

function isFailed(judgement: BatchJudgement, record: SQSRecord): boolean {
  return judgement.kind === 'batchFailed' || judgement.failedIds.has(record.messageId);
}

function report(
  finished: FinishedRun,
  judgement: BatchJudgement,
  batch: readonly SQSRecord[],
  failed: readonly SQSRecord[],
  durationMs: number,
): Invocation {
  return {
    requestId: finished.requestId,
    environment: finished.environment,
    messageIds: batch.map((record) => record.messageId),
    failedIds: failed.map((record) => record.messageId),
    ...(judgement.kind === 'batchFailed' ? { batchFailure: judgement.reason } : {}),
    durationMs,
  };
}

export type { EventSourceMapping, EventSourceMappingOptions, Handler, Invocation };
export { startEventSourceMapping };
