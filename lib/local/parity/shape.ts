import type { HttpReply } from '../../marketo/http.ts';

/** What can be compared between two subscriptions: names, types and codes, and no values. */
interface Shape {
  readonly status: number;
  readonly form: 'success' | 'failure' | 'other';
  /** Codes in `errors`, in order. */
  readonly codes: readonly string[];
  /** Of the envelope, by name. */
  readonly members: ReadonlyMap<string, string>;
  /** Of the entries of `result`, nested names with dots. Empty without entries. */
  readonly entries: ReadonlyMap<string, string>;
  /** `created`, `updated`, `skipped 1003`, ... for each entry that has a status. */
  readonly outcomes: readonly string[];
}

type Reply = Extract<HttpReply, { kind: 'reply' }>;
type Members = Readonly<Record<string, unknown>>;

/** Deeper names say nothing of Marketo, since they are the subscription's. */
const MAX_DEPTH = 3;
/** Created or updated depends on who ran before. */
const WRITTEN = new Set(['created', 'updated']);

function shapeOf({ status, body }: Reply): Shape {
  const json = parse(body);
  if (json === undefined) {
    return { status, form: 'other', codes: [], members: new Map(), entries: new Map(), outcomes: [] };
  }
  const result = Array.isArray(json.result) ? json.result : [];
  return {
    status,
    form: json.success === true ? 'success' : 'failure',
    codes: codesOf(json.errors),
    members: new Map(Object.entries(json).map(([name, value]) => [name, kindOf(value)])),
    entries: membersOf(result),
    outcomes: result.flatMap(outcomeOf),
  };
}

function messageOf({ body }: Reply): string | undefined {
  const json = parse(body);
  const result = Array.isArray(json?.result) ? json.result.filter(isMembers) : [];
  const lists = [json?.errors, ...result.flatMap((entry) => [entry.reasons, entry.errors])];
  const first = lists.flatMap((list) => (Array.isArray(list) ? list : [])).find(isMembers);
  return typeof first?.message === 'string' ? first.message : undefined;
}

function membersOf(entries: readonly unknown[], prefix = '', depth = 1): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of entries.filter(isMembers)) {
    for (const [name, value] of Object.entries(entry)) {
      const path = `${prefix}${name}`;
      // Null says nothing of the type, and gives way to what does.
      if (!found.has(path) || found.get(path) === 'null') found.set(path, kindOf(value));
      if (depth === MAX_DEPTH) continue;
      for (const [inner, kind] of membersOf([value].flat(), `${path}.`, depth + 1)) {
        if (!found.has(inner)) found.set(inner, kind);
      }
    }
  }
  return found;
}

function outcomeOf(entry: unknown): string[] {
  if (!isMembers(entry) || typeof entry.status !== 'string') return [];
  const status = WRITTEN.has(entry.status) ? 'written' : entry.status;
  return [[status, ...codesOf(entry.reasons ?? entry.errors)].join(' ')];
}

function codesOf(errors: unknown): string[] {
  return Array.isArray(errors) ? errors.filter(isMembers).map(({ code }) => String(code)) : [];
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The id of the first result, to ask further with. */
function firstIdOf({ body }: Reply): number | undefined {
  const json = parse(body);
  const [first] = Array.isArray(json?.result) ? json.result : [];
  return isMembers(first) && typeof first.id === 'number' ? first.id : undefined;
}

export type { Shape };
export { firstIdOf, messageOf, shapeOf };
