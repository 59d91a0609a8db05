import {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../emulators/event-source-mapping/event-source-mapping.ts';
import type { LocalQueues } from '../emulators/queues.ts';
import { DEFAULT_BACKFILL_CONCURRENCY } from '../settings/policy.ts';

type FeedingOptions = Omit<EventSourceMappingOptions, 'queueUrl' | 'queueArn'> & { readonly maxConcurrency: number };
type Queues = Pick<LocalQueues, 'queueUrl' | 'queueArn' | 'backfillQueueUrl' | 'backfillQueueArn'>;

/** The mappings of both queues to one function. They pause and resume together, as in the cloud. */
function feedBoth(options: FeedingOptions, queues: Queues): EventSourceMapping {
  const { queueUrl, queueArn, backfillQueueUrl, backfillQueueArn } = queues;
  const live = startEventSourceMapping({ ...options, queueUrl, queueArn });
  const backfill = startEventSourceMapping({
    ...options,
    queueUrl: backfillQueueUrl,
    queueArn: backfillQueueArn,
    maxConcurrency: Math.min(options.maxConcurrency, DEFAULT_BACKFILL_CONCURRENCY),
  });
  return {
    stop: async () => {
      await Promise.all([live.stop(), backfill.stop()]);
    },
    idle: () => live.idle() && backfill.idle(),
    enable: (enabled) => {
      for (const one of [live, backfill]) one.enable(enabled);
    },
    isEnabled: live.isEnabled,
  };
}

export { feedBoth };
