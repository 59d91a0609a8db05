import { keysOf } from '../marketo/endpoints/endpoints.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import type { Message, MessageRecord } from '../message/message.ts';

/**
 * The least that a verdict speaks of: one record of a message, or a whole message whose `result` does not answer its
 * `input` entry by entry.
 */
interface WorkItem {
  readonly message: Message;
  readonly record?: MessageRecord;
  /** What it changes: no two items with a key in common are ever in flight together, nor swap order. */
  readonly keys: readonly string[];
  /** The record as JSON, in bytes of UTF-8. 0 for a whole message. */
  readonly bytes: number;
}

/** One HTTP request to Marketo, planned: it carries the items of one message or of many. */
interface Call {
  readonly items: readonly WorkItem[];
  readonly request: MarketoRequest;
  /** True once its token was replaced: a second refusal is not the token's age. */
  readonly reauthenticated: boolean;
  /** True for a part of a call that failed as a whole: if it goes back to the queue, its messages stay in parts so small. */
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

export type { Call, WorkItem };
export { messagesOf, toWorkItems };
