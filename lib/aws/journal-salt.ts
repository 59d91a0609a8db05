import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Secret } from '../marketo/secret.ts';

/**
 * How long a worker waits for the salt, and for its journal to be stored, each. Both take milliseconds. With hanging
 * services it is 8 s of the 15 s that delivery leaves for settling, and then the journal goes without.
 */
const JOURNAL_PATIENCE_MS = 4_000;

/** Reads the salt of a journal's key hashes: the whole text of a secret of its own. */
function createJournalSalt(options: { client: SecretsManagerClient; secretId: string }): () => Promise<Secret> {
  const { client, secretId } = options;
  return async () => {
    const command = new GetSecretValueCommand({ SecretId: secretId });
    const { SecretString = '' } = await client.send(command, {
      abortSignal: AbortSignal.timeout(JOURNAL_PATIENCE_MS),
    });
    return new Secret(SecretString.trim());
  };
}

export { createJournalSalt, JOURNAL_PATIENCE_MS };
