import type { FaultEffect } from './faults.ts';
import type { FakeUser } from './options.ts';
import { type Ending, htmlReply, reply } from './reply.ts';
import type { Tokens } from './tokens.ts';

const TOKEN_PATH = '/identity/oauth/token';

/** Parameters come in the query or as a form body (Marketo: OpenAPI of identity). */
function answerIdentity(
  request: { readonly method: string; readonly path: string; readonly parameters: URLSearchParams },
  users: readonly FakeUser[],
  tokens: Tokens,
  effect: FaultEffect | undefined,
): Ending {
  const { method, path, parameters } = request;
  if (path !== TOKEN_PATH) return htmlReply(404, 'Not Found');
  if (method !== 'GET' && method !== 'POST') return htmlReply(405, 'Method Not Allowed');
  // Rule: identity-other-grant
  if (parameters.get('grant_type') !== 'client_credentials') {
    return refusal(400, 'unsupported_grant_type', 'Unsupported grant type');
  }
  const user = users.find(({ clientId, clientSecret }) => {
    return clientId === parameters.get('client_id') && clientSecret === parameters.get('client_secret');
  });
  // Rule: identity-bad-credentials
  if (user === undefined) return refusal(401, 'invalid_client', 'Bad client credentials');
  const isRefused = effect?.kind === 'identity' && 'refusedToken' in effect;
  const token = isRefused ? tokens.refusedToken(user) : tokens.issue(user);
  const expiresIn = effect?.kind === 'identity' && 'expiresIn' in effect ? effect.expiresIn : token.expiresInSeconds;
  const body = { access_token: token.value, token_type: 'bearer', expires_in: expiresIn, scope: user.userId };
  return reply(200, 'application/json;charset=UTF-8', JSON.stringify(body));
}

function refusal(status: number, error: string, description: string): Ending {
  return reply(status, 'application/json;charset=UTF-8', JSON.stringify({ error, error_description: description }));
}

/** The reply of Identity to credentials that it does not know, for faults. */
const badCredentials: Ending = refusal(401, 'invalid_client', 'Bad client credentials');

export { answerIdentity, badCredentials };
