import { keyHash } from '../../ledger/keys.ts';
import type { PermitAsk } from '../../ledger/ledger.ts';
import type { Lane } from '../../settings/lane.ts';
import { type Call, endpointOf, type WorkItem } from '../work-item.ts';
import { longestCallMs } from './call-timeout.ts';

/** What an invocation asks the ledger for, and what a grant leaves of a call. */
interface PermitAsks {
  askFor(call: Call): PermitAsk;
  /** The items of which no key is in flight elsewhere. */
  freeItems(call: Call, busyKeys: readonly number[]): readonly WorkItem[];
}

/** Remembers the hashes of keys: a call that waits asks many times. */
function createPermitAsks(lane: Lane = 'live'): PermitAsks {
  const hashes = new Map<string, number>();

  function hashOf(key: string): number {
    const hash = hashes.get(key) ?? keyHash(key);
    hashes.set(key, hash);
    return hash;
  }

  return {
    askFor(call) {
      const keys = [...new Set(call.items.flatMap((item) => item.keys).map(hashOf))];
      const hasKeyless = call.items.some((item) => item.keys.length === 0);
      // Not this worker's timeout: Marketo goes on with the call of a function that has come to its end.
      const endpoint = endpointOf(call);
      return { operation: endpoint.operation, keys, hasKeyless, callTimeoutMs: longestCallMs(endpoint), lane };
    },
    freeItems({ items }, busyKeys) {
      const busy = new Set(busyKeys);
      return busy.size === 0 ? items : items.filter((item) => !item.keys.some((key) => busy.has(hashOf(key))));
    },
  };
}

export type { PermitAsks };
export { createPermitAsks };
