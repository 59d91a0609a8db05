type Json = null | boolean | number | string | readonly Json[] | JsonObject;
type JsonObject = { readonly [name: string]: Json };
type QueryValue = string | number | boolean;

/**
 * A request in Marketo's own terms, checked: what a publisher wrote, with `method` filled in. At most one of `body`
 * and `form` is present.
 */
interface MarketoRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Starts with `/rest/v1/`, `/rest/asset/v1/` or `/bulk/v1/`. */
  readonly path: string;
  /** An array repeats the parameter. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>>;
  readonly body?: JsonObject;
  /** Sent as `application/x-www-form-urlencoded`; an object value is sent as its JSON, as the asset API wants it. */
  readonly form?: Readonly<Record<string, Json>>;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether `_method` in the query of a POST names the method that is meant (Marketo: lead-database, "Long URIs"). The asset
 * API has dropped it, and of bulk nothing is said: there the POST would be done as a POST.
 */
function takesMethodOverride(path: string): boolean {
  return path.startsWith('/rest/v1/');
}

export type { Json, JsonObject, MarketoRequest, QueryValue };
export { isObject, takesMethodOverride };
