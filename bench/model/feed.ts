import type { DeliveryHandler } from '../../lib/runtime/delivery.ts';
import { DELIVERY_TIMEOUT_SECONDS } from '../../lib/settings/policy.ts';
import type { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import { sqsRequests, type Tally } from './tally.ts';

interface FeedOptions {
  readonly queueUrl: string;
  readonly batchSize: number;
  readonly gatherSeconds: number;
  /** How often an idle worker looks at the queue. */
  readonly pollMs: number;
  readonly tally: Tally;
  readonly random: () => number;
  /** After each invocation. */
  readonly ended?: (() => void) | undefined;
}

interface Waiting {
  readonly body: string;
  readonly attributes: object;
  readonly visibleAtMs: number;
  /** Of the first copy. */
  readonly publishedAtMs: number;
  readonly sentAtMs: number;
  readonly id: number;
}

/** A queue, and the event source mapping that gathers batches from it as the stack's does. */
interface Feed {
  readonly queueUrl: string;
  add(body: string, attributes: object, delaySeconds: number): void;
  /** Of one worker: takes batches until the queue is empty and nothing is to come, or until `untilMs`. */
  work(handler: DeliveryHandler, untilMs?: number): Promise<void>;
}

const MAX_EVENT_BYTES = 6_000_000;

function createFeed(time: VirtualTime, options: FeedOptions): Feed {
  const { batchSize, gatherSeconds, pollMs, tally, random, queueUrl } = options;
  const arn = `arn:aws:sqs:us-east-1:000000000000:${queueUrl.slice(queueUrl.lastIndexOf('/') + 1)}`;
  const queue: Waiting[] = [];
  let delayed: Waiting[] = [];
  let published = 0;
  let inFlight = 0;

  function take(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < Math.min(batchSize, queue.length) && bytes < MAX_EVENT_BYTES) {
      bytes += (queue[count]?.body.length ?? 0) + 500;
      count += 1;
    }
    return queue.splice(0, count);
  }

  function wake(): void {
    const due = delayed.filter(({ visibleAtMs }) => visibleAtMs <= time.nowMs);
    if (due.length === 0) return;
    delayed = delayed.filter(({ visibleAtMs }) => visibleAtMs > time.nowMs);
    queue.push(...due);
  }

  async function invoke(handler: DeliveryHandler, batch: readonly Waiting[]): Promise<void> {
    inFlight += batch.length;
    const bytesEach = batch.reduce((sum, { body }) => sum + body.length, 0) / batch.length;
    const requests = sqsRequests(batch.length, bytesEach);
    tally.sqs.received += requests;
    tally.sqs.deleted += Math.ceil(batch.length / 10);
    tally.lambda.invocations += 1;
    const startedMs = time.nowMs;
    const context = { getRemainingTimeInMillis: () => startedMs + 1_000 * DELIVERY_TIMEOUT_SECONDS - time.nowMs };
    const { batchItemFailures } = await handler(eventOf(batch, arn) as Parameters<DeliveryHandler>[0], context);
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages were not settled`);
    tally.lambda.runMs += time.nowMs - startedMs;
    for (const { publishedAtMs } of batch) tally.oldestMs = Math.max(tally.oldestMs, time.nowMs - publishedAtMs);
    inFlight -= batch.length;
    options.ended?.();
  }

  return {
    queueUrl,
    add(body, attributes, delaySeconds) {
      const visibleAtMs = time.nowMs + delaySeconds * 1_000;
      const publishedAtMs = firstSeenMs(attributes) ?? time.nowMs;
      const waiting = { body, attributes, visibleAtMs, publishedAtMs, sentAtMs: time.nowMs, id: published++ };
      if (delaySeconds > 0) delayed.push(waiting);
      else queue.push(waiting);
    },
    async work(handler, untilMs = 0) {
      await time.sleep(random() * 100);
      for (;;) {
        wake();
        if (untilMs > 0 && time.nowMs >= untilMs) return;
        if (queue.length === 0) {
          if (delayed.length + inFlight === 0 && untilMs === 0) return;
          await time.sleep(pollMs);
          continue;
        }
        if (queue.length < batchSize && gatherSeconds > 0) await time.sleep(gatherSeconds * 1_000);
        const batch = take();
        if (batch.length > 0) await invoke(handler, batch);
      }
    },
  };
}

/** What a retry message says of the message that it is a copy of. */
function firstSeenMs(attributes: object): number | undefined {
  const { relay } = attributes as { relay?: { StringValue?: string } };
  return relay?.StringValue === undefined ? undefined : Date.parse(JSON.parse(relay.StringValue).firstSeen);
}

function eventOf(batch: readonly Waiting[], eventSourceARN: string): object {
  return {
    Records: batch.map(({ id, body, attributes, sentAtMs }) => ({
      eventSourceARN,
      messageId: `7d1bb0a8-5ee4-4a1c-9f6e-${String(id).padStart(12, '0')}`,
      receiptHandle: String(id),
      body,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Math.floor(sentAtMs)) },
      messageAttributes: Object.fromEntries(
        Object.entries(attributes as Record<string, { DataType: string; StringValue?: string }>).map(([name, one]) => [
          name,
          { dataType: one.DataType, stringValue: one.StringValue },
        ]),
      ),
    })),
  };
}

export type { Feed };
export { createFeed };
