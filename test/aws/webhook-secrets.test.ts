import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWebhookSecrets } from '../../lib/aws/webhook-secrets.ts';
import { readSecrets } from '../../lib/webhook/signature.ts';

const value = (fill: number) => JSON.stringify({ secret: Buffer.alloc(24, fill).toString('base64') });
const manager = mockClient(SecretsManagerClient);
let nowMs = 0;

function secrets() {
  const client = new SecretsManagerClient({ region: 'us-east-1' });
  return createWebhookSecrets({ client, secretId: 'webhook', read: readSecrets, nowMs: () => nowMs });
}
const reads = () => manager.commandCalls(GetSecretValueCommand).length;

beforeEach(() => {
  nowMs = 1_000_000;
  manager.reset();
  manager.on(GetSecretValueCommand).resolves({ SecretString: value(1) });
});

describe('the secrets of the webhook', () => {
  it('are read once for many requests, at the same time too', async () => {
    const get = secrets();
    await Promise.all([get(false), get(false), get(true)]);
    await get(false);
    expect(reads()).toBe(1);
  });

  it('are read anew after five minutes', async () => {
    const get = secrets();
    await get(false);
    nowMs += 5 * 60_000 - 1;
    await get(false);
    expect(reads()).toBe(1);
    nowMs += 1;
    await get(false);
    expect(reads()).toBe(2);
  });

  it('are looked for when a signature fits none, and no more often than every ten seconds', async () => {
    const get = secrets();
    const [before] = await get(false);
    manager.on(GetSecretValueCommand).resolves({ SecretString: value(2) });
    expect((await get(true))[0]?.reveal()).toBe(before?.reveal());
    nowMs += 10_000;
    expect((await get(true))[0]?.reveal()).not.toBe(before?.reveal());
    await get(true);
    expect(reads()).toBe(2);
  });

  it('are asked for again after a failure', async () => {
    const get = secrets();
    manager
      .on(GetSecretValueCommand)
      .rejectsOnce(new Error('throttled'))
      .resolves({ SecretString: value(1) });
    await expect(get(false)).rejects.toThrow('throttled');
    expect(await get(false)).toHaveLength(1);
  });

  it('are none where the value is no secret, and the error does not show it', async () => {
    manager.on(GetSecretValueCommand).resolves({ SecretString: '{"secret":"tainted"}' });
    const failure = await secrets()(false).catch((error: unknown) => String(error));
    expect(failure).toMatch(/the secret webhook has no usable member secret/);
    expect(failure).not.toContain('tainted');
  });
});
