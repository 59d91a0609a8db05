import type { HttpRequest } from './http.ts';
import { MAX_URI_BYTES, MAX_URI_BYTES_TRIED } from './limits.ts';
import { type Json, type MarketoRequest, type QueryValue, takesMethodOverride } from './request.ts';

/** The parts of Marketo's API that a request may address; identity is not among them. */
const API_PATH = /^\/(?:rest\/v1|rest\/asset\/v1|bulk\/v1)\/./;

/**
 * What a path must not hold: segments of dots, empty segments, encoded slashes and dots, a query or fragment of its own,
 * control characters (the URL parser drops tabs and line ends without a word).
 */
const SMUGGLED = /\/\.+(?:[/;]|$)|\/\/|\\|%2e|%2f|%5c|[?#]|\p{Cc}/iu;

/** Stands for the base URL where only the length of path and query matters. RFC 2606: never resolves. */
const ANY_ORIGIN = 'https://marketo.invalid';

/**
 * The request as it is sent, without the token. Of the base URL only the origin counts. A GET that carries a body is
 * sent as {@link postAsGet}: a body has no meaning in a GET (RFC 9110, 9.3.1).
 *
 * @throws Error when path and query would lead anywhere but to the API at the base URL: intake lets no such path in.
 *
 * @example
 * toHttpRequest('https://123-abc-456.mktorest.com', { method: 'GET', path: '/rest/v1/leads.json', query: { id: [1, 2] } });
 * // { method: 'GET', url: 'https://123-abc-456.mktorest.com/rest/v1/leads.json?id=1&id=2', headers: { Accept: ... } }
 */
function toHttpRequest(baseUrl: string, request: MarketoRequest): HttpRequest {
  const sent = withoutBodyInGet(request);
  const url = toUrl(new URL(baseUrl).origin, sent);
  const body = encodeBody(sent);
  const contentType = contentTypeOf(sent);
  return {
    method: sent.method,
    url: url.href,
    headers: { Accept: 'application/json', ...(contentType === undefined ? {} : { 'Content-Type': contentType }) },
    ...(body === undefined ? {} : { body }),
  };
}

/**
 * The same request as a POST with `_method=GET`, for a URI that is too long: the query travels as a form body
 * (Marketo: lead-database, long URIs). A request with a JSON body keeps it, and its query stays in the URI, as for
 * compound keys. Anything but a GET is returned unchanged.
 */
function postAsGet(request: MarketoRequest): MarketoRequest {
  if (request.method !== 'GET') {
    return request;
  }
  const { path, query = {}, body, form } = request;
  if (body !== undefined) {
    return { method: 'POST', path, query: { ...query, _method: 'GET' }, body };
  }
  const filled = Object.entries(query).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return { method: 'POST', path, query: { _method: 'GET' }, form: { ...Object.fromEntries(filled), ...form } };
}

/** A GET whose URI passes Marketo's limit becomes {@link postAsGet} where it may; every other request stays as it is. */
function fitUri(request: MarketoRequest): MarketoRequest {
  return mayReadByPost(request) && wireSize(request).uriBytes > MAX_URI_BYTES ? postAsGet(request) : request;
}

/** Whether {@link postAsGet} is still the same read. */
function mayReadByPost({ method, path }: MarketoRequest): boolean {
  return method === 'GET' && takesMethodOverride(path);
}

/**
 * The other way to make a read that Marketo refused as {@link postAsGet}, since some subscriptions answer 605 or 612 to it
 * (node-marketo, #36 and #40): the plain GET, if its URI is one that Marketo may take, else a POST with `_method=GET` among
 * the fields of the form, as a recording of another client has it (grouparoo). Undefined for what is no read with all of it
 * in the query.
 *
 * @param getRefused the plain GET was refused already, for its length
 */
function otherRead(read: MarketoRequest, getRefused: boolean): MarketoRequest | undefined {
  if (!mayReadByPost(read) || read.body !== undefined || read.form !== undefined) return undefined;
  if (!getRefused && wireSize(read).uriBytes <= MAX_URI_BYTES_TRIED) return read;
  return { method: 'POST', path: read.path, form: { ...postAsGet(read).form, _method: 'GET' } };
}

/** Bytes as sent: path and query after encoding, and the body in UTF-8. Throws as {@link toHttpRequest} does. */
function wireSize(request: MarketoRequest): { uriBytes: number; bodyBytes: number } {
  const sent = withoutBodyInGet(request);
  const url = toUrl(ANY_ORIGIN, sent);
  // A serialized URL is ASCII: one byte a character.
  return { uriBytes: url.pathname.length + url.search.length, bodyBytes: Buffer.byteLength(encodeBody(sent) ?? '') };
}

function withoutBodyInGet(request: MarketoRequest): MarketoRequest {
  return request.body === undefined && request.form === undefined ? request : postAsGet(request);
}

function toUrl(origin: string, request: MarketoRequest): URL {
  if (!API_PATH.test(request.path) || SMUGGLED.test(request.path)) {
    throw new Error(`not a path of the Marketo API: ${JSON.stringify(request.path.slice(0, 200))}`);
  }
  const url = new URL(`${origin}${request.path}${encodeQuery(request.query ?? {})}`);
  if (url.origin !== origin || url.username !== '' || url.password !== '' || !API_PATH.test(url.pathname)) {
    throw new Error(`the request would leave ${origin}`);
  }
  return url;
}

function encodeQuery(query: NonNullable<MarketoRequest['query']>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (isList(value) ? value : [value]).map((one) => `${encode(name)}=${encode(String(one))}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** `%20` for a space, which means the same in every part of a URI. A lone surrogate has no UTF-8: it becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function encodeBody(request: MarketoRequest): string | undefined {
  if (request.body !== undefined) {
    return JSON.stringify(request.body);
  }
  return request.form === undefined ? undefined : encodeForm(request.form);
}

function encodeForm(form: NonNullable<MarketoRequest['form']>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    for (const text of formTexts(value)) {
      parameters.append(name, text);
    }
  }
  return parameters.toString();
}

/** A list of plain values repeats the parameter; objects and lists of objects are JSON, as the asset API wants them. */
function formTexts(value: Json): readonly string[] {
  if (isList(value) && value.length > 0 && value.every(isPlain)) {
    return value.map(plainText);
  }
  return [isPlain(value) ? plainText(value) : JSON.stringify(value)];
}

function plainText(value: Json): string {
  return value === null ? '' : String(value);
}

function isPlain(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function isList<T>(value: T | readonly T[] | Json | QueryValue): value is readonly T[] {
  return Array.isArray(value);
}

/**
 * Marketo: error-codes, 612. A POST or DELETE without a body names JSON as well, as other clients do since Marketo began to
 * answer 612 to those that name nothing; the asset API, whose bodies are forms, takes it where there is no body.
 */
function contentTypeOf({ method, form }: MarketoRequest): string | undefined {
  if (form !== undefined) {
    return 'application/x-www-form-urlencoded';
  }
  return method === 'GET' ? undefined : 'application/json';
}

export { fitUri, mayReadByPost, otherRead, postAsGet, toHttpRequest, wireSize };
