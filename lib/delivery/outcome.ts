import type { HttpReply, HttpRequest } from '../marketo/http.ts';
import type { Verdict } from './judge/verdict.ts';
import type { WorkItem } from './work-item.ts';

/** One call as it went over the wire: what a letter shows. The token is in neither half. */
interface Exchange {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly sentAtMs: number;
  /** Everything the call carried, in the order of its `input`. */
  readonly items: readonly WorkItem[];
}

/**
 * What is to become of an item in this invocation.
 *
 * - `delivered`: Marketo has it, now or before.
 * - `requeue`: back to the queue. `wait`: for a limit, not an attempt; `retry`: after a failure that may pass.
 * - `dead`: to the dead-letter queue.
 */
type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'requeue';
      readonly reason: 'wait' | 'retry';
      /** Marketo's code, or one of the relay's own: a `WaitCode`, or a `RelayCode` that leads to a retry. */
      readonly code: string;
      readonly delayMs: number;
      /** Isolation goes on with calls of so many messages. */
      readonly shareAtMost?: number;
    }
  | {
      readonly kind: 'dead';
      readonly verdict: Verdict;
      readonly exchange?: Exchange;
      /** Why a failure that may pass is final all the same. */
      readonly gaveUp?: 'attempts' | 'age';
      readonly outcomeUnknown: boolean;
      /** True when the last call counted as an attempt. */
      readonly tried: boolean;
    };

export type { Exchange, Outcome };
