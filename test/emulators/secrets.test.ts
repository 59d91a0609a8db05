import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { type LocalSecrets, startSecrets } from '../../lib/emulators/secrets.ts';

let secrets: LocalSecrets;
let client: SecretsManagerClient;

beforeEach(async () => {
  secrets = await startSecrets({ 'marketo/credentials': '{"clientId":"a"}' });
  client = new SecretsManagerClient({ endpoint: secrets.url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
});

afterEach(async () => {
  client.destroy();
  await secrets.stop();
});

const get = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));

describe('the Secrets Manager stand-in, asked by the SDK', () => {
  it('gives a secret by name and by ARN', async () => {
    const byName = await get('marketo/credentials');
    const byArn = await get(byName.ARN ?? '');

    expect(byName.SecretString).toBe('{"clientId":"a"}');
    expect(byName.CreatedDate).toBeInstanceOf(Date);
    expect(byArn.SecretString).toBe(byName.SecretString);
  });

  it('gives the new value under a new version after a rotation', async () => {
    const before = await get('marketo/credentials');

    secrets.put('marketo/credentials', '{"clientId":"b"}');
    const after = await get('marketo/credentials');

    expect(after.SecretString).toBe('{"clientId":"b"}');
    expect(after.VersionId).not.toBe(before.VersionId);
  });

  it('does not know a secret that is not there', async () => {
    await expect(get('other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('refuses every other operation', async () => {
    await expect(client.send(new DescribeSecretCommand({ SecretId: 'marketo/credentials' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});
