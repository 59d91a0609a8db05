import type { Queue, ReceivedMessage } from '../../message/queue.ts';
import type { DeliveryDeps } from '../deps.ts';
import { DELIVERY_POLICY } from '../policy.ts';

/** Received messages that are hidden for a short time, over and over, while their worker lives. */
interface Keeper {
  /** The queue, over which a message that is held for longer leaves the keeper's hands. */
  readonly queue: Queue;
  /** Those that are still in them. */
  kept(): readonly ReceivedMessage[];
  /** They show again by themselves after this, unless they are deleted. Resolves when no request is under way. */
  end(): Promise<void>;
}

/**
 * Hides these from now on for as long as the worker says that it lives: when it ends, they are received again within
 * half a minute, and not when their visibility timeout is over. Nothing is asked of SQS when there are none.
 */
async function keepHidden(
  messages: readonly ReceivedMessage[],
  { queue, clock }: Pick<DeliveryDeps, 'queue' | 'clock'>,
): Promise<Keeper> {
  const kept = new Map(messages.map((message) => [message.receiptHandle, message]));
  let hasEnded = false;
  let request: Promise<unknown> = Promise.resolve();

  function extend(): Promise<unknown> {
    if (kept.size === 0) return Promise.resolve();
    request = queue.extendVisibilityBatch([...kept.keys()], DELIVERY_POLICY.suspectHiddenSeconds);
    return request;
  }

  async function goOn(): Promise<void> {
    while (kept.size > 0) {
      await clock.sleep(DELIVERY_POLICY.suspectExtensionMs);
      if (hasEnded) return;
      await extend();
    }
  }

  // Before any body is read: reading it may be what ends the worker.
  await extend();
  void goOn();
  return {
    queue: {
      ...queue,
      async extendVisibility(receiptHandle, seconds) {
        kept.delete(receiptHandle);
        await request;
        return queue.extendVisibility(receiptHandle, seconds);
      },
    },
    kept: () => [...kept.values()],
    async end() {
      hasEnded = true;
      await request;
    },
  };
}

export type { Keeper };
export { keepHidden };
