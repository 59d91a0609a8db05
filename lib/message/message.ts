import type { RecordKeys } from '../marketo/endpoints/keys.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { JsonObject, MarketoRequest } from '../marketo/request.ts';
import type { IsolationUnit } from '../settings/parse.ts';
import type { FilePointer } from './file-pointer.ts';
import { toJsonText } from './json-text.ts';
import type { MessageProblem } from './problem.ts';
import type { ReceivedMessage } from './queue.ts';
import type { RelayState } from './relay-state.ts';
import type { WantedResult } from './wanted-result.ts';

/** One entry of `input`. `position` is its place in the `input` that the publisher wrote, whatever was delivered since. */
interface MessageRecord {
  readonly position: number;
  readonly value: JsonObject;
  readonly keys: RecordKeys;
}

/** A checked message: one Marketo request and what the relay remembers of it. */
interface Message {
  /** As received; for a dead letter that was put back, with the attributes of the message it was made from. */
  readonly received: ReceivedMessage;
  readonly state: RelayState;
  readonly request: MarketoRequest;
  /** Of an import: where its rows are. */
  readonly file?: FilePointer;
  readonly endpoint: Endpoint;
  /** The publisher's own word when given, else the catalogue's. */
  readonly idempotent: boolean;
  /** What the publisher wants to be told of it. */
  readonly wanted: WantedResult;
  /** Past this instant the message is dead-lettered instead of sent. */
  readonly notAfterMs?: number;
  /**
   * What is told apart when a call fails as a whole: its records, where Marketo answers them one by one and may be asked
   * again, or nothing less than the message.
   */
  readonly isolatedBy: IsolationUnit;
  /** Undefined where `result` does not answer `input` entry by entry, and the message stands or falls as a whole. */
  readonly records: readonly MessageRecord[] | undefined;
  /** The publisher's body: what copies and letters carry. Not `received.body`, which may be a dead letter around it. */
  readonly originalBody: string;
}

/** Where the whole of a dead letter lies that was too large for SQS. */
interface OverflowPointer {
  readonly bucket: string;
  readonly key: string;
}

/** What a queue record turned out to be. */
type Intake =
  | { readonly kind: 'message'; readonly message: Message }
  | {
      readonly kind: 'invalid';
      readonly received: ReceivedMessage;
      readonly state: RelayState;
      readonly originalBody: string;
      readonly problems: readonly MessageProblem[];
    }
  | {
      /**
       * A dead letter put back whose message was cut out of it. The caller fetches the object, at most once, and reads
       * `{ ...received, body: fetched }`; when that fails it dead-letters the message as invalid.
       */
      readonly kind: 'overflowed';
      readonly received: ReceivedMessage;
      readonly state: RelayState;
      readonly originalBody: string;
      readonly pointer: OverflowPointer;
    };

/**
 * The body of a message that holds only some of its records: for the copy that goes back, or the letter of the rejected.
 * The original text, unchanged, when that is all of them.
 *
 * @param positions - in the original `input`, as in {@link MessageRecord}
 */
function bodyWith(message: Pick<Message, 'originalBody' | 'records'>, positions: ReadonlySet<number>): string {
  const kept = (message.records ?? []).filter((record) => positions.has(record.position));
  if (message.records === undefined || kept.length === message.records.length) return message.originalBody;
  const whole = JSON.parse(message.originalBody) as { body?: JsonObject };
  return toJsonText({ ...whole, body: { ...whole.body, input: kept.map((record) => record.value) } });
}

export type { Intake, Message, MessageRecord, OverflowPointer };
export { bodyWith };
