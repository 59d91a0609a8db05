import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { HttpReply, HttpRequest, Transport } from '../../lib/marketo/http.ts';
import { createIdentity, type IdentityAnswer } from '../../lib/marketo/identity.ts';
import { Secret } from '../../lib/marketo/secret.ts';

const SECRET = 'tainted-secret&+ü';
const CREDENTIALS = { clientId: 'the-client-id', clientSecret: new Secret(SECRET) };

async function ask(reply: HttpReply): Promise<{ answer: IdentityAnswer; sent: HttpRequest; timeoutMs: number }> {
  const calls: { request: HttpRequest; timeoutMs: number; bearer?: string }[] = [];
  const transport: Transport = async (request, options) => {
    calls.push({ request, ...options });
    return reply;
  };
  const identity = createIdentity({ baseUrl: 'https://123-abc-456.mktorest.com/', transport, timeoutMs: 10_000 });
  const answer = await identity.fetchToken(CREDENTIALS);
  const [call] = calls;
  if (call === undefined || calls.length > 1) throw new Error(`${calls.length} calls`);
  expect(call.bearer).toBeUndefined();
  return { answer, sent: call.request, timeoutMs: call.timeoutMs };
}

const reply = (body: unknown, status = 200): HttpReply => ({
  kind: 'reply',
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
  complete: true,
});

describe('the identity client', () => {
  it('keeps the credentials out of the URL', async () => {
    const { sent, timeoutMs } = await ask(reply({ access_token: 'a:int', expires_in: 3599 }));

    expect(sent).toMatchObject({ method: 'POST', url: 'https://123-abc-456.mktorest.com/identity/oauth/token' });
    expect(Object.fromEntries(new URLSearchParams(sent.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'the-client-id',
      client_secret: SECRET,
    });
    expect(timeoutMs).toBe(10_000);
  });

  it.each([
    [3599, 3599],
    [0, 0],
    ['516', 516],
    [-5, 0],
    [1e12, 86_400],
    [undefined, 60],
    ['soon', 60],
    [null, 60],
  ])('takes a token whose expires_in is %j', async (expiresIn, expected) => {
    const { answer } = await ask(reply({ access_token: 'a:int', token_type: 'bearer', expires_in: expiresIn }));

    expect(answer).toMatchObject({ kind: 'token', expiresInSeconds: expected });
    expect(answer.kind === 'token' && answer.token.reveal()).toBe('a:int');
  });

  it.each<[string, HttpReply]>([
    ['401 with an OAuth body', reply({ error: 'invalid_client', error_description: 'Bad client credentials' }, 401)],
    ['401 with anything', reply('<html>', 401)],
    ['another status with invalid_client', reply({ error: 'invalid_client' }, 400)],
    ['unauthorized', reply({ error: 'unauthorized', error_description: 'No client with requested id: x' }, 200)],
  ])('calls %s a refusal', async (_name, given) => {
    expect((await ask(given)).answer).toMatchObject({ kind: 'refused', detail: expect.stringMatching(/HTTP \d{3}/) });
  });

  it.each<[string, HttpReply]>([
    ['500', reply({ timestamp: 1, status: 500, error: 'Internal Server Error' }, 500)],
    ['an HTML page', reply('<html>maintenance</html>')],
    ['nothing', reply('', 503)],
    ['another OAuth error', reply({ error: 'server_error' }, 400)],
    ['a redirect', reply('', 302)],
    ['an object without a token', reply({ expires_in: 3600 })],
    ['an empty token', reply({ access_token: '', expires_in: 3600 })],
    ['a token that would break the header', reply({ access_token: 'a\r\nX: 1', expires_in: 3600 })],
    ['half a reply', reply('{"access_token":"tainted-token')],
    ['no reply', { kind: 'noReply', reason: 'timeout', mayHaveExecuted: true, detail: 'no reply within 10000 ms' }],
  ])('calls %s a failure', async (_name, given) => {
    expect((await ask(given)).answer.kind).toBe('failed');
  });

  it('tells nothing secret, whatever comes back', async () => {
    const hostile = `echo ${SECRET} ${CREDENTIALS.clientId}`;
    const replies = [
      reply({ error: 'invalid_client', error_description: hostile }, 401),
      reply({ error: hostile }, 500),
      reply({ error: hostile, expires_in: 1 }, 200),
      reply(hostile, 500),
      reply({ access_token: 'tainted-token:int', expires_in: 5 }, 500),
      reply({ access_token: 'tainted-token:int', expires_in: 5 }),
      reply('{"access_token":"tainted-token:i'),
      { kind: 'noReply', reason: 'connection', mayHaveExecuted: true, detail: hostile } as const,
    ];

    const answers = await Promise.all(replies.map(async (given) => (await ask(given)).answer));

    for (const text of [JSON.stringify(answers), inspect(answers, { depth: Infinity, showHidden: true })]) {
      expect(text).not.toMatch(/tainted|the-client-id/);
    }
  });
});
