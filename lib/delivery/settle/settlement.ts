import type { DeadLetter } from '../../dead-letter/types.ts';
import type { JournalEntry } from '../../journal/entry.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { Message } from '../../message/message.ts';
import { fitsAsCopy } from '../../message/message-size.ts';
import type { OutgoingMessage } from '../../message/queue.ts';
import type { Result } from '../../results/result.ts';
import type { DeadLetterCode } from '../../settings/relay-codes.ts';
import type { OrderState } from '../order/order-session.ts';
import type { Outcome, Outcomes } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';
import { type DeadItems, deadLetterOf } from './dead-letter-of.ts';
import { journalEntriesOf } from './journal-entries.ts';
import { resultOf } from './result-of.ts';
import { type Requeued, retryDelays } from './retry-delays.ts';
import { retryMessageOf } from './retry-message.ts';

const AGE_EXHAUSTED = 'ageExhausted' satisfies DeadLetterCode;

/** What must be accepted elsewhere before a message may be acknowledged. */
interface Settlement {
  readonly message: Message;
  readonly deadLetter?: DeadLetter;
  /** Its records that go back to the queue, as a message of their own. */
  readonly retryMessage?: OutgoingMessage;
  /** Its visibility timeout is extended by so much instead, because SQS would not take a retry message of it. */
  readonly visibilityTimeoutSeconds?: number;
  readonly counts: { readonly delivered: number; readonly dead: number; readonly requeued: number };
  readonly requeued?: { readonly reason: 'wait' | 'retry'; readonly code: string };
  /** What is told of it where results go. */
  readonly result?: Result;
  /** What the journal says once all of it is accepted: an entry for each item, in the order of its records. */
  readonly entries: readonly JournalEntry[];
}

interface SettleContext {
  /** Whether there is anywhere to tell what became of a message. */
  readonly sendsResults: boolean;
  /** Whether there is a journal to tell it. @default true */
  readonly keepsJournal?: boolean;
  readonly nowMs: number;
  /** What is to be remembered of the order of what goes back. */
  readonly orders?: ReadonlyMap<Message, OrderState>;
  readonly secrets: readonly Secret[];
}

type Delivered = readonly (readonly [WorkItem, Extract<Outcome, { kind: 'delivered' }>])[];

/** The outcomes of one message's items, in the order of its records. */
interface Sorted {
  readonly message: Message;
  readonly delivered: Delivered;
  readonly dead: DeadItems;
  readonly requeued: Requeued;
}

/**
 * The step "settle": works out, from the outcomes of all its items, what is to be written for each message of a batch.
 * Pure; `write.ts` does it.
 *
 * @param messages in the order of the queue.
 * @throws Error when an item has no outcome: acknowledged, it would be lost; thrown, SQS brings the whole batch again.
 * @example
 * const [settlement] = settlementsOf([message], await makeCalls([message], invocation), { nowMs, secrets });
 */
function settlementsOf(
  messages: readonly Message[],
  outcomes: Outcomes,
  context: SettleContext,
): readonly Settlement[] {
  const entries = Map.groupBy(outcomes, ([{ message }]) => message);
  const all = messages.map((message) => sortOut(message, entries.get(message) ?? [], context));
  const delays = retryDelays(new Map(all.map(({ message, requeued }) => [message, requeued])));
  return all.map((sorted) => settlementOf(sorted, delays.get(sorted.message) ?? 0, context));
}

function sortOut(
  message: Message,
  outcomes: readonly (readonly [WorkItem, Outcome])[],
  { nowMs }: SettleContext,
): Sorted {
  if (outcomes.length !== (message.records?.length ?? 1)) {
    throw new Error(`message without outcome: ${message.state.relayId}`);
  }
  const places = new Map(message.records?.map((record, index) => [record, index]));
  const placeOf = ([{ record }]: readonly [WorkItem, Outcome]): number => (record && places.get(record)) ?? 0;
  const inOrder = outcomes.toSorted((a, b) => placeOf(a) - placeOf(b));
  const requeued = only(inOrder, 'requeue');
  const sorted = { message, delivered: only(inOrder, 'delivered'), dead: only(inOrder, 'dead'), requeued };
  const isTooOld = nowMs - message.state.firstSeenMs > DELIVERY_POLICY.maxMessageAgeMs;
  return requeued.length > 0 && isTooOld ? givenUp(sorted, 'it is 13 days old') : sorted;
}

function only<K extends Outcome['kind']>(
  outcomes: readonly (readonly [WorkItem, Outcome])[],
  kind: K,
): readonly (readonly [WorkItem, Extract<Outcome, { kind: K }>])[] {
  return outcomes.filter((entry): entry is [WorkItem, Extract<Outcome, { kind: K }>] => entry[1].kind === kind);
}

/** The same with nothing to requeue: the dead letter has it instead. */
function givenUp(sorted: Sorted, why: string): Sorted {
  const dead = sorted.requeued.map(([item, { code }]): DeadItems[number] => {
    const message = `given up while waiting (${code}): ${why}`;
    const rule = { kind: 'reject' } as const;
    const verdict = { rule, code: AGE_EXHAUSTED, level: 'relay', message, errors: [], executed: 'no' } as const;
    // A worker that ended may have sent it at an earlier receive: its send-once record was not asked now.
    const { idempotent, received, state } = item.message;
    const outcomeUnknown = !idempotent && (received.receiveCount > 1 || state.group !== undefined);
    return [item, { kind: 'dead', verdict: { ...verdict, counted: false }, outcomeUnknown, tried: false }];
  });
  return { ...sorted, dead: [...sorted.dead, ...dead], requeued: [] };
}

function settlementOf(sorted: Sorted, delaySeconds: number, context: SettleContext): Settlement {
  const { message, requeued, delivered, dead } = sorted;
  if (requeued.length === 0) return written(sorted, {}, context);
  const isPartial = delivered.length + dead.length > 0;
  const order = context.orders?.get(message);
  const retryMessage = retryMessageOf({ message, requeued, isPartial, delaySeconds, nowMs: context.nowMs, order });
  if (fitsAsCopy(retryMessage)) return written(sorted, { retryMessage }, context);
  const { receiveCount } = message.received;
  if (!isPartial && receiveCount <= DELIVERY_POLICY.maxVisibilityExtensions) {
    return written(
      sorted,
      { visibilityTimeoutSeconds: visibilitySecondsOf(requeued, delaySeconds, receiveCount) },
      context,
    );
  }
  // Some of it is done, and SQS has no room for what says so: requeued whole, it would be done again.
  const why = isPartial
    ? 'what is left of it does not fit a message of its own, with ten attributes or 1 MiB'
    : `it cannot be copied, with ten attributes or 1 MiB, and was held back ${DELIVERY_POLICY.maxVisibilityExtensions} times`;
  return written(givenUp(sorted, why), {}, context);
}

/** Longer each time, since nothing can be written on the message; and as long as it must wait, beyond SQS's delay. */
function visibilitySecondsOf(requeued: Requeued, delaySeconds: number, receiveCount: number): number {
  const askedSeconds = Math.ceil(Math.max(...requeued.map(([, { delayMs }]) => delayMs)) / 1_000);
  const grownSeconds = Math.max(1, delaySeconds) * DELIVERY_POLICY.visibilityExtensionGrowth ** (receiveCount - 1);
  return Math.min(DELIVERY_POLICY.maxVisibilityExtensionSeconds, Math.max(askedSeconds, grownSeconds));
}

function written(
  { message, delivered, dead, requeued }: Sorted,
  rest: Pick<Settlement, 'retryMessage' | 'visibilityTimeoutSeconds'>,
  context: SettleContext,
): Settlement {
  const { nowMs, keepsJournal = true } = context;
  const shown = (requeued.find(([, { reason }]) => reason === 'retry') ?? requeued[0])?.[1];
  const deadLetter = dead.length > 0 ? deadLetterOf(message, dead, context) : undefined;
  const result = context.sendsResults
    ? resultOf({
        message,
        settled: [...delivered, ...dead],
        waiting: requeued.length,
        ...(deadLetter && { deadLetter }),
        nowMs,
      })
    : undefined;
  return {
    message,
    ...(deadLetter && { deadLetter }),
    ...(result && { result }),
    ...rest,
    counts: { delivered: delivered.length, dead: dead.length, requeued: requeued.length },
    entries: keepsJournal ? journalEntriesOf([...delivered, ...dead, ...requeued], nowMs) : [],
    ...(shown && { requeued: { reason: shown.reason, code: shown.code } }),
  };
}

export type { SettleContext, Settlement };
export { settlementsOf };
