import type { JournalEntry } from '../../journal/entry.ts';
import type { ReceivedMessage } from '../../message/queue.ts';
import type { RelayState } from '../../message/relay-state.ts';
import type { DeadLetterCode } from '../../settings/relay-codes.ts';
import type { Outcome } from '../outcome.ts';
import type { WorkItem } from '../work-item.ts';

type Facts = Pick<
  JournalEntry,
  'outcome' | 'code' | 'attempts' | 'sentAtMs' | 'requestId' | 'objects' | 'outcomeUnknown'
>;

/** The journal's entries for the items of a message that is settled, in the order of its records. */
function journalEntriesOf(outcomes: readonly (readonly [WorkItem, Outcome])[], nowMs: number): readonly JournalEntry[] {
  return outcomes
    .map(([item, outcome]) => journalEntryOf(item, outcome, nowMs))
    .toSorted((one, other) => (one.position ?? 0) - (other.position ?? 0));
}

function journalEntryOf({ message, record, keys, stripped }: WorkItem, outcome: Outcome, nowMs: number): JournalEntry {
  const { state, received, endpoint, idempotent } = message;
  return {
    ...copyOf(state, received),
    ...(record && { position: record.position }),
    operation: endpoint.operation,
    idempotent,
    settledAtMs: nowMs,
    ...factsOf(outcome, state.attempts),
    ...(stripped && { stripped }),
    keys,
  };
}

/** The journal's entry for a message that is dead without having become a request. */
function unreadEntryOf(
  { state, received }: { readonly state: RelayState; readonly received: ReceivedMessage },
  code: DeadLetterCode,
  nowMs: number,
): JournalEntry {
  return {
    ...copyOf(state, received),
    operation: 'unknown',
    idempotent: false,
    settledAtMs: nowMs,
    outcome: 'dead',
    code,
    attempts: state.attempts,
    keys: [],
  };
}

function copyOf(
  { relayId, part, firstSeenMs, group }: RelayState,
  { messageId, receiveCount }: ReceivedMessage,
): Pick<JournalEntry, 'relayId' | 'messageId' | 'receiveCount' | 'suspect' | 'part' | 'publishedAtMs'> {
  const suspect = receiveCount > 1 || group !== undefined;
  return { relayId, messageId, receiveCount, ...(suspect && { suspect }), part, publishedAtMs: firstSeenMs };
}

function factsOf(outcome: Outcome, attempts: number): Facts {
  switch (outcome.kind) {
    case 'delivered': {
      const { answer } = outcome;
      if (answer === undefined) return { outcome: 'delivered', code: 'ok', attempts };
      const { verdict, sentAtMs } = answer;
      return { outcome: 'delivered', code: verdict.code, attempts: attempts + 1, sentAtMs, ...said(verdict) };
    }
    case 'requeue': {
      const { reason, code } = outcome;
      return { outcome: 'requeued', code, attempts: attempts + (reason === 'retry' ? 1 : 0) };
    }
    case 'dead': {
      const { verdict, exchange, tried, outcomeUnknown } = outcome;
      return {
        outcome: 'dead',
        code: verdict.code,
        attempts: attempts + (tried ? 1 : 0),
        ...(exchange && { sentAtMs: exchange.sentAtMs }),
        ...said(verdict),
        ...(outcomeUnknown && { outcomeUnknown: true as const }),
      };
    }
  }
}

function said({
  requestId,
  objects,
}: Pick<JournalEntry, 'requestId' | 'objects'>): Pick<Facts, 'requestId' | 'objects'> {
  return { ...(requestId !== undefined && { requestId }), ...(objects && { objects }) };
}

export { journalEntriesOf, unreadEntryOf };
