import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';
import type { FakeUser } from './options.ts';
import { type Failure, type Finish, fail, type Outcome } from './outcome.ts';
import type { Subscription } from './subscription.ts';

/** One API call, let in and read. */
interface ApiCall {
  /** After `_method`. */
  readonly method: string;
  readonly path: string;
  /** Segments that the path pattern names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query, and the form body where there is one. */
  readonly query: URLSearchParams;
  /** The JSON body; undefined without one. */
  readonly body: JsonObject | undefined;
  /** The body as received. */
  readonly text: string;
  readonly contentType: string;
  readonly user: FakeUser;
}

interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `{name}` for one segment. */
  readonly path: string;
  /** What the body must be: 612 for another content type. */
  readonly body: 'json' | 'form' | 'multipart' | 'none';
  /**
   * Runs when the call has arrived; what it returns runs at the end of the call's latency. What lies between is the
   * time in which two upserts of one key do not see each other.
   */
  begin(call: ApiCall, subscription: Subscription): Finish;
}

type Run = (call: ApiCall, subscription: Subscription) => Outcome;
type Entry = readonly [name: string, method: Operation['method'], path: string, run: Run];

/** Operations that look and write in one step, at the end of the call. */
function operations(body: Operation['body'], entries: readonly Entry[]): Operation[] {
  return entries.map(([name, method, path, run]) => {
    return { name, method, path, body, begin: (call, subscription) => () => run(call, subscription) };
  });
}

type Input = { readonly kind: 'input'; readonly records: readonly JsonObject[] } | Failure;

/** Marketo: lead-database, records per call. */
const RECORD_LIMIT = 300;
const NO_INPUT = fail('1002', "Missing value for the required parameter 'input'");

interface InputRules {
  /** @default 300 */
  readonly limit?: number;
  /** What a call without `input` gets. @default 1002 */
  readonly missing?: Failure;
}

function readInput(call: ApiCall, { limit = RECORD_LIMIT, missing = NO_INPUT }: InputRules = {}): Input {
  const input = call.body?.input;
  // Rule: wire-input-missing
  if (input === undefined || input === null) return missing;
  if (!Array.isArray(input)) return fail('1003', "Invalid data: 'input' must be an array");
  if (input.length === 0) return fail('1003', "Invalid data: 'input' is empty");
  // Rule: wire-record-limit
  if (input.length > limit) return fail('1003', `Invalid data: at most ${limit} records are allowed in 'input'`);
  const records = (input as readonly Json[]).filter(isObject);
  if (records.length < input.length) return fail('609', "Invalid JSON: every entry of 'input' must be an object");
  return { kind: 'input', records };
}

/** A whole number written as one; undefined for anything else. */
function readId(value: Json | undefined): number | undefined {
  const isWritten = typeof value === 'number' || (typeof value === 'string' && /^\d{1,15}$/.test(value));
  return isWritten && Number.isSafeInteger(Number(value)) && Number(value) > 0 ? Number(value) : undefined;
}

/** As Marketo says it for a list call with `id: null`, at response level. */
function notANumber(value: Json | undefined): Failure {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return fail('1001', `For input string: "${text}" failed to convert to a number`);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export type { ApiCall, Entry, Input, Operation, Run };
export { notANumber, operations, RECORD_LIMIT, readId, readInput, text };
