import { keysOf } from '../marketo/endpoints/endpoints.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import type { Message, MessageRecord } from '../message/message.ts';

/**
 * The least that a verdict is about: one record of a message, or a whole message whose `result` does not answer its
 * `input` entry by entry.
 */
interface WorkItem {
  readonly message: Message;
  readonly record?: MessageRecord;
  /** What it changes. Two items with a key in common are never in flight together and never change their order. */
  readonly keys: readonly string[];
  /** The size of the record as JSON, in bytes of UTF-8. 0 for a whole message. */
  readonly bytes: number;
}

/** One HTTP request to Marketo, as planned: it carries the items of one message or of many. */
interface Call {
  readonly items: readonly WorkItem[];
  readonly request: MarketoRequest;
  /** How often it was made anew because its token was refused: more than once, the age of a token does not explain it. */
  readonly tokenTries: number;
  /** True for a part of a call that failed as a whole: its messages stay in parts so small when they are requeued. */
  readonly isPart: boolean;
}

function toWorkItems(message: Message): readonly WorkItem[] {
  const { request, endpoint, records } = message;
  if (records === undefined) return [{ message, keys: keysOf(request, endpoint), bytes: 0 }];
  return records.map((record) => ({
    message,
    record,
    keys: record.key === undefined ? [] : [record.key],
    bytes: Buffer.byteLength(JSON.stringify(record.value)),
  }));
}

/** The messages that have items in a call, in order. */
function messagesOf(items: readonly WorkItem[]): readonly Message[] {
  return [...new Set(items.map((item) => item.message))];
}

/** All items of a call have the same endpoint. */
function endpointOf({ items: [first] }: Pick<Call, 'items'>): Endpoint {
  if (first === undefined) throw new Error('a call needs at least one item');
  return first.message.endpoint;
}

export type { Call, WorkItem };
export { endpointOf, messagesOf, toWorkItems };
