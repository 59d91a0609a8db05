import { DELIVERY_POLICY } from '../policy.ts';
import type { Call, WorkItem } from '../work-item.ts';

/** When calls whose keys are in flight elsewhere ask for a permit again. */
interface BusyKeyWaits {
  /** All keys of the call are taken: it waits as the ledger says, and longer each time. */
  refused(call: Call, ledgerWaitMs: number, nowMs: number): void;
  /** The ledger granted a permit that the call, being indivisible, cannot use. */
  indivisible(call: Call, nowMs: number): void;
  /** How long a call has still to wait: 0 when it may ask now. */
  waitMs(call: Call, nowMs: number): number;
}

function createBusyKeyWaits(): BusyKeyWaits {
  const askAgainAtMs = new Map<WorkItem, number>();
  const lastWaitMs = new Map<WorkItem, number>();
  return {
    refused({ items }, ledgerWaitMs, nowMs) {
      const [first] = items;
      const longerMs = ((first && lastWaitMs.get(first)) ?? 0) * DELIVERY_POLICY.busyKeyWaitGrowth;
      const waitMs = Math.min(DELIVERY_POLICY.maxBusyKeyWaitMs, Math.max(ledgerWaitMs, longerMs));
      for (const item of items) {
        lastWaitMs.set(item, waitMs);
        askAgainAtMs.set(item, nowMs + waitMs);
      }
    },
    indivisible({ items }, nowMs) {
      for (const item of items) askAgainAtMs.set(item, nowMs + DELIVERY_POLICY.indivisibleKeyWaitMs);
    },
    waitMs: ({ items }, nowMs) => Math.max(0, ...items.map((item) => (askAgainAtMs.get(item) ?? 0) - nowMs)),
  };
}

export type { BusyKeyWaits };
export { createBusyKeyWaits };
