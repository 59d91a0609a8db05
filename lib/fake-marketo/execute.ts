import { isUtf8 } from 'node:buffer';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { ApiCall, Operation } from './operation.ts';
import type { FakeUser } from './options.ts';
import { type Failure, type Finish, fail, reason, skipped, succeed } from './outcome.ts';
import { findRoute } from './routes.ts';
import type { Subscription } from './subscription.ts';

/** A call as it came, with what admission found out. */
interface Incoming {
  readonly method: string;
  readonly path: string;
  /** Path and query. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly text: string;
  readonly user: FakeUser;
}

/** Records that a fault takes out of a call, and what they get. */
interface RecordFault {
  readonly code: string;
  readonly message: string;
  readonly hits: (record: Json, position: number) => boolean;
}

/** How often a subscription that knows no form reads blames the content type instead: the fake's own figure. */
const SPORADIC = 0.2;

type Prepared =
  | { readonly kind: 'failure'; readonly failure: Failure; readonly operation?: string }
  | { readonly kind: 'ready'; readonly operation: string; readonly run: Operation; readonly call: ApiCall };

/** Everything that is checked before an operation sees the call: path, method, content type, JSON. */
function prepare(incoming: Incoming, { features, random }: Subscription): Prepared {
  const isForm = isFormCall(incoming);
  const query = parametersOf(incoming);
  const method = effectiveMethod(incoming, query);
  // Rule: wire-form-read-refused
  if (isForm && method === 'GET' && incoming.method === 'POST' && !features.formReads) {
    return failed(random() < SPORADIC ? wrongType() : fail('605', "HTTP Method 'POST' is not supported"));
  }
  const route = findRoute(method, incoming.path);
  // Rule: wire-unknown-path
  if (route.kind === 'unknown') return failed(fail('610', 'Requested resource not found'));
  // Rule: wire-wrong-method
  if (route.kind === 'wrongMethod') return failed(fail('605', `HTTP Method '${method}' is not supported`));
  const { operation, params } = route;
  const { path, text, contentType, user } = incoming;
  // Rule: wire-denied
  if (isDenied(user, path)) return failed(fail('603', 'Access denied'), operation.name);
  const call = { method, path, params, query, text, contentType, user };
  if (operation.body === 'multipart' || operation.body === 'form' || text === '' || isForm) {
    if (operation.body === 'json' && isForm && method === 'POST') return failed(wrongType(), operation.name);
    return ready(operation, { ...call, body: undefined });
  }
  // Rule: wire-content-type
  if (!/^application\/json\b/i.test(contentType)) return failed(wrongType(), operation.name);
  // Rule: wire-invalid-json
  const body = isUtf8(incoming.bytes) ? parse(text) : undefined;
  if (!isObject(body)) return failed(fail('609', 'Invalid JSON'), operation.name);
  return ready(operation, { ...call, body });
}

/** The name of what would be done; undefined for a path or method that is not known. */
function operationOf(incoming: Incoming): string | undefined {
  const route = findRoute(effectiveMethod(incoming, parametersOf(incoming)), incoming.path);
  return route.kind === 'found' ? route.operation.name : undefined;
}

function isFormCall({ contentType }: Incoming): boolean {
  return contentType.startsWith('application/x-www-form-urlencoded');
}

/** The query, and the form after it. */
function parametersOf(incoming: Incoming): URLSearchParams {
  const parameters = new URLSearchParams(incoming.query);
  if (isFormCall(incoming)) {
    for (const [name, value] of new URLSearchParams(incoming.text)) parameters.append(name, value);
  }
  return parameters;
}

/** `_method` in the query or the form; the asset endpoints dropped it (Marketo: blog, February 2020). */
function effectiveMethod({ method, path }: Incoming, query: URLSearchParams): string {
  // Rule: wire-form-read
  const override = query.get('_method')?.toUpperCase();
  // Rule: wire-asset-method
  const allowed = method === 'POST' && !path.startsWith('/rest/asset/');
  return allowed && (override === 'GET' || override === 'DELETE') ? override : method;
}

function ready(operation: Operation, call: ApiCall): Prepared {
  return { kind: 'ready', operation: operation.name, run: operation, call };
}

function wrongType(): Failure {
  return fail('612', 'Invalid Content Type');
}

function failed(failure: Failure, operation?: string): Prepared {
  return { kind: 'failure', failure, ...(operation === undefined ? {} : { operation }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Starts the operation, without the records that a fault takes; they are put back into its result. */
function begin(operation: Operation, call: ApiCall, subscription: Subscription, fault?: RecordFault): Finish {
  if (fault === undefined) return operation.begin(call, subscription);
  const input = call.body?.input;
  const entry = (): JsonObject => skipped(reason(fault.code, fault.message));
  if (!Array.isArray(input)) return () => succeed([entry()]);
  const hit = (input as readonly Json[]).map((record, position) => fault.hits(record, position));
  const rest = (input as readonly Json[]).filter((_record, position) => !hit[position]);
  const body: JsonObject = { ...call.body, input: rest };
  const finish = rest.length === 0 ? () => succeed([]) : operation.begin({ ...call, body }, subscription);
  return () => {
    const outcome = finish();
    if (outcome.kind !== 'success' || outcome.result === undefined) return outcome;
    const others = [...outcome.result];
    const isNumbered = others.some((other) => isObject(other) && other.seq !== undefined);
    const all = hit.map((isHit) => (isHit ? entry() : (others.shift() ?? null)));
    const result = isNumbered ? all.map((one, seq) => (isObject(one) ? { ...one, seq } : one)) : all;
    return succeed(result, outcome.more);
  };
}

function isDenied(user: FakeUser, path: string): boolean {
  return (user.deniedPaths ?? []).some((denied) =>
    typeof denied === 'string' ? denied === path : path.search(denied) >= 0,
  );
}

export type { Incoming, RecordFault };
export { begin, operationOf, prepare };
