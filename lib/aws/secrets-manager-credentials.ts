import {
  DecryptionFailure,
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CredentialsError, type CredentialsProvider } from '../access-token/credentials.ts';
import type { Credentials } from '../marketo/identity.ts';
import { Secret } from '../marketo/secret.ts';

interface SecretsManagerCredentialsOptions {
  readonly client: SecretsManagerClient;
  /** Name or ARN. */
  readonly secretId: string;
}

const EXPECTED = 'a JSON object {"clientId": "...", "clientSecret": "..."} with two texts that are not empty';

/**
 * The credentials in AWS Secrets Manager, read once for each process until somebody asks for a refresh. Calls at the
 * same time share one request; a failure is not remembered.
 *
 * @example
 * const provider = createSecretsManagerCredentials({ client: clients.secretsManager, secretId: 'marketo' });
 * const { clientId, clientSecret } = await provider.credentials();
 */
function createSecretsManagerCredentials(options: SecretsManagerCredentialsOptions): CredentialsProvider {
  const { client, secretId } = options;
  let known: Credentials | undefined;
  let reading: Promise<Credentials> | undefined;

  async function read(): Promise<Credentials> {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      known = parse(SecretString, secretId);
      return known;
    } catch (error) {
      throw needsOperator(error) ? new CredentialsError(`secret ${secretId}: ${describe(error)}`) : error;
    }
  }

  function refresh(): Promise<Credentials> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return { credentials: async () => known ?? refresh(), refresh };
}

function parse(text: string | undefined, secretId: string): Credentials {
  const value = parseJson(text ?? '');
  const clientId = textOf(value, 'clientId');
  const clientSecret = textOf(value, 'clientSecret');
  if (clientId === '' || clientSecret === '') {
    throw new CredentialsError(`secret ${secretId} does not hold ${EXPECTED}`);
  }
  return { clientId, clientSecret: new Secret(clientSecret) };
}

/** Without what surrounds it: a line end at the end of a pasted secret is a common mistake. */
function textOf(value: unknown, name: string): string {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof text === 'string' ? text.trim() : '';
}

/** The parser's own error quotes the text, so it goes no further. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Faults that stay until somebody changes the secret, its key or the permissions. */
function needsOperator(error: unknown): error is Error {
  const lasting = [ResourceNotFoundException, DecryptionFailure, InvalidRequestException];
  return (
    lasting.some((kind) => error instanceof kind) || (error instanceof Error && error.name === 'AccessDeniedException')
  );
}

function describe(error: Error): string {
  return `${error.name}: ${error.message}`;
}

export type { SecretsManagerCredentialsOptions };
export { createSecretsManagerCredentials };
