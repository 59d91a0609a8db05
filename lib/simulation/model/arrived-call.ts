import type { HttpRequest } from '../../marketo/http.ts';
import { IMPORT, KINDS, type Kind } from '../kinds.ts';
import { marksIn, type Publication } from '../publications.ts';
import type { FileCall } from './imports.ts';
import type { PlayedCall } from './replies.ts';

/** A call as the model of Marketo sees it. */
interface ArrivedCall extends PlayedCall {
  readonly keys: readonly string[];
  readonly allMarks: readonly string[];
  /** The fields of each record that a run plans: see `fields.ts`. */
  readonly fields?: readonly (readonly string[])[];
  /** Of the bulk API. */
  readonly file?: FileCall;
}

/** What all uploads have in common: two are never on their way at once. */
const UPLOAD_KEY = 'uploads of files';

/** A call about a file is about its message as a whole. */
function fileCallOf(file: FileCall, echo: string): ArrivedCall {
  const mark = file.kind === 'upload' ? file.mark : file.job?.mark;
  const allMarks = mark === undefined ? [] : [mark];
  const keys = file.kind === 'upload' ? [UPLOAD_KEY] : [];
  return { kind: IMPORT, marks: [allMarks], echo, allMarks, keys, file };
}

function readCall(request: HttpRequest, echo: string): ArrivedCall {
  const url = new URL(request.url);
  const text = `${url.search} ${request.body ?? ''}`;
  const allMarks = marksIn(text);
  const isRead = request.method === 'GET' || url.searchParams.get('_method') === 'GET';
  const kinds: readonly Kind[] = Object.values(KINDS);
  const kind = isRead ? KINDS.read : kinds.find((one) => one.method === request.method && one.path.test(url.pathname));
  const input = isRead || kind === KINDS.asset ? undefined : inputOf(request.body);
  const records = input?.map((record) => marksIn(JSON.stringify(record)));
  const marks = kind?.aligned && records !== undefined ? records : [allMarks];
  // An activity is added and changes nothing: two about one lead at once do no harm.
  const keys = kind === KINDS.activity ? [] : [...new Set(input?.flatMap(keysOf) ?? [])];
  const fields = input?.map((record) => Object.keys(record).filter((name) => name.startsWith('field')));
  return { kind, marks, echo, allMarks, keys, ...(fields && { fields }) };
}

function inputOf(body: string | undefined): readonly object[] | undefined {
  const parsed = body === undefined ? undefined : (JSON.parse(body) as { input?: unknown });
  return Array.isArray(parsed?.input) ? (parsed.input as object[]) : undefined;
}

/** Whom a record is about. */
function keysOf(record: {
  email?: string;
  id?: number;
  leadId?: number;
  leadFormFields?: { email: string };
}): string[] {
  const email = record.email ?? record.leadFormFields?.email;
  const id = record.id ?? record.leadId;
  return [
    ...(email === undefined ? [] : [`email ${email.trim().toLowerCase()}`]),
    ...(id === undefined ? [] : [`id ${id}`]),
  ];
}

const known = new WeakMap<Publication, ReadonlyMap<string, readonly string[]>>();

/** The keys of each record that a message publishes, by its mark; of a message that stands as a whole, all of them by its own. */
function keysByMark(publication: Publication): ReadonlyMap<string, readonly string[]> {
  const before = known.get(publication);
  if (before !== undefined) return before;
  const keys = new Map<string, readonly string[]>();
  known.set(publication, keys);
  const { kind, marks, body } = publication;
  if (kind === undefined || kind === KINDS.activity) return keys;
  const input = inputOf(JSON.stringify((JSON.parse(body) as { body?: object }).body ?? {}));
  const each = input?.map(keysOf) ?? [];
  if (kind.aligned) for (const [index, mark] of marks.entries()) keys.set(mark, each[index] ?? []);
  else keys.set(publication.mark, [...new Set(each.flat())]);
  return keys;
}

export type { ArrivedCall };
export { fileCallOf, keysByMark, readCall };
