import { MAX_BODY_BYTES } from '../../marketo/limits.ts';
import type { JsonObject } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import type { WorkItem } from '../work-item.ts';

/** What the planner knows of a message: the same whenever it is asked. */
interface Group {
  /** Requests with the same name differ only in `input`. */
  readonly name: string;
  /** UTF-8 bytes of the request's body without its records. */
  readonly frameBytes: number;
}

const NOTHING: JsonObject = {};
/** Most messages of a queue are of few groups. */
const MAX_KNOWN_FRAMES = 1_000;
const frameBytesByName = new Map<string, number>();

function groupOf(message: Message): Group {
  const { body } = message.request;
  const hasInputAlone = body !== undefined && Object.keys(body).length === 1 && 'input' in body;
  const { input: _, ...frame } = hasInputAlone ? NOTHING : (body ?? NOTHING);
  const name = groupName(message, frame);
  return { name, frameBytes: frameBytesByName.get(name) ?? measureFrame(name, frame) };
}

function measureFrame(name: string, frame: JsonObject): number {
  const bytes = Buffer.byteLength(JSON.stringify({ ...frame, input: [] }));
  if (frameBytesByName.size >= MAX_KNOWN_FRAMES) frameBytesByName.clear();
  frameBytesByName.set(name, bytes);
  return bytes;
}

/** The order of members means nothing to Marketo. Messages that may be repeated and those that may not are kept apart. */
function groupName({ request, idempotent, state }: Message, frame: JsonObject): string {
  const { method, path, query = NOTHING } = request;
  const { shareAtMost = 0, recordsAtMost = 0 } = state;
  // Nearly every message says nothing beside its records; the other names begin with a bracket.
  if (query === NOTHING && isEmpty(frame)) return `${method} ${path} ${idempotent} ${shareAtMost} ${recordsAtMost}`;
  return JSON.stringify([method, path, sorted(query), sorted(frame), idempotent, shareAtMost, recordsAtMost]);
}

function isEmpty(members: object): boolean {
  for (const _ in members) return false;
  return true;
}

function sorted(members: object): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(members);
  return entries.length < 2 ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The size of a call with this one record, exactly as sent. */
function bytesAlone(item: WorkItem): number {
  return (item.group ?? groupOf(item.message)).frameBytes + item.bytes;
}

/** For the dead letter of an item that is too big for any call. */
function tooLargeText(bodyBytes: number): string {
  return `${bodyBytes} bytes as sent, of at most ${MAX_BODY_BYTES}`;
}

export type { Group };
export { bytesAlone, groupOf, tooLargeText };
