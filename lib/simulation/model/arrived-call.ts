import type { HttpRequest } from '../../marketo/http.ts';
import { KINDS, type Kind } from '../kinds.ts';
import { marksIn } from '../publications.ts';
import type { PlayedCall } from './replies.ts';

/** A call as the model of Marketo sees it. */
interface ArrivedCall extends PlayedCall {
  readonly keys: readonly string[];
  readonly allMarks: readonly string[];
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
  return { kind, marks, echo, allMarks, keys };
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

export type { ArrivedCall };
export { readCall };
