import { createHash } from 'node:crypto';
import type { Json } from '../marketo/request.ts';
import { shorten } from '../message/json-text.ts';
import { MAX_MESSAGE_BYTES } from '../settings/policy.ts';
import { type LogPartFields, toLogParts } from '../telemetry/log-parts.ts';
import type { DeadLetter } from './types.ts';
import { withoutBodies } from './without-bodies.ts';

/** A dead letter as it is logged: one line, and lines of parts for what is too long for it. */
interface LoggedLetter {
  /** The letter; a string in place of each member that stands elsewhere says where. */
  readonly letter: unknown;
  readonly parts: readonly LogPartFields[];
  /** Members of which only the beginning is logged. */
  readonly cut: readonly string[];
}

/** As JSON. With the facts and the logger's own fields the line stays below 200 KB. */
const MAX_LINE_BYTES = 180_000;
/** A message and a request have 1 MiB at most; a reply can be larger, and what it says is said long before here. */
const MAX_LOGGED_BYTES = 2 * MAX_MESSAGE_BYTES;
const EXCERPT_LENGTH = 1_000;
/** A shorter one is easier to read where it is than to look for. */
const MIN_SHARED_BYTES = 1_024;

/** Members that can be long, by their paths. What is not among them is short by construction. */
const LONG_MEMBERS = [
  ['request', 'body'],
  ['response', 'body'],
  ['message', 'body'],
  ['message', 'attributes'],
  ['failure', 'details'],
  ['failure', 'message'],
  ['request', 'url'],
  ['response', 'headers'],
] as const;

type Tree = Readonly<Record<string, unknown>>;

/**
 * Every body once: what was sent is mostly the body of the message, which then points to it. Long members go to parts, the
 * longest first, until the line is short enough.
 *
 * @param where - where the whole letter is, for what is too long even for parts
 * @param logBodies - whether the log may hold bodies at all: without, their sizes and hashes stand in their places
 */
function toLoggedLetter(whole: DeadLetter, where: string, logBodies = true): LoggedLetter {
  let letter: Tree = logBodies ? withBodyOnce(whole) : withoutBodies(whole);
  const parts: LogPartFields[] = [];
  const cut: string[] = [];
  const members = LONG_MEMBERS.map(([outer, inner]) => ({ outer, inner, text: textAt(letter, outer, inner) }));
  for (const { outer, inner, text } of members.toSorted((one, other) => other.text.length - one.text.length)) {
    if (Buffer.byteLength(JSON.stringify(letter)) <= MAX_LINE_BYTES) break;
    const partOf = `${outer}.${inner}`;
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_LOGGED_BYTES) {
      cut.push(partOf);
      letter = withMember(
        letter,
        outer,
        inner,
        `${shorten(text, EXCERPT_LENGTH)} [cut: ${bytes} bytes; the whole is in ${where}]`,
      );
      continue;
    }
    const own = partsOf(whole.relayId, partOf, text);
    parts.push(...own);
    letter = withMember(letter, outer, inner, `[${bytes} bytes in ${own.length} log parts: sha256 ${own[0]?.sha256}]`);
  }
  return { letter, parts, cut };
}

function partsOf(relayId: string, partOf: string, text: string): readonly LogPartFields[] {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return toLogParts(text).map((one) => ({ relayId, partOf, sha256, ...one }));
}

/** The message's own `body` gives way to the request's where they are the same. */
function withBodyOnce(letter: DeadLetter): Tree {
  const { message, request } = letter;
  const published = message.body;
  if (!isObject(published) || request?.body === undefined) return { ...letter };
  const text = JSON.stringify(published.body);
  if (text === undefined || text.length < MIN_SHARED_BYTES || text !== JSON.stringify(request.body))
    return { ...letter };
  return { ...letter, message: { ...message, body: { ...published, body: '[as in request.body]' } } };
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string as it is, anything else as JSON; empty where there is no such member. */
function textAt(letter: Tree, outer: string, inner: string): string {
  const value = (letter[outer] as Tree | undefined)?.[inner];
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function withMember(letter: Tree, outer: string, inner: string, value: string): Tree {
  return { ...letter, [outer]: { ...(letter[outer] as Tree), [inner]: value } };
}

export type { LoggedLetter };
export { toLoggedLetter };
