import { bodyWith, type Message } from '../../message/message.ts';
import type { OutgoingMessage } from '../../message/queue.ts';
import { encodeRelayState } from '../../message/relay-attribute.ts';
import { MAX_HISTORY, RELAY_ATTRIBUTE, type RelayState } from '../../message/relay-state.ts';
import type { Requeued } from './retry-delays.ts';

interface RetryMessageInput {
  readonly message: Message;
  /** In the order of the message's records. */
  readonly requeued: Requeued;
  /** Whether records of it are delivered or dead: the retry message holds only the others. */
  readonly isPartial: boolean;
  readonly delaySeconds: number;
  readonly nowMs: number;
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

function nextState({ message, requeued, isPartial, nowMs }: RetryMessageInput): RelayState {
  const { state, records } = message;
  const failed = requeued.find(([, outcome]) => outcome.reason === 'retry');
  const last = (failed ?? requeued[0])?.[1];
  // What isolation found out of a shared call's fault holds until the message is delivered, however often it must wait.
  const shares = [state, ...requeued.map(([, outcome]) => outcome)].flatMap((one) => one.shareAtMost ?? []);
  const positions = isPartial ? requeued.flatMap(([item]) => item.record?.position ?? []) : state.positions;
  return {
    // A call was made of it, and the worker lives. What only waits is as suspect as before.
    ...(failed ? withoutSuspicion(state) : state),
    attempts: state.attempts + (failed ? 1 : 0),
    ...(failed && { firstFailedMs: state.firstFailedMs ?? nowMs }),
    ...(last && { lastCode: last.code }),
    history: failed ? [...state.history, { atMs: nowMs, code: failed[1].code }].slice(-MAX_HISTORY) : state.history,
    ...(positions && records && { positions }),
    part: state.part + (isPartial ? 1 : 0),
    ...(shares.length > 0 && { shareAtMost: Math.min(...shares) }),
  };
}

function withoutSuspicion({ group: _, diedAlone: __, ...rest }: RelayState): RelayState {
  return rest;
}

export type { RetryMessageInput };
export { retryMessageOf };
