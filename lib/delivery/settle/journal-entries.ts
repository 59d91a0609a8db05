import type { JournalEntry } from '../../journal/entry.ts';
import type { RelayState } from '../../message/relay-state.ts';
import type { DeadLetterCode } from '../../settings/relay-codes.ts';
import type { Outcome } from '../outcome.ts';
import type { WorkItem } from '../work-item.ts';

type Facts = Pick<
  JournalEntry,
  'outcome' | 'code' | 'attempts' | 'sentAtMs' | 'requestId' | 'objects' | 'outcomeUnknown'
>;

/** The journal's entry for an item that is settled. */
function journalEntryOf({ message, record, keys }: WorkItem, outcome: Outcome, nowMs: number): JournalEntry {
  const { state, endpoint, idempotent } = message;
  return {
    relayId: state.relayId,
    part: state.part,
    ...(record && { position: record.position }),
    operation: endpoint.operation,
    idempotent,
    publishedAtMs: state.firstSeenMs,
    settledAtMs: nowMs,
    ...factsOf(outcome, state.attempts),
    keys,
  };
}

/** The journal's entry for a message that is dead without having become a request. */
function unreadEntryOf({ state }: { readonly state: RelayState }, code: DeadLetterCode, nowMs: number): JournalEntry {
  return {
    relayId: state.relayId,
    part: state.part,
    operation: 'unknown',
    idempotent: false,
    publishedAtMs: state.firstSeenMs,
    settledAtMs: nowMs,
    outcome: 'dead',
    code,
    attempts: state.attempts,
    keys: [],
  };
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

export { journalEntryOf, unreadEntryOf };
