import type { CatalogueEntry, VerdictRule } from '../marketo/catalogue/types.ts';
import { shorten } from '../message/json-text.ts';
import type { MessageProblem } from '../message/problem.ts';
import type { RelayState } from '../message/relay-state.ts';
import { CHECK_AND_SEND_ANYWAY, type DeadLetterCode, RELAY_CODES } from '../settings/relay-codes.ts';
import type { Failure, FailureDetail } from './types.ts';

/** What is known of a failure beside its code. */
interface FailureFacts {
  /** What Marketo said, or what the relay has to add to the code's meaning. */
  readonly message: string;
  /** As it stands after the failed attempt. */
  readonly state: RelayState;
  readonly lastTriedMs?: number;
  readonly requestId?: string;
  readonly details?: readonly FailureDetail[];
  /** Overrules what the code says. */
  readonly retriable?: boolean;
  readonly outcomeUnknown?: boolean;
}

/** Room for a hundred problems of a message, far more than Marketo ever says. */
const MAX_MESSAGE_LENGTH = 32_000;
const MAX_DETAILS = 1_000;
const MAX_DETAIL_LENGTH = 1_000;

/** A failure that Marketo reported. */
function failureFromCatalogue(entry: CatalogueEntry, facts: FailureFacts): Failure {
  const outcomeUnknown = facts.outcomeUnknown ?? false;
  return {
    level: entry.level,
    code: entry.code,
    name: entry.name,
    message: shorten(facts.message, MAX_MESSAGE_LENGTH),
    meaning: entry.meaning,
    remedy: outcomeUnknown ? `${CHECK_AND_SEND_ANYWAY} About the code: ${entry.remedy}` : entry.remedy,
    retriable: facts.retriable ?? (!outcomeUnknown && passes(entry.verdict)),
    outcomeUnknown,
    ...commonOf(facts),
  };
}

/**
 * A failure that is the relay's own decision.
 *
 * @param last - what Marketo said last, when a budget ran out over it: its remedy is part of the answer
 */
function failureFromRelay(code: DeadLetterCode, facts: FailureFacts, last?: CatalogueEntry): Failure {
  const entry = RELAY_CODES[code];
  const outcomeUnknown = facts.outcomeUnknown ?? entry.outcomeUnknown;
  const remedies = [
    ...(outcomeUnknown && !entry.outcomeUnknown ? [CHECK_AND_SEND_ANYWAY] : []),
    entry.remedy,
    ...(last === undefined ? [] : [`The last reason was ${last.code} (${last.name}): ${last.remedy}`]),
  ];
  return {
    level: entry.level,
    code,
    name: entry.name,
    message: shorten(facts.message, MAX_MESSAGE_LENGTH),
    meaning: entry.meaning,
    remedy: remedies.join(' '),
    retriable: facts.retriable ?? (!outcomeUnknown && entry.retriable),
    outcomeUnknown,
    ...commonOf(facts),
  };
}

/** A message that was never sent, with every problem in one text, a line each. */
function failureFromProblems(problems: readonly MessageProblem[], state: RelayState): Failure {
  const lines = problems.map(({ path, expected }) => `${path === '' ? 'the message' : path}: expected ${expected}`);
  return failureFromRelay('invalidMessage', { message: lines.join('\n'), state });
}

function commonOf({ state, lastTriedMs, requestId, details }: FailureFacts) {
  return {
    attempts: state.attempts,
    firstSeen: new Date(state.firstSeenMs).toISOString(),
    ...(lastTriedMs === undefined ? {} : { lastTried: new Date(lastTriedMs).toISOString() }),
    ...(requestId === undefined ? {} : { requestId: shorten(requestId, 200) }),
    ...(details === undefined || details.length === 0 ? {} : { details: boundedDetails(details) }),
  };
}

function boundedDetails(details: readonly FailureDetail[]): readonly FailureDetail[] {
  const kept = details.slice(0, MAX_DETAILS).map((detail) => ({
    ...detail,
    code: shorten(detail.code, 100),
    message: shorten(detail.message, MAX_DETAIL_LENGTH),
  }));
  const left = details.length - kept.length;
  return left === 0 ? kept : [...kept, { code: 'more', message: `and ${left} more; the response has them all` }];
}

/** Whether the verdict expects the cause to go away by itself. */
function passes(verdict: VerdictRule): boolean {
  switch (verdict.kind) {
    case 'wait':
    case 'retry':
    case 'reauthenticate':
    case 'stop':
      return true;
    case 'delivered':
    case 'reshape':
    case 'isolate':
    case 'reject':
      return false;
  }
}

export type { FailureFacts };
export { failureFromCatalogue, failureFromProblems, failureFromRelay };
