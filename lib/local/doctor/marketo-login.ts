import { CredentialsError } from '../../access-token/credentials.ts';
import { createSecretsManagerCredentials } from '../../aws/secrets-manager-credentials.ts';
import type { Transport } from '../../marketo/http.ts';
import { type Credentials, createIdentity } from '../../marketo/identity.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { Clock } from '../../ports.ts';
import { parseBaseUrl } from '../../settings/base-url.ts';
import { SETTING_NAMES } from '../../settings/names.ts';
import type { RelayTarget } from '../target/target.ts';
import { type ClockSeen, compareClocks } from './check-clock.ts';
import { type Finding, findingOf, notChecked, ok, wrong } from './finding.ts';

/** What came of asking identity, once. */
interface Login {
  readonly findings: readonly Finding[];
  /** Absent when there is none to be had. */
  readonly token?: Secret;
  /** The API user, as the usage endpoint names it too. */
  readonly user?: string;
  readonly secrets: readonly Secret[];
  readonly clock?: ClockSeen;
}

interface LoginInput {
  readonly target: RelayTarget;
  /** Of the delivery function, as far as they could be read. */
  readonly settings: Readonly<Record<string, string>>;
  readonly transport: Transport;
  readonly clock: Clock;
}

const TIMEOUT_MS = 15_000;
const PUT =
  'aws secretsmanager put-secret-value --secret-id "$SECRET_NAME" --secret-string \'{"clientId":"...","clientSecret":"..."}\'';

/**
 * Reads the secret and asks identity for a token: one request, free of quota and rate (Marketo: OpenAPI of identity). It hands
 * out the token that the relay has, so nothing changes for it (Marketo: authentication).
 */
async function login({ target, settings, transport, clock }: LoginInput): Promise<Login> {
  const host = parseBaseUrl(target.baseUrl, {
    allowOtherHosts: settings[SETTING_NAMES.allowOtherHosts] === 'true',
    switchName: 'allowOtherHosts',
  });
  if (!host.ok)
    return failedWith(wrong(`the address of Marketo ${host.problem}`, 'deploy with the right marketoBaseUrl'));
  const read = await readCredentials(target, settings[SETTING_NAMES.marketoSecretId] || target.secretName);
  if ('verdict' in read) return failedWith(read);

  let seen: ClockSeen | undefined;
  const dated: Transport = async (request, options) => {
    const sentAtMs = clock.nowMs();
    const reply = await transport(request, options);
    if (reply.kind === 'reply') seen = compareClocks('Marketo', reply.headers.date ?? '', sentAtMs, clock.nowMs());
    return reply;
  };
  const identity = createIdentity({ baseUrl: host.value, transport: dated, timeoutMs: TIMEOUT_MS });
  const answer = await identity.fetchToken(read);
  const secrets = [read.clientSecret, ...(answer.kind === 'token' ? [answer.token] : [])];
  const rest = { secrets, ...(seen === undefined ? {} : { clock: seen }) };
  switch (answer.kind) {
    case 'refused':
      return {
        ...rest,
        findings: [
          wrong(
            answer.detail,
            `compare them with Admin > LaunchPoint in Marketo, and put the right ones into the secret: ${PUT}`,
          ),
        ],
      };
    case 'failed':
      return {
        ...rest,
        findings: [
          wrong(`${answer.detail} at ${host.value}`, 'look whether the address is right and reachable from here'),
        ],
      };
    case 'token': {
      const { user, token } = answer;
      const whose = user === undefined ? '' : `, of the API user ${user}`;
      return {
        ...rest,
        token,
        ...(user === undefined ? {} : { user }),
        findings: [ok(`identity takes what is in the secret${whose}`)],
      };
    }
  }
}

async function readCredentials({ clients }: RelayTarget, secretId: string): Promise<Credentials | Finding> {
  try {
    return await createSecretsManagerCredentials({ client: clients.secretsManager, secretId }).credentials();
  } catch (error) {
    if (!(error instanceof CredentialsError)) {
      return findingOf(error, { what: `the secret ${secretId}`, action: 'secretsmanager:GetSecretValue' });
    }
    // The function may read it although whoever runs this may not.
    return /AccessDenied/.test(error.message)
      ? notChecked(
          `the secret ${secretId}: AWS does not let you look`,
          'it takes the permission secretsmanager:GetSecretValue, and kms:Decrypt for a key of your own',
        )
      : wrong(error.message, `put the credentials of the custom service into it: ${PUT}`);
  }
}

function failedWith(finding: Finding): Login {
  return { findings: [finding], secrets: [] };
}

export type { Login };
export { login };
