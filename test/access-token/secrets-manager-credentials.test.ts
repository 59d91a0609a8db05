import { inspect } from 'node:util';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  type SecretsManagerClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-secrets-manager';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CredentialsError } from '../../lib/access-token/credentials.ts';
import { createSecretsManagerCredentials } from '../../lib/aws/secrets-manager-credentials.ts';

let mock: AwsStub<ServiceInputTypes, ServiceOutputTypes, SecretsManagerClientResolvedConfig>;

beforeEach(() => {
  mock = mockClient(SecretsManagerClient);
});

afterEach(() => mock.restore());

const provider = () =>
  createSecretsManagerCredentials({ client: new SecretsManagerClient({ region: 'us-east-1' }), secretId: 'marketo/x' });

const stored = (clientSecret: string): string => JSON.stringify({ clientId: 'id', clientSecret });

describe('the credentials in Secrets Manager', () => {
  it('are read once, however many ask at the same time and later', async () => {
    mock.on(GetSecretValueCommand).resolves({ SecretString: stored('s1') });
    const credentials = provider();

    const all = await Promise.all(Array.from({ length: 20 }, () => credentials.credentials()));
    await credentials.credentials();

    expect(new Set(all.map(({ clientSecret }) => clientSecret.reveal()))).toEqual(new Set(['s1']));
    expect(mock.calls()).toHaveLength(1);
  });

  it('are read anew when they are refreshed', async () => {
    mock
      .on(GetSecretValueCommand)
      .resolvesOnce({ SecretString: stored('s1') })
      .resolves({ SecretString: stored('s2') });
    const credentials = provider();
    await credentials.credentials();

    const refreshed = await credentials.refresh();

    expect(refreshed.clientSecret.reveal()).toBe('s2');
    expect((await credentials.credentials()).clientSecret.reveal()).toBe('s2');
  });

  it('lose the line end that came with the pasted secret', async () => {
    mock.on(GetSecretValueCommand).resolves({ SecretString: stored('s1\n') });

    expect((await provider().credentials()).clientSecret.reveal()).toBe('s1');
  });

  it.each([
    ['nothing', undefined],
    ['text', 'tainted-secret'],
    ['half a JSON', '{"clientId":"id","clientSecret":"tainted-secret'],
    ['a list', '["tainted-secret"]'],
    ['null', 'null'],
    ['other names', '{"client_id":"id","client_secret":"tainted-secret"}'],
    ['an empty secret', '{"clientId":"tainted-secret","clientSecret":" "}'],
    ['a number', '{"clientId":"tainted-secret","clientSecret":5}'],
  ])(
    'in a secret that holds %s are an error that names the secret and the shape, never the content',
    async (_name, SecretString) => {
      mock.on(GetSecretValueCommand).resolves(SecretString === undefined ? {} : { SecretString });

      const error = await provider()
        .credentials()
        .catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(CredentialsError);
      expect(String(error)).toContain('secret marketo/x does not hold a JSON object {"clientId"');
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('tainted-secret');
    },
  );

  it('that an operator must make available are a CredentialsError; other faults pass as they are', async () => {
    const missing = new ResourceNotFoundException({ message: 'no such secret', $metadata: {} });
    mock.on(GetSecretValueCommand).rejectsOnce(missing).rejectsOnce(new Error('throttled'));
    const credentials = provider();

    await expect(credentials.credentials()).rejects.toThrow(/secret marketo\/x: ResourceNotFoundException/);
    await expect(credentials.credentials()).rejects.toThrow('throttled');
  });

  it('are asked for again after a failure', async () => {
    mock
      .on(GetSecretValueCommand)
      .rejectsOnce(new Error('throttled'))
      .resolves({ SecretString: stored('s1') });
    const credentials = provider();
    await expect(credentials.credentials()).rejects.toThrow();

    expect((await credentials.credentials()).clientSecret.reveal()).toBe('s1');
  });
});
