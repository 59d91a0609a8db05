import { bodyWith, type Message } from '../message/message.ts';
import type { OutgoingMessage } from '../message/queue.ts';
import { encodeRelayState } from '../message/relay-attribute.ts';
import { MAX_HISTORY, RELAY_ATTRIBUTE, type RelayState } from '../message/relay-state.ts';
import type { Returned } from './return-delays.ts';

interface CopyInput {
  readonly message: Message;
  /** In the order of the message's records. */
  readonly again: Returned;
  /** Whether records of it are delivered or dead: the copy holds only the others. */
  readonly isPartial: boolean;
  readonly delaySeconds: number;
  readonly nowMs: number;
}

/** What goes back to the queue: the records that are still to deliver, and what the relay must remember of the message. */
function returnedCopy(input: CopyInput): OutgoingMessage {
  const { message, again, delaySeconds } = input;
  const positions = new Set(again.flatMap(([item]) => item.record?.position ?? []));
  return {
    body: bodyWith(message, positions),
    attributes: { ...message.record.attributes, [RELAY_ATTRIBUTE]: encodeRelayState(nextState(input)) },
    delaySeconds,
  };
}

function nextState({ message, again, isPartial, nowMs }: CopyInput): RelayState {
  const { state, records } = message;
  const failed = again.find(([, outcome]) => outcome.reason === 'retry');
  const last = (failed ?? again[0])?.[1];
  // What was learnt of a shared call's fault holds until the message is delivered, however often it must wait.
  const shares = [state, ...again.map(([, outcome]) => outcome)].flatMap((one) => one.shareAtMost ?? []);
  const positions = isPartial ? again.flatMap(([item]) => item.record?.position ?? []) : state.positions;
  return {
    ...state,
    attempts: state.attempts + (failed ? 1 : 0),
    ...(failed && { firstFailedMs: state.firstFailedMs ?? nowMs }),
    ...(last && { lastCode: last.code }),
    history: failed ? [...state.history, { atMs: nowMs, code: failed[1].code }].slice(-MAX_HISTORY) : state.history,
    ...(positions && records && { positions }),
    part: state.part + (isPartial ? 1 : 0),
    ...(shares.length > 0 && { shareAtMost: Math.min(...shares) }),
  };
}

export type { CopyInput };
export { returnedCopy };
