import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import type { LogLevel } from '../../lib/settings/parse.ts';
import { DELIVERY_TIMEOUT_SECONDS } from '../../lib/settings/policy.ts';
import type { Resource, Statement } from './synth.ts';
import { BASE_URL, functionOf, onlyResource, statementsOf, synthesizeRelay, testApp } from './synth.ts';

const { template } = synthesizeRelay();
const OWN_FUNCTIONS = 3;

describe('the queues', () => {
  const queues = Object.entries(template.findResources('AWS::SQS::Queue')) as [string, Resource][];
  const [queueId, queue] = queues.find(([id]) => id.startsWith('RelayQueue')) ?? [];
  const [deadLetterId, deadLetters] = queues.find(([id]) => id.startsWith('RelayDeadLetterQueue')) ?? [];

  it('are two, encrypted, and keep messages as long as SQS can', () => {
    expect(queues).toHaveLength(2);
    for (const [, { Properties }] of queues) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    }
  });

  it('refuse requests without TLS', () => {
    for (const id of [queueId, deadLetterId]) {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          ]),
        },
      });
    }
  });

  it('hide a message for as long as a batch may be gathered and delivered, and no longer', () => {
    expect(queue?.Properties.VisibilityTimeout).toBe(DELIVERY_TIMEOUT_SECONDS + 20 + 2);
  });

  it('hand over to the dead-letter queue what nobody could settle', () => {
    expect(queue?.Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetterId, 'Arn'] },
      maxReceiveCount: 60,
    });
  });

  it('name the queue as the only source of the dead-letter queue, without a circle of references', () => {
    const allowed = deadLetters?.Properties.RedriveAllowPolicy as { sourceQueueArns: unknown[] };
    expect(allowed).toMatchObject({ redrivePermission: 'byQueue' });
    expect(JSON.stringify(allowed.sourceQueueArns)).toContain(JSON.stringify(queue?.Properties.QueueName));
    expect(JSON.stringify(allowed)).not.toContain(queueId);
  });
});

describe('the stores', () => {
  const bucketOf = (id: string): Resource => {
    const found = Object.entries(template.findResources('AWS::S3::Bucket')) as [string, Resource][];
    const [, bucket] = found.find(([name]) => name.startsWith(`Relay${id}`)) ?? [];
    if (bucket === undefined) throw new Error(`no bucket ${id}`);
    return bucket;
  };

  it('hold the ledger on demand, with point-in-time recovery and expiry', () => {
    expect(onlyResource(template, 'AWS::DynamoDB::Table').Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('keep overflow private, encrypted, for longer than a letter lives', () => {
    const { Properties } = bucketOf('Overflow');
    expect(Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(JSON.stringify(Properties.LifecycleConfiguration)).toContain('"ExpirationInDays":30');
    expect(Properties).not.toHaveProperty('VersioningConfiguration');
  });

  it('refuse requests for overflow without TLS', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('make a secret with nothing in it', () => {
    const { template: sole } = synthesizeRelay({ journal: false });
    const { SecretString } = onlyResource(sole, 'AWS::SecretsManager::Secret').Properties;
    expect(JSON.parse(String(SecretString))).toEqual({ clientId: '', clientSecret: '' });
  });

  it('are kept when the stack is deleted', () => {
    expect(deletionPolicies(template)).toEqual(new Set(['RetainExceptOnCreate']));
  });

  it('are deleted with the stack when told so', () => {
    const { template: destroyed } = synthesizeRelay({ removalPolicy: RemovalPolicy.DESTROY });
    expect(deletionPolicies(destroyed)).toEqual(new Set(['Delete']));
  });

  it('are emptied before that, by a function that is there for nothing else', () => {
    const { template: destroyed } = synthesizeRelay({ removalPolicy: RemovalPolicy.DESTROY });
    destroyed.hasResource('Custom::S3AutoDeleteObjects', {
      Properties: { BucketName: { Ref: Match.stringLikeRegexp('^RelayOverflow') } },
    });
    destroyed.resourceCountIs('AWS::Lambda::Function', 1 + OWN_FUNCTIONS);
    template.resourceCountIs('AWS::Lambda::Function', OWN_FUNCTIONS);
  });
});

describe('the delivery function', () => {
  const { Properties } = functionOf(template);

  it('runs on arm64 with Node 24, traced, longer than the slowest Marketo endpoint', () => {
    expect(Properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 512,
      TracingConfig: { Mode: 'Active' },
    });
    expect(Properties.Timeout).toBeGreaterThan(310);
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('is not taken for a runaway loop when it sends copies to its own queue', () => {
    expect(Properties.RecursiveLoop).toBe('Allow');
  });

  it('is told every setting, and each is a text', () => {
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    expect(Object.keys(Variables).sort()).toEqual(
      [
        // Where results go, and the backfill, is told where there are any: results.test.ts, backfill.test.ts.
        ...Object.values(SETTING_NAMES).filter((name) => !/^(RESULTS|BACKFILL)_/.test(name)),
        'NODE_OPTIONS',
        'POWERTOOLS_LOG_LEVEL',
        'POWERTOOLS_METRICS_NAMESPACE',
        'POWERTOOLS_SERVICE_NAME',
      ].sort(),
    );
    expect(Variables).toMatchObject({
      MARKETO_BASE_URL: BASE_URL,
      RATE_LIMIT_CALLS: '50',
      RATE_LIMIT_WINDOW_SECONDS: '20',
      MAX_CONCURRENT_CALLS: '5',
      DAILY_QUOTA: '50000',
      QUOTA_TIME_ZONE: 'America/Chicago',
      RETRY_MAX_ATTEMPTS: '8',
      RETRY_MAX_AGE_SECONDS: '86400',
      ISOLATE: 'record',
      ORDER: 'key',
    });
  });

  it('is told the limits that were given', () => {
    const { template: given } = synthesizeRelay({
      rateLimitCalls: 80,
      rateLimitWindowSeconds: 21,
      maxConcurrentCalls: 9,
      dailyQuota: 1_000,
      quotaTimeZone: 'UTC',
      retryMaxAttempts: 3,
      retryMaxAgeSeconds: 600,
      isolate: 'message',
      order: 'none',
      memorySize: 1_024,
    });
    given.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 1_024,
      Environment: {
        Variables: Match.objectLike({
          RATE_LIMIT_CALLS: '80',
          RATE_LIMIT_WINDOW_SECONDS: '21',
          MAX_CONCURRENT_CALLS: '9',
          DAILY_QUOTA: '1000',
          QUOTA_TIME_ZONE: 'UTC',
          RETRY_MAX_ATTEMPTS: '3',
          RETRY_MAX_AGE_SECONDS: '600',
          ISOLATE: 'message',
          ORDER: 'none',
        }),
      },
    });
  });

  it('logs from INFO on, and what Lambda filters away is never more than that', () => {
    const levels = (logLevel?: LogLevel) => {
      const { template: of } = synthesizeRelay(logLevel === undefined ? {} : { logLevel });
      const { Environment, LoggingConfig } = functionOf(of).Properties;
      const { Variables } = Environment as { Variables: Record<string, unknown> };
      return [Variables.POWERTOOLS_LOG_LEVEL, (LoggingConfig as Record<string, unknown>).ApplicationLogLevel];
    };
    expect(levels()).toEqual(['INFO', 'INFO']);
    expect(levels('DEBUG')).toEqual(['DEBUG', 'DEBUG']);
    expect(levels('ERROR')).toEqual(['ERROR', 'INFO']);
  });

  it('keeps its log for a month unless told otherwise', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    const { template: week } = synthesizeRelay({ logRetention: RetentionDays.ONE_WEEK });
    week.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  it('takes batches within seconds, reports failures one by one, and never more copies than told', () => {
    expect(onlyResource(template, 'AWS::Lambda::EventSourceMapping').Properties).toMatchObject({
      BatchSize: 300,
      MaximumBatchingWindowInSeconds: 2,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  it('gathers for longer, and hides messages for as much longer, when delay may buy calls', () => {
    const gathering = { gatherSeconds: 120, gatherMessages: 3_000, maxConcurrency: 2, maxReceiveCount: 20 };
    const { template: patient } = synthesizeRelay(gathering);
    expect(onlyResource(patient, 'AWS::Lambda::EventSourceMapping').Properties).toMatchObject({
      BatchSize: 3_000,
      MaximumBatchingWindowInSeconds: 120,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    patient.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: DELIVERY_TIMEOUT_SECONDS + 20 + 120,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 20 }),
    });
  });
});

describe('permissions', () => {
  const statements = statementsOf(template);
  const actionsOf = (statement: Statement) => [statement.Action].flat();

  it('name their resources, except for X-Ray, which has none', () => {
    for (const statement of statements) {
      const isXRay = actionsOf(statement).every((action) => action.startsWith('xray:'));
      expect([statement.Resource].flat().includes('*')).toBe(isXRay);
    }
  });

  it('to publish are to send, and no more', () => {
    const stack = new Stack(testApp(), 'Test');
    const publisher = new Role(stack, 'Publisher', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL }).grantPublish(publisher);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Publisher') }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RelayQueue'), 'Arn'] },
          },
        ],
      },
    });
  });

  it('reach an existing secret instead of a new one', () => {
    const stack = new Stack(testApp(), 'Test');
    const secret = Secret.fromSecretNameV2(stack, 'Existing', 'marketo/credentials');
    new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, secret, journal: false });
    const withSecret = Template.fromStack(stack);
    withSecret.resourceCountIs('AWS::SecretsManager::Secret', 0);
    withSecret.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ MARKETO_SECRET_ID: 'marketo/credentials' }) },
    });
    expect(JSON.stringify(withSecret.findResources('AWS::IAM::Policy'))).toContain(
      ':secret:marketo/credentials-??????',
    );
  });
});

const HOLDS_DATA = new Set([
  'AWS::SQS::Queue',
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::Logs::LogGroup',
]);

function deletionPolicies(of: Template): Set<string | undefined> {
  const resources = Object.values(of.toJSON().Resources as Record<string, Resource>);
  return new Set(resources.filter(({ Type }) => HOLDS_DATA.has(Type)).map(({ DeletionPolicy }) => DeletionPolicy));
}
