import type * as z from 'zod/mini';
import { type MarketoRequest, takesMethodOverride } from '../marketo/request.ts';
import { describe, isObject } from './expected.ts';
import type { FilePointer } from './file-pointer.ts';
import { joinPath } from './json-text.ts';
import { ID, MAX_QUERY_VALUES, messageSchema, requestSchema } from './message-schema.ts';
import { unsaidMethodProblems } from './method-rules.ts';
import { encodedTwice, isConfirmation, meaningPath, unknownMember } from './near-misses.ts';
import type { MessageProblem } from './problem.ts';
import { pathFaults } from './request-path.ts';
import { toWanted, type WantedResult } from './wanted-result.ts';

/** A message as the publisher wrote it, its shape checked and `method` filled in. */
interface ParsedMessage {
  readonly request: MarketoRequest;
  readonly file?: FilePointer;
  readonly id?: string;
  readonly notAfterMs?: number;
  readonly idempotent?: boolean;
  readonly wanted: WantedResult;
}

interface ShapeReading {
  readonly problems: readonly MessageProblem[];
  /** Present as soon as method, path, query, body and form are sound, so that the endpoint's rules can be checked too. */
  readonly request?: MarketoRequest;
  readonly file?: FilePointer;
  readonly parsed?: ParsedMessage;
  /** The publisher's id when it is sound, even if the rest is not. */
  readonly id?: string;
}

const TOKEN_REMEDY = 'no access_token: the relay sends its own token in the Authorization header';

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
const isQueryValue = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && value.length <= MAX_QUERY_VALUES && value.every(isScalar)
    : isScalar(value);

/**
 * Checks a message against everything that can be said without knowing its endpoint, and lists every problem.
 *
 * @param value - what `JSON.parse` gave; members of `body` and `form` pass through as they are
 */
function readShape(value: unknown): ShapeReading {
  if (!isObject(value)) {
    const got = `${describe(value)}${Array.isArray(value) ? ': one request a message' : encodedTwice(value)}`;
    return { problems: [{ path: '', expected: `a JSON object; got ${got}` }] };
  }
  if (isConfirmation(value)) {
    const got = `the request of ${describe(value.TopicArn)} to confirm its subscription: open its SubscribeURL once`;
    return { problems: [{ path: '', expected: `a message; got ${got}` }] };
  }
  const whole = messageSchema.safeParse(value);
  const shapeProblems = whole.success ? [] : whole.error.issues.flatMap(problemsOfIssue);
  const requestProblems = [
    ...(typeof value.path === 'string' ? pathProblems(value.path) : []),
    ...queryProblems(value),
    ...formProblems(value),
    ...bodyProblems(value),
  ];
  const problems = [...shapeProblems, ...requestProblems];
  const id = typeof value.id === 'string' && ID.test(value.id) ? { id: value.id } : {};
  const shape = whole.success ? whole : requestSchema.safeParse(value);
  if (!shape.success || requestProblems.length > 0) return { problems, ...id };
  const { method: said, body, form, path, query, file } = shape.data;
  const unsaid =
    said === undefined && body === undefined && form === undefined && file === undefined
      ? unsaidMethodProblems({ path, ...(query && { query: query as NonNullable<MarketoRequest['query']> }) })
      : [];
  if (unsaid.length > 0) return { problems: [...problems, ...unsaid], ...id };
  const request = requestFrom(shape.data);
  const pointed = file === undefined ? {} : { file };
  if (!whole.success || problems.length > 0) return { problems, request, ...pointed, ...id };
  const { notAfter, idempotent } = whole.data;
  return {
    problems,
    request,
    ...pointed,
    ...id,
    parsed: {
      request,
      ...pointed,
      ...id,
      ...(notAfter === undefined ? {} : { notAfterMs: Date.parse(notAfter) }),
      ...(idempotent === undefined ? {} : { idempotent }),
      wanted: toWanted(whole.data),
    },
  };
}

function requestFrom(shape: z.infer<typeof requestSchema>): MarketoRequest {
  const { path, query, body, form, file } = shape;
  return {
    method: shape.method ?? (body === undefined && form === undefined && file === undefined ? 'GET' : 'POST'),
    path,
    ...(query === undefined ? {} : { query: query as NonNullable<MarketoRequest['query']> }),
    ...(body === undefined ? {} : { body }),
    ...(form === undefined ? {} : { form }),
  };
}

function problemsOfIssue(issue: z.core.$ZodIssue): MessageProblem[] {
  const path = issue.path.reduce<string>(
    (joined, step) => joinPath(joined, typeof step === 'number' ? step : String(step)),
    '',
  );
  if (issue.code !== 'unrecognized_keys') return [{ path, expected: issue.message }];
  return issue.keys.map((name) => ({ path: joinPath(path, name) || '[""]', expected: unknownMember(name) }));
}

function pathProblems(path: string): MessageProblem[] {
  return pathFaults(path).map((fault, index) => {
    const nearMiss = index === 0 ? meaningPath(path) : '';
    return { path: 'path', expected: `${fault}; got ${describe(path)}${nearMiss}` };
  });
}

function queryProblems(value: Record<string, unknown>): MessageProblem[] {
  if (!isObject(value.query)) return [];
  return Object.entries(value.query).flatMap(([name, given]): MessageProblem[] => {
    const path = name === '' ? 'query[""]' : joinPath('query', name);
    if (name === '') return [{ path, expected: 'a name that is not empty' }];
    if (name.toLowerCase() === 'access_token') return [{ path, expected: TOKEN_REMEDY }];
    if (name === '_method' && !mayReadByPost(value, given)) {
      const text = `"GET", with method POST and below /rest/v1/; otherwise say \`method\``;
      return [{ path, expected: `${text}; got ${describe(given)}` }];
    }
    if (isQueryValue(given)) return [];
    const text = `a string, a number or a boolean, or a non-empty array of at most ${MAX_QUERY_VALUES} of these`;
    return [{ path, expected: `${text}; got ${describe(given)}` }];
  });
}

function mayReadByPost(message: Record<string, unknown>, override: unknown): boolean {
  const isPost =
    message.method === 'POST' || (message.method === undefined && ('body' in message || 'form' in message));
  return override === 'GET' && isPost && typeof message.path === 'string' && takesMethodOverride(message.path);
}

function formProblems(value: Record<string, unknown>): MessageProblem[] {
  if (value.form === undefined) return [];
  const problems: MessageProblem[] = [];
  if (value.body !== undefined) problems.push({ path: 'form', expected: 'either `body` or `form`, not both' });
  if (value.method === 'GET' || value.method === 'DELETE') {
    problems.push({ path: 'form', expected: `no form with ${value.method}: parameters go into \`query\`` });
  }
  for (const name of isObject(value.form) ? Object.keys(value.form) : []) {
    const path = name === '' ? 'form[""]' : joinPath('form', name);
    if (name === '') problems.push({ path, expected: 'a name that is not empty' });
    if (name.toLowerCase() === 'access_token') problems.push({ path, expected: TOKEN_REMEDY });
    if (name === '_method') problems.push({ path, expected: 'nothing: `_method` goes into `query`' });
  }
  return problems;
}

function bodyProblems(value: Record<string, unknown>): MessageProblem[] {
  if (value.body === undefined || value.method !== 'GET') return [];
  return [{ path: 'body', expected: 'no body with GET: use POST with `"query": {"_method": "GET"}`' }];
}

export type { ParsedMessage, ShapeReading };
export { readShape };
