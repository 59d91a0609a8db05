import { MAX_BODY_BYTES } from '../../marketo/limits.ts';
import type { Message } from '../../message/message.ts';
import type { WorkItem } from '../work-item.ts';

/** What the planner knows of a message. It does not change during an invocation. */
interface Group {
  /** Requests with the same name differ only in `input`. */
  readonly name: string;
  /** UTF-8 bytes of the request's body without its records. */
  readonly frameBytes: number;
}

const groups = new WeakMap<Message, Group>();

function groupOf(message: Message): Group {
  const known = groups.get(message);
  if (known !== undefined) return known;
  const { body } = message.request;
  const group = { name: groupName(message), frameBytes: Buffer.byteLength(JSON.stringify({ ...body, input: [] })) };
  groups.set(message, group);
  return group;
}

/** The order of members means nothing to Marketo. Messages that may be repeated and those that may not are kept apart. */
function groupName({ request, idempotent, state }: Message): string {
  const { method, path, query = {}, body = {} } = request;
  const { input: _, ...rest } = body;
  return JSON.stringify([method, path, sorted(query), sorted(rest), idempotent, state.shareAtMost ?? 0]);
}

function sorted(members: object): readonly (readonly [string, unknown])[] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The size of a call with this one record, exactly as sent. */
function bytesAlone(item: WorkItem): number {
  return groupOf(item.message).frameBytes + item.bytes;
}

/** For the dead letter of an item that is too big for any call. */
function tooLargeText(bodyBytes: number): string {
  return `${bodyBytes} bytes as sent, of at most ${MAX_BODY_BYTES}`;
}

export type { Group };
export { bytesAlone, groupOf, tooLargeText };
