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

export type { Json, JsonObject, MarketoRequest, QueryValue };
