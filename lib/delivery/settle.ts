import { failureFromCatalogue, failureFromRelay } from '../deadletter/failure.ts';
import { buildLetter } from '../deadletter/letter.ts';
import { RELAY_CODES } from '../deadletter/relay-codes.ts';
import type { DeadLetter, Failure, FailureDetail, RelayCode } from '../deadletter/types.ts';
import { entryFor } from '../marketo/catalogue/catalogue.ts';
import type { Secret } from '../marketo/secret.ts';
import { bodyWith, type Message } from '../message/message.ts';
import { fitsAsCopy } from '../message/message-size.ts';
import type { OutgoingMessage } from '../message/queue.ts';
import { encodeRelayState } from '../message/relay-attribute.ts';
import { MAX_HISTORY, RELAY_ATTRIBUTE, type RelayState } from '../message/relay-state.ts';
import { toDelaySeconds } from './delays.ts';
import type { Item } from './item.ts';
import type { Outcome } from './outcome.ts';
import { ownExchange } from './own-exchange.ts';

/** An item with what becomes of it. */
type Settled<K extends Outcome['kind']> = readonly (readonly [Item, Extract<Outcome, { kind: K }>])[];

/**
 * How often a message that cannot be copied is held before it is given up: its attempts cannot be written on it. Less
 * than the least `maxReceiveCount` of the redrive policy, which would give it up without a letter.
 */
const MAX_HOLDS = 4;
/** SQS: a message stays invisible for 12 hours at most, from its first receive. */
const MAX_HOLD_SECONDS = 40_000;

/** What must be accepted elsewhere before a message may be acknowledged. */
interface Settlement {
  readonly message: Message;
  readonly letter?: DeadLetter;
  /** Its records that go back to the queue, as a message of their own. */
  readonly copy?: OutgoingMessage;
  /** Held back by its visibility timeout instead, since SQS would not take a copy. */
  readonly holdSeconds?: number;
  readonly counts: { readonly delivered: number; readonly dead: number; readonly again: number };
  readonly again?: { readonly reason: 'wait' | 'retry'; readonly code: string };
}

interface SettleContext {
  readonly nowMs: number;
  readonly secrets: readonly Secret[];
  /** The part that a copy with fewer records belongs to. */
  partAfter(message: Message, someDelivered: boolean): number;
}

/** No message is kept longer, whatever it waits for: every copy starts SQS's retention of 14 days anew. */
const LONGEST_LIFE_MS = 13 * 86_400_000;
const RELAY_CODE_NAMES = new Set(Object.keys(RELAY_CODES));

/** Works out, from the outcomes of its items, what is to be written for one message. Pure. */
function settlementOf(
  message: Message,
  outcomes: readonly (readonly [Item, Outcome])[],
  context: SettleContext,
): Settlement {
  const delivered = outcomes.filter(([, outcome]) => outcome.kind === 'delivered');
  let dead = only(outcomes, 'dead');
  let again = only(outcomes, 'again');
  const isTooOld = context.nowMs - message.state.firstSeenMs > LONGEST_LIFE_MS;
  if (again.length > 0 && isTooOld) {
    dead = [...dead, ...again.map(([item, outcome]) => [item, tooOld(outcome.code, 'it is 13 days old')] as const)];
    again = [];
  }
  if (again.length > 0) {
    const isPartial = delivered.length + dead.length > 0;
    const copy = copyOf(message, again, isPartial, context);
    if (fitsAsCopy(copy)) return withLetter(message, delivered.length, dead, again, { copy }, context);
    const { receiveCount } = message.record;
    if (!isPartial && receiveCount <= MAX_HOLDS) {
      const holdSeconds = Math.min(MAX_HOLD_SECONDS, Math.max(1, copy.delaySeconds) * 2 ** (receiveCount - 1));
      return withLetter(message, 0, dead, again, { holdSeconds }, context);
    }
    // Some of it is done, and SQS has no room for what says so: kept whole, it would be done again.
    const why = isPartial
      ? 'what is left of it does not fit a message of its own, with ten attributes or 1 MiB'
      : `it cannot be copied, with ten attributes or 1 MiB, and was held back ${MAX_HOLDS} times`;
    dead = [...dead, ...again.map(([item, outcome]) => [item, tooOld(outcome.code, why)] as const)];
    again = [];
  }
  return withLetter(message, delivered.length, dead, again, {}, context);
}

function only<K extends Outcome['kind']>(outcomes: readonly (readonly [Item, Outcome])[], kind: K): Settled<K> {
  return outcomes.filter((entry): entry is [Item, Extract<Outcome, { kind: K }>] => entry[1].kind === kind);
}

function tooOld(code: string, why: string): Extract<Outcome, { kind: 'dead' }> {
  const verdict = {
    rule: { kind: 'reject' },
    code: 'ageExhausted',
    level: 'relay',
    message: `given up while waiting (${code}): ${why}`,
    errors: [],
    executed: 'no',
    counted: false,
  } as const;
  return { kind: 'dead', verdict, outcomeUnknown: false, tried: false };
}

function withLetter(
  message: Message,
  delivered: number,
  dead: Settled<'dead'>,
  again: Settled<'again'>,
  rest: Pick<Settlement, 'copy' | 'holdSeconds'>,
  context: SettleContext,
): Settlement {
  const [first] = again;
  return {
    message,
    ...(dead.length > 0 && { letter: letterOf(message, dead, context) }),
    ...rest,
    counts: { delivered, dead: dead.length, again: again.length },
    ...(first && {
      again: { reason: again.some(([, one]) => one.reason === 'retry') ? 'retry' : 'wait', code: first[1].code },
    }),
  };
}

/** The message's state after this invocation. */
function nextState(message: Message, again: Settled<'again'>, isPartial: boolean, context: SettleContext): RelayState {
  const { state, records } = message;
  const failed = again.find(([, outcome]) => outcome.reason === 'retry');
  const last = (failed ?? again[0])?.[1];
  const share = again.flatMap(([, outcome]) => outcome.shareAtMost ?? []);
  const positions = isPartial ? again.flatMap(([item]) => item.record?.position ?? []) : state.positions;
  const { shareAtMost: _, ...kept } = state;
  return {
    ...kept,
    attempts: state.attempts + (failed ? 1 : 0),
    ...(failed && { firstFailedMs: state.firstFailedMs ?? context.nowMs }),
    ...(last && { lastCode: last.code }),
    history: failed
      ? [...state.history, { atMs: context.nowMs, code: failed[1].code }].slice(-MAX_HISTORY)
      : state.history,
    ...(positions && records && { positions }),
    part: context.partAfter(message, isPartial),
    ...(share.length > 0 && { shareAtMost: Math.min(...share) }),
  };
}

function copyOf(
  message: Message,
  again: Settled<'again'>,
  isPartial: boolean,
  context: SettleContext,
): OutgoingMessage {
  const positions = new Set(again.flatMap(([item]) => item.record?.position ?? []));
  const state = nextState(message, again, isPartial, context);
  return {
    body: bodyWith(message, positions),
    attributes: { ...message.record.attributes, [RELAY_ATTRIBUTE]: encodeRelayState(state) },
    delaySeconds: toDelaySeconds(Math.max(...again.map(([, outcome]) => outcome.delayMs))),
  };
}

function letterOf(message: Message, dead: Settled<'dead'>, context: SettleContext): DeadLetter {
  const [first] = dead;
  if (first === undefined) throw new Error('a letter needs a dead item');
  const outcome = dead.find(([, one]) => one.outcomeUnknown)?.[1] ?? first[1];
  const positions = message.records && new Set(dead.flatMap(([item]) => item.record?.position ?? []));
  const tried = dead.some(([, one]) => one.tried);
  const { exchange } = outcome;
  const state = {
    ...message.state,
    attempts: message.state.attempts + (tried ? 1 : 0),
    history: tried
      ? [...message.state.history, { atMs: exchange?.sentAtMs ?? context.nowMs, code: outcome.verdict.code }]
      : message.state.history,
  };
  return buildLetter({
    message: { ...message, state },
    failure: failureOf(dead, outcome, state),
    ...(positions && { positions }),
    ...(exchange && ownExchange(exchange, message, positions)),
    secrets: context.secrets,
  });
}

function failureOf(dead: Settled<'dead'>, outcome: Extract<Outcome, { kind: 'dead' }>, state: RelayState): Failure {
  const { verdict, outcomeUnknown, gaveUp, exchange } = outcome;
  const errors = dead.flatMap(([item, one]): FailureDetail[] =>
    one.verdict.errors.map((error) => ({ ...(item.record && { position: item.record.position }), ...error })),
  );
  const facts = {
    message: verdict.message,
    state,
    ...(exchange && { lastTriedMs: exchange.sentAtMs }),
    ...(verdict.requestId !== undefined && { requestId: verdict.requestId }),
    ...(errors.length > 1 && { details: errors }),
    outcomeUnknown,
  };
  const entry = verdict.level === 'relay' ? undefined : entryFor(verdict.code, verdict.level);
  if (gaveUp !== undefined) {
    const message = `gave up after ${state.attempts} attempts: ${verdict.code} ${verdict.message}`;
    return failureFromRelay(gaveUp === 'age' ? 'ageExhausted' : 'attemptsExhausted', { ...facts, message }, entry);
  }
  if (entry === undefined || (outcomeUnknown && verdict.executed === 'unknown')) {
    const isOwnCode = entry === undefined && !outcomeUnknown && RELAY_CODE_NAMES.has(verdict.code);
    const code = isOwnCode ? (verdict.code as RelayCode) : 'outcomeUnknown';
    return failureFromRelay(code, { ...facts, message: verdict.message || verdict.code }, entry);
  }
  return { ...failureFromCatalogue(entry, facts), level: verdict.level };
}

export type { SettleContext, Settlement };
export { settlementOf };
