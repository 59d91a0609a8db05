import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { RelayStackProps } from '../../lib/cloud/relay-stack.ts';
import { RelayStack } from '../../lib/cloud/relay-stack.ts';
import { readSecretId } from '../../lib/settings/secret-id.ts';
import { BASE_URL, functionOf, statementsOf, testApp } from './synth.ts';

const NAME = 'marketo/credentials';
const PARTIAL = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${NAME}`;
const COMPLETE = `${PARTIAL}-AbC1dE`;
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555';

/** A stack in a known region, so that ARNs come out as text, and without the journal's secret. */
function synthesize(props: RelayStackProps) {
  const env = { account: '123456789012', region: 'eu-west-1' };
  const template = Template.fromStack(
    new RelayStack(testApp(), 'Stack', { env, marketoBaseUrl: BASE_URL, journal: false, ...props }),
  );
  const statements = statementsOf(template);
  const { Variables } = functionOf(template).Properties.Environment as {
    Variables: Record<string, unknown>;
  };
  const granted = (action: string) => statements.filter(({ Action }) => [Action].flat().includes(action));
  return {
    secretId: asText(Variables.MARKETO_SECRET_ID),
    readable: granted('secretsmanager:GetSecretValue').map(({ Resource: resource }) => asText(resource)),
    decrypt: granted('kms:Decrypt'),
  };
}

/** The partition is the one thing that stays open in a stack of a known region. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': [separator, parts] = ['', []] } = value as { 'Fn::Join'?: [string, unknown[]] };
  return parts.map((part) => (typeof part === 'string' ? part : 'aws')).join(separator);
}

describe('an existing secret', () => {
  it.each([
    ['name', NAME, NAME, `${PARTIAL}-??????`],
    ['ARN', COMPLETE, COMPLETE, COMPLETE],
    ['ARN without its last six characters', PARTIAL, NAME, `${PARTIAL}-??????`],
  ])('is read by its %s, and may be read under it', (_, secretName, secretId, readable) => {
    expect(synthesize({ secretName })).toEqual({ secretId, readable: [readable], decrypt: [] });
  });

  it.each([
    ['name', NAME, `${PARTIAL}-??????`],
    ['ARN', COMPLETE, COMPLETE],
    ['ARN without its last six characters', PARTIAL, `${PARTIAL}-??????`],
  ])(
    'under a key of its own, given by its %s, may be decrypted with that key, by way of Secrets Manager',
    (_, secretName, readable) => {
      const found = synthesize({ secretName, secretKeyArn: KEY });
      expect(found.readable).toEqual([readable]);
      expect(found.decrypt).toMatchObject([
        {
          Resource: KEY,
          Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
        },
      ]);
    },
  );

  it.each(['arn:aws:ssm:eu-west-1:123456789012:parameter/a', `${COMPLETE}:clientSecret::`, 'a:b', '', 'a b'])(
    'is not %j',
    (secretName) => {
      expect(() => synthesize({ secretName })).toThrow('secretName is not the name or ARN of a Secrets Manager secret');
    },
  );

  it('is told apart by how it is written', () => {
    const kindOf = (text: string) => {
      const read = readSecretId(text);
      return read.ok && read.value.kind;
    };
    expect([NAME, PARTIAL, COMPLETE].map(kindOf)).toEqual(['name', 'partialArn', 'completeArn']);
    expect(kindOf('rds!cluster-1234')).toBe('name');
    expect(kindOf(COMPLETE.replace('aws', 'aws-us-gov').replace('eu-west-1', 'us-gov-west-1'))).toBe('completeArn');
  });
});
