import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import { RelayStack } from '../../lib/cloud/relay-stack.ts';
import { BASE_URL, functionOf, onlyResource, statementsOf, synthesizeRelay, testApp } from './synth.ts';

const ENV = { account: '123456789012', region: 'eu-west-1' };
const KEY_ARN = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555';

describe('a key of the same app', () => {
  const stack = new Stack(testApp(), 'Test', { env: ENV });
  const encryptionKey = new Key(stack, 'Key');
  new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, encryptionKey });
  const template = Template.fromStack(stack);
  const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };

  it('encrypts everything that holds data', () => {
    template.resourcePropertiesCountIs(
      'AWS::SQS::Queue',
      { KmsMasterKeyId: arn, SqsManagedSseEnabled: Match.absent() },
      2,
    );
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn },
    });
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn } },
        ],
      },
    });
    template.allResourcesProperties('AWS::SecretsManager::Secret', { KmsKeyId: arn });
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: Match.objectLike({
        ResultConfiguration: Match.objectLike({
          EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: arn },
        }),
      }),
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: arn });
  });

  it('lets CloudWatch Logs in, for log groups of the account alone', () => {
    const { KeyPolicy } = onlyResource(template, 'AWS::KMS::Key').Properties as { KeyPolicy: { Statement: object[] } };
    expect(KeyPolicy.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'logs.eu-west-1.amazonaws.com' },
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:eu-west-1:123456789012:log-group:*',
          },
        },
      }),
    );
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('encryptionKey'))).toEqual([]);
  });

  it.each(['Delivery', 'Govern', 'Triage'] as const)('is used by %s by way of the services alone', (id) => {
    expect(statementsOf(template, id)).toContainEqual(
      expect.objectContaining({
        Action: expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']),
        Condition: {
          StringEquals: {
            'kms:ViaService': [
              'sqs.eu-west-1.amazonaws.com',
              'dynamodb.eu-west-1.amazonaws.com',
              's3.eu-west-1.amazonaws.com',
            ],
          },
        },
      }),
    );
  });

  it('may stand in another stack, since its policy names nothing of the relay', () => {
    const app = testApp();
    const key = new Key(new Stack(app, 'Keys', { env: ENV }), 'Key');
    const relayStack = new Stack(app, 'Relays', { env: ENV });
    new MarketoRelay(relayStack, 'Relay', { marketoBaseUrl: BASE_URL, encryptionKey: key });
    expect(() => app.synth()).not.toThrow();
  });

  it('is not there unless it is given', () => {
    const { template: plain } = synthesizeRelay();
    expect(JSON.stringify(plain.toJSON())).not.toContain('kms:');
  });
});

describe('a key that was made elsewhere', () => {
  it('is given by its ARN, and a warning says what its policy must allow', () => {
    const stack = new RelayStack(testApp(), 'Stack', { env: ENV, marketoBaseUrl: BASE_URL, encryptionKeyArn: KEY_ARN });
    Template.fromStack(stack).allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: KEY_ARN });
    const [warning] = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('encryptionKey was made elsewhere'),
    );
    expect(warning?.entry.data).toContain('logs.REGION.amazonaws.com do kms:Encrypt, kms:Decrypt');
  });

  it('is refused in another region, and beside another', () => {
    const stackOf = (props: object) => () =>
      new RelayStack(testApp(), 'Stack', { env: ENV, marketoBaseUrl: BASE_URL, ...props });
    expect(stackOf({ encryptionKeyArn: KEY_ARN.replace('eu-west-1', 'us-east-1') })).toThrow(
      'encryptionKeyArn is in us-east-1, and the stack in eu-west-1',
    );
    const encryptionKey = Key.fromKeyArn(new Stack(), 'Key', KEY_ARN);
    expect(stackOf({ encryptionKeyArn: KEY_ARN, encryptionKey })).toThrow('give one of them');
  });
});

describe('tracing', () => {
  it('can be turned off, with the right to trace', () => {
    const { template } = synthesizeRelay({ tracing: false });
    const { Properties } = functionOf(template);
    expect(Properties).not.toHaveProperty('TracingConfig');
    expect(JSON.stringify(statementsOf(template))).not.toContain('xray:');
  });
});

describe('further variables of the delivery function', () => {
  it('are its own, beside those of the relay', () => {
    const { template } = synthesizeRelay({ environment: { NODE_EXTRA_CA_CERTS: '/opt/ca.pem' } });
    expect(functionOf(template).Properties.Environment).toMatchObject({
      Variables: { NODE_EXTRA_CA_CERTS: '/opt/ca.pem', RATE_LIMIT_CALLS: '50' },
    });
    expect(JSON.stringify(functionOf(template, 'Govern').Properties.Environment)).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  it.each([
    ['RATE_LIMIT_CALLS', 'environment has RATE_LIMIT_CALLS, which the relay sets itself'],
    ['POWERTOOLS_LOG_LEVEL', 'which the relay sets itself'],
    ['my-name', 'environment has the name "my-name": give a letter followed by letters, digits and "_"'],
  ])('are refused as %s', (name, problem) => {
    expect(() => synthesizeRelay({ environment: { [name]: '1' } })).toThrow(problem);
  });
});
