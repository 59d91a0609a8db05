import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Secret } from '../marketo/secret.ts';
import type { Parsed } from '../settings/parse.ts';

interface WebhookSecretsOptions {
  readonly client: SecretsManagerClient;
  /** Name or ARN. */
  readonly secretId: string;
  /** Reads the value of the secret. */
  readonly read: (text: string) => Parsed<readonly Secret[]>;
  readonly nowMs: () => number;
}

/** How long a secret that was taken out of Secrets Manager is accepted still. */
const KEPT_MS = 5 * 60_000;
/** Whoever sends wrong signatures makes the function look no more often than that. */
const LEAST_BETWEEN_MS = 10_000;

/**
 * The secrets that senders sign with, as Secrets Manager has them: read once in five minutes, and sooner when a signature
 * fits none of them. Calls at the same time share one request; a failure is not remembered.
 *
 * @throws where the secret cannot be read or is none; no error shows a value.
 */
function createWebhookSecrets(options: WebhookSecretsOptions): (anew: boolean) => Promise<readonly Secret[]> {
  const { client, secretId, read, nowMs } = options;
  let known: { readonly secrets: readonly Secret[]; readonly atMs: number } | undefined;
  let reading: Promise<readonly Secret[]> | undefined;

  async function readAnew(): Promise<readonly Secret[]> {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const parsed = read(SecretString ?? '');
    if (!parsed.ok) throw new Error(`the secret ${secretId} ${parsed.problem}`);
    known = { secrets: parsed.value, atMs: nowMs() };
    return parsed.value;
  }

  return async (anew) => {
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : nowMs() - known.atMs;
    if (known !== undefined && ageMs < (anew ? LEAST_BETWEEN_MS : KEPT_MS)) return known.secrets;
    reading ??= readAnew().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

export type { WebhookSecretsOptions };
export { createWebhookSecrets };
