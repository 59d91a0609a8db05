import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../../lib/marketo/http.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { rememberSecrets } from '../../lib/runtime/known-secrets.ts';

const token = new Secret('token-1234567890:int');
const clientSecret = new Secret('client-secret-1234');

async function acquainted() {
  const known = rememberSecrets();
  await known
    .tokens({
      current: async () => ({ kind: 'token', token }),
      replace: async () => ({ kind: 'refused', reason: 'credentialsRefused', retryAfterMs: 60_000, detail: 'none' }),
    })
    .current();
  const credentials = async () => ({ clientId: 'client', clientSecret });
  await known.credentials({ credentials, refresh: credentials }).credentials();
  return known;
}

function through(known: ReturnType<typeof rememberSecrets>, reply: HttpReply): Promise<HttpReply> {
  const request = { method: 'GET', url: 'https://example.com/rest/v1/leads.json', headers: {} } as const;
  return known.transport(async () => reply)(request, { timeoutMs: 1_000 });
}

describe('the secrets that a worker knows', () => {
  it('are those of every token and every credential that passed', async () => {
    const known = await acquainted();

    expect(known.secrets().map((secret) => secret.reveal())).toEqual([clientSecret.reveal(), token.reveal()]);
  });

  it('are taken out of replies before anyone can shorten them to half a secret', async () => {
    const known = await acquainted();
    const body = `${'x'.repeat(190)}${token.reveal()} ${encodeURIComponent(token.reveal())}`;
    const headers = { 'x-echo': `secret ${clientSecret.reveal()}` };

    const reply = await through(known, { kind: 'reply', status: 500, headers, body, complete: true });

    expect(JSON.stringify(reply)).not.toMatch(/token-1234|client-secret/);
    expect(reply).toMatchObject({
      body: `${'x'.repeat(190)}[secret] [secret]`,
      headers: { 'x-echo': 'secret [secret]' },
    });
  });

  it('are taken out of what the network says', async () => {
    const known = await acquainted();
    const detail = `ECONNRESET ${token.reveal()}`;

    const reply = await through(known, { kind: 'noReply', reason: 'connection', mayHaveExecuted: true, detail });

    expect(reply).toMatchObject({ detail: 'ECONNRESET [secret]' });
  });

  it('are ten at most', async () => {
    const known = rememberSecrets();
    let number = 0;
    const tokens = known.tokens({
      current: async () => ({ kind: 'token', token: new Secret(`token-${number++}-of-many`) }),
      replace: async () => ({ kind: 'refused', reason: 'credentialsRefused', retryAfterMs: 60_000, detail: 'none' }),
    });

    for (let count = 0; count < 15; count++) await tokens.current();

    expect(known.secrets()).toHaveLength(10);
    expect(known.secrets()[0]?.reveal()).toBe('token-14-of-many');
  });
});
