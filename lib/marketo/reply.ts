import { NO_CODE } from './catalogue/unknown-codes.ts';
import type { HttpReply } from './http.ts';
import { isObject, type Json, type JsonObject } from './request.ts';

/** One error of a reply, or one reason of a record. `code` is trimmed, and empty when Marketo gave none. */
interface MarketoError {
  readonly code: string;
  readonly message: string;
}

/**
 * What a reply says, before anyone judges it.
 *
 * - `marketo`: a JSON object with Marketo's verdict, whatever the HTTP status. `success: true` can come with errors.
 * - `unreadable`: a body without a verdict. `cut`: it ended early; `noVerdict`: an object with neither success nor errors.
 * - `redirect`: never followed. `location` is host and path only: a query can hold anything.
 * - `noReply`: as the transport saw it.
 */
type ParsedReply =
  | {
      readonly kind: 'marketo';
      readonly success: boolean;
      readonly errors: readonly MarketoError[];
      readonly warnings: readonly string[];
      readonly result: readonly Json[] | undefined;
      readonly requestId?: string;
      readonly status: number;
    }
  | {
      readonly kind: 'unreadable';
      readonly why: 'empty' | 'notJson' | 'notObject' | 'cut' | 'noVerdict';
      readonly status: number;
      /** The first characters of the body. */
      readonly prefix: string;
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string | undefined }
  | Extract<HttpReply, { kind: 'noReply' }>;

/** An object of Marketo's that a reply names, and what Marketo did with it. */
interface NamedObject {
  /** `id`, `marketoGUID` or `leadId`, as text. */
  readonly id?: string;
  /** In Marketo's word: `created`, `updated`, `skipped` ... */
  readonly status?: string;
}

interface RecordOutcome {
  readonly status?: string;
  readonly id?: number | string;
  readonly reasons: readonly MarketoError[];
}

const MAX_ERRORS = 1_000;
const MAX_WARNINGS = 100;
const MAX_MESSAGE_CHARS = 2_000;
const MAX_CODE_CHARS = 40;
const MAX_PREFIX_CHARS = 200;
const MAX_DEPTH = 100;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Reads the body before the status, since Marketo answers 200 to most failures (Marketo: error-codes). Never throws.
 *
 * @example
 * parseReply(reply); // { kind: 'marketo', success: false, errors: [{ code: '606', message: 'Max rate limit ...' }], ... }
 */
function parseReply(reply: HttpReply): ParsedReply {
  if (reply.kind === 'noReply') {
    return reply;
  }
  const { status } = reply;
  if (REDIRECTS.has(status)) {
    return { kind: 'redirect', status, location: placeOf(reply.headers.location) };
  }
  const prefix = clip(reply.body, MAX_PREFIX_CHARS);
  const parsed = parseJson(reply.body);
  if (parsed === undefined || isTooDeep(parsed.value)) {
    const why = !reply.complete ? 'cut' : reply.body.trim() === '' ? 'empty' : 'notJson';
    return { kind: 'unreadable', why, status, prefix };
  }
  if (!isObject(parsed.value)) {
    // A number or a string can be the beginning of a longer one; an object that parses is whole.
    return { kind: 'unreadable', why: reply.complete ? 'notObject' : 'cut', status, prefix };
  }
  return readEnvelope(parsed.value, status) ?? { kind: 'unreadable', why: 'noVerdict', status, prefix };
}

/**
 * What became of one record. Marketo names the list of reasons `reasons`, `errors` or `reason`, depending on the
 * endpoint, and it can be one object (Marketo: activities; OpenAPI, model Lead). Never throws.
 */
function recordOutcome(entry: Json): RecordOutcome {
  if (!isObject(entry)) {
    return { reasons: [] };
  }
  const { reasons: several, errors, reason } = entry;
  const hasReasons = several !== undefined || errors !== undefined || reason !== undefined;
  const reasons = hasReasons ? [several, errors, reason].flatMap(readErrors).slice(0, MAX_ERRORS) : [];
  const id = isIdentifier(entry.id) ? entry.id : [entry.marketoGUID, entry.leadId].find(isIdentifier);
  return {
    ...(typeof entry.status === 'string' ? { status: entry.status.trim() } : {}),
    ...(id === undefined ? {} : { id }),
    reasons,
  };
}

function readEnvelope(envelope: JsonObject, status: number): ParsedReply | undefined {
  const errors = readErrors(envelope.errors);
  const success = readSuccess(envelope.success) ?? (errors.length > 0 ? false : undefined);
  if (success === undefined) {
    return undefined;
  }
  return {
    kind: 'marketo',
    success,
    errors,
    warnings: toList(envelope.warnings).slice(0, MAX_WARNINGS).map(readText),
    result: envelope.result === undefined || envelope.result === null ? undefined : toList(envelope.result),
    ...(typeof envelope.requestId === 'string' ? { requestId: clip(envelope.requestId, MAX_PREFIX_CHARS) } : {}),
    status,
  };
}

function readSuccess(value: Json | undefined): boolean | undefined {
  if (typeof value === 'boolean') {
    return value;
  }
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

function readErrors(value: Json | undefined): readonly MarketoError[] {
  return toList(value).slice(0, MAX_ERRORS).map(readError);
}

function readError(value: Json): MarketoError {
  if (!isObject(value)) {
    return typeof value === 'number'
      ? { code: String(value), message: '' }
      : { code: NO_CODE, message: readText(value) };
  }
  const { code } = value;
  const named = typeof code === 'string' || typeof code === 'number';
  return {
    code: (named && clip(String(code).trim(), MAX_CODE_CHARS)) || NO_CODE,
    message: readText(value.message ?? ''),
  };
}

function readText(value: Json): string {
  if (typeof value === 'string') {
    return clip(value, MAX_MESSAGE_CHARS);
  }
  try {
    return clip(JSON.stringify(value), MAX_MESSAGE_CHARS);
  } catch {
    return ''; // nested too deep for the stack
  }
}

/** Nothing that Marketo says nests so deep, and walking or writing it would end the worker's stack. */
function isTooDeep(value: Json, levelsLeft = MAX_DEPTH): boolean {
  if (value === null || typeof value !== 'object') return false;
  const inside: readonly Json[] = isList(value) ? value : Object.values(value);
  return levelsLeft === 0 ? inside.length > 0 : inside.some((one) => isTooDeep(one, levelsLeft - 1));
}

/** Nothing is an empty list, and a single value a list of one. */
function toList(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) {
    return [];
  }
  return isList(value) ? value : [value];
}

function parseJson(text: string): { value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}

function placeOf(location: string | undefined): string | undefined {
  const relative = 'http://relative.invalid';
  if (location === undefined || !URL.canParse(location, relative)) {
    return undefined;
  }
  const url = new URL(location, relative);
  return clip(`${url.origin === relative ? '' : url.host}${url.pathname}`, MAX_PREFIX_CHARS);
}

function clip(text: string, maxChars: number): string {
  return text.slice(0, maxChars).toWellFormed();
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isIdentifier(value: Json | undefined): value is number | string {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

export type { MarketoError, NamedObject, ParsedReply, RecordOutcome };
export { parseReply, recordOutcome };
