import type { CredentialsProvider } from '../access-token/credentials.ts';
import type { Replacement, TokenKeeper } from '../access-token/token-keeper.ts';
import { redact } from '../dead-letter/redact.ts';
import type { HttpReply, Transport } from '../marketo/http.ts';
import type { Secret } from '../marketo/secret.ts';

/** A worker sees one token an hour and one client secret a rotation; older ones are no longer valid. */
const MAX_REMEMBERED = 10;

/** Remembers the secrets that a worker receives, so that replies can be searched for them. */
function rememberSecrets() {
  let known: readonly Secret[] = [];

  function remember(secret: Secret): void {
    if (known.some((one) => one.reveal() === secret.reveal())) return;
    known = [secret, ...known].slice(0, MAX_REMEMBERED);
  }

  return {
    secrets: (): readonly Secret[] => known,
    /**
     * A transport whose replies hold no known secret, whoever echoes one. Secrets are removed here and not where logs and
     * dead letters are written, because a reply is shortened on its way there, and half a secret cannot be found.
     */
    transport(transport: Transport): Transport {
      return async (request, options) => withoutSecrets(await transport(request, options), known);
    },
    tokens(tokens: TokenKeeper): TokenKeeper {
      const watch = async <Answer extends Replacement>(answer: Promise<Answer>): Promise<Answer> => {
        const given = await answer;
        if (given.kind === 'token') remember(given.token);
        return given;
      };
      return {
        current: () => watch(tokens.current()),
        replace: (failed, evidence) => watch(tokens.replace(failed, evidence)),
      };
    },
    credentials(provider: CredentialsProvider): CredentialsProvider {
      const watch = async (answer: ReturnType<CredentialsProvider['credentials']>) => {
        const given = await answer;
        remember(given.clientSecret);
        return given;
      };
      return { credentials: () => watch(provider.credentials()), refresh: () => watch(provider.refresh()) };
    },
  };
}

function withoutSecrets(reply: HttpReply, secrets: readonly Secret[]): HttpReply {
  if (reply.kind === 'noReply') return { ...reply, detail: redact(reply.detail, secrets) };
  const headers = Object.entries(reply.headers).map(([name, value]) => [name, redact(value, secrets)] as const);
  return { ...reply, headers: Object.fromEntries(headers), body: redact(reply.body, secrets) };
}

export { rememberSecrets };
