import { bodyWith, type Message } from '../../message/message.ts';
import type { OutgoingMessage } from '../../message/queue.ts';
import { encodeRelayState } from '../../message/relay-attribute.ts';
import { MAX_HISTORY, RELAY_ATTRIBUTE, type RelayState } from '../../message/relay-state.ts';
import type { OrderState } from '../order/order-session.ts';
import { behindAll } from '../order/wait-behind.ts';
import { BEHIND_ANOTHER, type RequeueOutcome } from '../outcome.ts';
import type { Requeued } from './retry-delays.ts';
import { waitsForTheLine } from './waits-for-the-line.ts';

interface RetryMessageInput {
  readonly message: Message;
  /** In the order of the message's records. */
  readonly requeued: Requeued;
  /** Whether records of it are delivered or dead: the retry message holds only the others. */
  readonly isPartial: boolean;
  readonly delaySeconds: number;
  readonly nowMs: number;
  /** What its order needs to be remembered; undefined where it has none. */
  readonly order?: OrderState | undefined;
}

/** What is requeued: the records that are still to deliver, and what the relay must remember of the message. */
function retryMessageOf(input: RetryMessageInput): OutgoingMessage {
  const { message, requeued, delaySeconds } = input;
  const positions = new Set(requeued.flatMap(([item]) => item.record?.position ?? []));
  return {
    body: bodyWith(message, positions),
    attributes: { ...message.received.attributes, [RELAY_ATTRIBUTE]: encodeRelayState(nextState(input)) },
    delaySeconds,
  };
}

function nextState(input: RetryMessageInput): RelayState {
  const { message, requeued, isPartial, nowMs } = input;
  const { state, records } = message;
  const failed = requeued.find(([, outcome]) => outcome.reason === 'retry');
  const last = (failed ?? requeued[0])?.[1];
  const outcomes = requeued.map(([, outcome]) => outcome);
  const firstFailedMs = ageFrom(input, outcomes);
  // What isolation found out of a shared call's fault holds until the message is delivered, however often it must wait.
  const shares = [state, ...outcomes].flatMap((one) => one.shareAtMost ?? []);
  const sizes = [state, ...outcomes].flatMap((one) => one.recordsAtMost ?? []);
  const positions = isPartial ? requeued.flatMap(([item]) => item.record?.position ?? []) : state.positions;
  const tokenTries = Math.max(0, ...outcomes.map((outcome) => outcome.tokenTries ?? 0));
  const page = outcomes.find((outcome) => outcome.page !== undefined)?.page ?? state.page;
  const behind = behindAll(
    outcomes.flatMap((outcome) => outcome.behind ?? []),
    state.behind,
  );
  const { tokenTries: _, markedUntilMs: __, behind: ___, ...known } = state;
  return {
    // A call was made of it, and the worker lives. What only waits is as suspect as before.
    ...(failed ? withoutSuspicion(known) : known),
    ...(tokenTries > 0 && { tokenTries }),
    attempts: state.attempts + (failed ? 1 : 0),
    attemptsAlone: state.attemptsAlone + (outcomes.some(({ reason, alone }) => reason === 'retry' && alone) ? 1 : 0),
    ...(outcomes.some(({ mayBeDone }) => mayBeDone) && { mayBeDone: true as const }),
    ...(firstFailedMs !== undefined && { firstFailedMs }),
    ...(last && { lastCode: last.code }),
    history: failed ? [...state.history, { atMs: nowMs, code: failed[1].code }].slice(-MAX_HISTORY) : state.history,
    ...(positions && records && { positions }),
    ...(page && { page }),
    part: state.part + (isPartial ? 1 : 0),
    ...input.order,
    ...(behind && { behind }),
    ...(shares.length > 0 && { shareAtMost: Math.min(...shares) }),
    ...(sizes.length > 0 && { recordsAtMost: Math.min(...sizes) }),
  };
}

/** Since when the age budget counts: what a message cannot help does not make it older. Undefined while nothing has failed. */
function ageFrom(
  { message: { state }, delaySeconds, nowMs }: RetryMessageInput,
  outcomes: readonly RequeueOutcome[],
): number | undefined {
  const { firstFailedMs } = state;
  const failsByItself = outcomes.some(({ reason, code }) => reason === 'retry' || code === 'operationPaused');
  if (failsByItself) return firstFailedMs ?? nowMs;
  const standsStill = outcomes.some((outcome) => waitsForTheLine(outcome) || outcome.code === BEHIND_ANOTHER);
  return firstFailedMs !== undefined && standsStill
    ? Math.min(nowMs, firstFailedMs + delaySeconds * 1_000)
    : firstFailedMs;
}

function withoutSuspicion({ group: _, diedAlone: __, ...rest }: RelayState): RelayState {
  return rest;
}

export type { RetryMessageInput };
export { retryMessageOf };
