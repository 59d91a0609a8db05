import type { HttpReply, HttpRequest } from '../marketo/http.ts';
import type { Behind, NextPage } from '../message/relay-state.ts';
import type { WaitCode } from '../settings/relay-codes.ts';
import type { Verdict } from './judge/verdict.ts';
import type { WorkItem } from './work-item.ts';

/** One HTTP call as it was made: what a dead letter shows. The token is in neither half. */
interface Exchange {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly sentAtMs: number;
  /** Everything the call carried, in the order of its `input`. */
  readonly items: readonly WorkItem[];
}

/** What Marketo answered to the call that decided an item. */
interface Answer {
  readonly verdict: Verdict;
  readonly sentAtMs: number;
}

/**
 * What becomes of an item in this invocation.
 *
 * - `delivered`: Marketo has it, from this call or an earlier one.
 * - `requeue`: it goes back to the queue. `wait`: for a limit, which is no attempt; `retry`: after a failure that may pass.
 * - `dead`: it goes to the dead-letter queue.
 */
type Outcome =
  /** `answer` is absent where an earlier copy of the message was delivered. */
  | { readonly kind: 'delivered'; readonly answer?: Answer }
  | {
      readonly kind: 'requeue';
      readonly reason: 'wait' | 'retry';
      /** Marketo's code, or one of the relay's own: a `WaitCode`, or a `RelayCode` that leads to a retry. */
      readonly code: string;
      readonly delayMs: number;
      /** The next call of this message is shared by so many messages at most: isolation goes on from there. */
      readonly shareAtMost?: number;
      /** The next calls of this message hold so many of its records at most. */
      readonly recordsAtMost?: number;
      /** The call was refused for its token so often, and is still to be made anew. */
      readonly tokenTries?: number;
      /** It waits for its turn, behind so many. */
      readonly behind?: Behind;
      /** The page of a read that comes next. */
      readonly page?: NextPage;
      /** The call that failed carried this message alone, or the failure is its record's own. */
      readonly alone?: true;
      /** Marketo is not known to work, so nothing is counted, and nothing grows older. */
      readonly outage?: true;
      /** Marketo may have executed it all the same. */
      readonly mayBeDone?: true;
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

/** Of what waits for its turn behind an earlier message of its key: in its batch, or on the queue. */
const BEHIND_ANOTHER = 'order' satisfies WaitCode;

type RequeueOutcome = Extract<Outcome, { readonly kind: 'requeue' }>;
type DeadOutcome = Extract<Outcome, { readonly kind: 'dead' }>;
type Outcomes = ReadonlyMap<WorkItem, Outcome>;

const NO_OUTCOMES: Outcomes = new Map();

/** One outcome for all of these items. */
function sameOutcome(items: readonly WorkItem[], outcome: Outcome): Outcomes {
  return new Map(items.map((item) => [item, outcome]));
}

export type { Answer, DeadOutcome, Exchange, Outcome, Outcomes, RequeueOutcome };
export { BEHIND_ANOTHER, NO_OUTCOMES, sameOutcome };
