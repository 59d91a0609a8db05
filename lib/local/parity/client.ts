import type { HttpReply, Transport } from '../../marketo/http.ts';
import { createIdentity } from '../../marketo/identity.ts';
import { REDACTED, type Secret } from '../../marketo/secret.ts';
import type { ProbeRequest } from './types.ts';

interface Subscription {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

type Client =
  | {
      readonly kind: 'client';
      /** The text without token, credentials and user. */
      hide(text: string): string;
      call(request: ProbeRequest): Promise<HttpReply>;
    }
  | { readonly kind: 'refused'; readonly detail: string };

/** Longer than Marketo takes for any of the probes (Marketo: leads, timeouts). */
const TIMEOUT_MS = 100_000;

async function connect(subscription: Subscription, transport: Transport): Promise<Client> {
  const { baseUrl } = subscription;
  const identity = createIdentity({ baseUrl, transport, timeoutMs: TIMEOUT_MS });
  const answer = await identity.fetchToken(subscription);
  if (answer.kind !== 'token') return { kind: 'refused', detail: answer.detail };
  return {
    kind: 'client',
    hide: (text) => {
      const { clientId, clientSecret } = subscription;
      const secrets = [answer.token.reveal(), clientSecret.reveal(), clientId, answer.user ?? ''];
      return secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, REDACTED)), text);
    },
    call: ({ method, path, contentType, body }) => {
      const headers = { Accept: 'application/json', ...(contentType && { 'Content-Type': contentType }) };
      const request = { method, url: `${baseUrl}${path}`, headers, ...(body === undefined ? {} : { body }) };
      return transport(request, { timeoutMs: TIMEOUT_MS, bearer: answer.token.reveal() });
    },
  };
}

export type { Client, Subscription };
export { connect };
