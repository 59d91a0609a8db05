import type { HttpReply, Transport } from './http.ts';
import type { Json, JsonObject } from './request.ts';
import { REDACTED, Secret } from './secret.ts';

/** Of a custom service, as Marketo's LaunchPoint shows them. */
interface Credentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/**
 * - `token`: `expiresInSeconds` is what remains of its life, 0 included: identity hands out the same token until it
 *   expires (Marketo: authentication).
 * - `refused`: the credentials are not accepted; asking again with the same ones is of no use.
 * - `failed`: anything else; asking later can succeed.
 *
 * `detail` is for the operator and holds no secret.
 */
type IdentityAnswer =
  | {
      readonly kind: 'token';
      readonly token: Secret;
      readonly expiresInSeconds: number;
      /** The API-only user, as the usage endpoint names it too (Marketo: authentication, `scope`). */
      readonly user?: string;
    }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

interface Identity {
  /** Asks for the token; never throws for what the other side does. Free of quota and rate (Marketo: OpenAPI of identity). */
  fetchToken(credentials: Credentials): Promise<IdentityAnswer>;
}

interface IdentityOptions {
  readonly baseUrl: string;
  readonly transport: Transport;
  readonly timeoutMs: number;
}

/** OAuth errors (RFC 6749, 5.2) and Marketo's own "unauthorized", which speak of the credentials. */
const REFUSALS: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized', 'unauthorized_client']);
/** Assumed when identity does not say, and the longest that is believed: a token is refused in time anyway. */
const UNKNOWN_LIFE_SECONDS = 60;
const MAX_LIFE_SECONDS = 86_400;
const MAX_DETAIL_CHARS = 300;
const MAX_USER_CHARS = 320;
/** What a header can carry; a token with anything else in it is none. */
const TOKEN = /^[\x21-\x7E]{1,4096}$/;

/**
 * The client of Marketo's identity endpoint. The credentials travel in a form body: a URL is logged on its way.
 *
 * @example
 * const identity = createIdentity({ baseUrl, transport, timeoutMs: 10_000 });
 * const answer = await identity.fetchToken({ clientId, clientSecret });
 */
function createIdentity({ baseUrl, transport, timeoutMs }: IdentityOptions): Identity {
  const url = new URL('/identity/oauth/token', new URL(baseUrl).origin).href;

  async function fetchToken(credentials: Credentials): Promise<IdentityAnswer> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret.reveal(),
    });
    const headers = { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' };
    const reply = await transport({ method: 'POST', url, headers, body: form.toString() }, { timeoutMs });
    const answer = read(reply);
    return answer.kind === 'token' ? answer : { ...answer, detail: withoutCredentials(answer.detail, credentials) };
  }

  return { fetchToken };
}

function read(reply: HttpReply): IdentityAnswer {
  if (reply.kind === 'noReply') {
    return { kind: 'failed', detail: `identity: no reply (${reply.reason}: ${reply.detail})` };
  }
  const body = parseObject(reply.body);
  const oauthError = textOf(body?.error);
  if (reply.status === 401 || REFUSALS.has(oauthError)) {
    const described = [oauthError, textOf(body?.error_description)].filter((text) => text !== '').join(': ');
    return { kind: 'refused', detail: `identity refused the credentials: HTTP ${reply.status} ${described}`.trim() };
  }
  if (reply.status !== 200 || body === undefined) {
    // Nothing of the body: half a reply can hold half a token.
    const form = body === undefined ? 'a body that is not a JSON object' : oauthError;
    return { kind: 'failed', detail: `identity: HTTP ${reply.status} ${form}`.trim() };
  }
  if (typeof body.access_token !== 'string' || !TOKEN.test(body.access_token)) {
    return { kind: 'failed', detail: `identity: HTTP 200 without a usable access_token ${oauthError}`.trim() };
  }
  const user = textOf(body.scope).slice(0, MAX_USER_CHARS);
  return {
    kind: 'token',
    token: new Secret(body.access_token),
    expiresInSeconds: lifeSeconds(body.expires_in),
    ...(user === '' ? {} : { user }),
  };
}

function lifeSeconds(value: Json | undefined): number {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
    return UNKNOWN_LIFE_SECONDS;
  }
  return Math.min(Math.max(seconds, 0), MAX_LIFE_SECONDS);
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Identity quotes the client id, and somebody may have entered the secret in its place. */
function withoutCredentials(detail: string, { clientId, clientSecret }: Credentials): string {
  const hidden = [clientSecret.reveal(), clientId].filter((value) => value !== '');
  return hidden.reduce((text, value) => text.replaceAll(value, REDACTED), detail).slice(0, MAX_DETAIL_CHARS);
}

export type { Credentials, Identity, IdentityAnswer, IdentityOptions };
export { createIdentity };
