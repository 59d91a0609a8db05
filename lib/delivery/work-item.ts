import { keysOf } from '../marketo/endpoints/endpoints.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { JsonObject, MarketoRequest } from '../marketo/request.ts';
import type { Message, MessageRecord } from '../message/message.ts';
import type { NextPage } from '../message/relay-state.ts';
import type { Part } from './plan/isolation.ts';
import { type Group, groupOf } from './plan/request-group.ts';

/**
 * The least that a verdict is about: one record of a message, or a whole message whose `result` does not answer its
 * `input` entry by entry.
 */
interface WorkItem {
  readonly message: Message;
  readonly record?: MessageRecord;
  /**
   * What it changes. Two items with a key in common are never in flight together and never change their order, unless both
   * only set it: then they may share a call, and neither waits for the other.
   */
  readonly keys: readonly string[];
  /** Those of `keys` that it gives an object which Marketo finds by another key. */
  readonly setKeys: readonly string[];
  /** Which items it can share a call with; undefined for a whole message, which shares with none. */
  readonly group?: Group;
  /** The size of the record as JSON, in bytes of UTF-8; of the only one of a small message, the message's. 0 for a whole message. */
  readonly bytes: number;
  /** Fields that it is sent without, because Marketo does not have them. */
  readonly stripped?: readonly string[];
  /** What is sent in place of its record. The record itself stays what it is: its place in the message goes by it. */
  readonly sentAs?: JsonObject;
  /** Of a whole message: what is sent in place of its own request. */
  readonly request?: MarketoRequest;
}

/** One HTTP request to Marketo, as planned: it carries the items of one message or of many. */
interface Call {
  readonly items: readonly WorkItem[];
  readonly request: MarketoRequest;
  /** How often it was made anew because its token was refused: more than once, the age of a token does not explain it. */
  readonly tokenTries: number;
  /** True for a part of a call that failed as a whole: its messages stay in parts so small when they are requeued. */
  readonly isPart: boolean;
  /** Of a part that isolation asked for. */
  readonly part?: Part;
  /** It shows a kind of fault that is proven, and goes after those that may well succeed. */
  readonly isApart?: true;
  /** True for a read in the other form, because the one that the relay gave it was refused: see `otherRead`. */
  readonly isOtherRead?: true;
  /** Of a read: the page that it asks for, when it is not the first. */
  readonly page?: NextPage;
}

function toWorkItems(message: Message): readonly WorkItem[] {
  const { request, endpoint, records } = message;
  if (records === undefined) return [{ message, keys: keysOf(request, endpoint), setKeys: [], bytes: 0 }];
  const group = groupOf(message);
  return records.map((record) => ({
    message,
    record,
    group,
    keys: record.keys.set.length === 0 ? record.keys.found : [...record.keys.found, ...record.keys.set],
    setKeys: record.keys.set,
    bytes: records.length === 1 ? bytesOfOnly(record, message) : bytesOf(record),
  }));
}

/** 300 of them are a call of a megabyte: below that, no call is smaller for what stands around a record in its message. */
const SMALL_BODY_BYTES = 3_000;
/** A number with an exponent can become longer: `1e20`. Nothing else does. */
const MAY_HAVE_EXPONENT = /\d[eE]/;

/** Nearly every message is small: its record has no more bytes than itself, and is not written only to be measured. */
function bytesOfOnly(record: MessageRecord, { originalBody }: Message): number {
  const bytes = originalBody.length <= SMALL_BODY_BYTES ? Buffer.byteLength(originalBody) : Number.POSITIVE_INFINITY;
  return bytes <= SMALL_BODY_BYTES && !MAY_HAVE_EXPONENT.test(originalBody) ? bytes : bytesOf(record);
}

function bytesOf({ value }: MessageRecord): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * The keys of some items, to ask of one behind them in the queue: has it a key in common with them that one of the two
 * finds its object by?
 */
interface KeysAhead {
  add(item: WorkItem): void;
  hold(item: WorkItem): boolean;
}

function createKeysAhead(): KeysAhead {
  const found = new Set<string>();
  const set = new Set<string>();
  return {
    add({ keys, setKeys }) {
      for (const key of keys) (setKeys.includes(key) ? set : found).add(key);
    },
    hold: ({ keys, setKeys }) => keys.some((key) => found.has(key) || (set.has(key) && !setKeys.includes(key))),
  };
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
export { createKeysAhead, endpointOf, messagesOf, toWorkItems };
