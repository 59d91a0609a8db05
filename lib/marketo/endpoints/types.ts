import type { Circumstance } from '../catalogue/types.ts';
import type { JsonObject, MarketoRequest } from '../request.ts';
import type { RecordKeys } from './keys.ts';
import type { ParameterRules } from './parameters.ts';

type Method = 'GET' | 'POST' | 'DELETE';

/** One operation of Marketo's REST API, as far as the relay must know it. */
interface Endpoint {
  /** Stable name in camel case, for logs, metrics and letters: `syncLeads`. `unknown` for what the table lacks. */
  readonly operation: string;
  readonly method: Method;
  /** Path with `{name}` for one segment: `/rest/v1/lists/{listId}/leads.json`. */
  readonly path: string;
  /** How the request travels: a JSON body, a form, a multipart form, or the query alone. */
  readonly bodyForm: 'json' | 'form' | 'multipart' | 'none';
  /** Most entries of `input` that one call carries; undefined where the request has no `input` array. */
  readonly recordLimit?: number;
  /** True when `result[i]` answers `input[i]`: only then can messages share a call and records be told apart. */
  readonly aligned: boolean;
  /** Marketo's own time limit for the operation. The client waits longer. */
  readonly serverTimeoutSeconds: number;
  /** Whether executing the request twice leaves the same state as once. */
  idempotent(request: MarketoRequest): boolean;
  /** The identity of a record for "one call in flight for each key" (namespaced, normalised). */
  recordKeys(request: MarketoRequest, record: JsonObject): RecordKeys;
  readonly circumstances: readonly Circumstance[];
  /** What Marketo asks of the parameters, checked before a call is spent. */
  readonly parameters: ParameterRules;
  /**
   * Whether an error says that the request's effect is already there: "not found" for what was to be removed, "exists"
   * for what was to be created only. Ask it only when an earlier try of the same request ended without a known outcome,
   * which this error then explains; on a first try it is an error like any other. Where `aligned`, it speaks of the
   * reasons of one record: at response level the same code can be about the path.
   *
   * @example
   * matchEndpoint({ method: 'POST', path: '/rest/v1/leads/delete.json' }).alreadyDone('1004', request); // true
   */
  alreadyDone(code: string, request: MarketoRequest, message?: string): boolean;
}

export type { Endpoint, Method };
