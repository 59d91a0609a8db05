import { type App, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import { BASE_URL, testApp } from './synth.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What a role may do after a grant, as `action on the resource's logical id`. */
function allowed(grant: (relay: MarketoRelay, grantee: IGrantable) => unknown): readonly string[] {
  const stack = new Stack(testApp(), 'Test');
  const relay = new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL });
  const role = new Role(stack, 'Grantee', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  grant(relay, role);
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy', {
    Properties: { Roles: [{ Ref: stack.getLogicalId(role.node.defaultChild as never) }] },
  });
  const statements = Object.values(policies).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement as Statement[],
  );
  expect(statements.every(({ Effect }) => Effect === 'Allow')).toBe(true);
  return statements
    .flatMap(({ Action, Resource }) => {
      const [, name = 'everything'] = /"(Relay[A-Za-z]+?)[0-9A-F]{8}"/.exec(JSON.stringify(Resource)) ?? [];
      return [Action].flat().map((action) => `${action} on ${name}`);
    })
    .sort();
}

describe('a grant', () => {
  const read = [
    's3:GetObject on RelayOverflow',
    'sqs:ChangeMessageVisibility on RelayDeadLetterQueue',
    'sqs:GetQueueAttributes on RelayDeadLetterQueue',
    'sqs:GetQueueUrl on RelayDeadLetterQueue',
    'sqs:ReceiveMessage on RelayDeadLetterQueue',
  ];
  const send = [
    'sqs:GetQueueAttributes on RelayQueue',
    'sqs:GetQueueUrl on RelayQueue',
    'sqs:SendMessage on RelayQueue',
  ];

  it('to publish lets send, and nothing else', () => {
    expect(allowed((relay, grantee) => relay.grantPublish(grantee))).toEqual(send);
  });

  it('to read dead letters lets read them, and neither send nor delete', () => {
    expect(allowed((relay, grantee) => relay.grantReadDeadLetters(grantee))).toEqual(read);
  });

  it('to resend lets read, delete and send', () => {
    const expected = [...read, 'sqs:DeleteMessage on RelayDeadLetterQueue', ...send].sort();
    expect(allowed((relay, grantee) => relay.grantResend(grantee))).toEqual(expected);
  });

  it('to put credentials lets replace them, and not read them', () => {
    expect(allowed((relay, grantee) => relay.grantPutCredentials(grantee))).toEqual([
      'secretsmanager:PutSecretValue on RelayCredentials',
    ]);
  });

  it('to put credentials names a secret that was given by its name as IAM must have it', () => {
    const stack = new Stack(testApp(), 'Test');
    const secret = Secret.fromSecretNameV2(stack, 'Mine', 'marketo');
    const relay = new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, secret });
    const role = new Role(stack, 'Grantee', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    relay.grantPutCredentials(role);
    const policies = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    expect(policies).toMatch(/PutSecretValue.{1,300}:secret:marketo-\?{6}"/);
  });
});

describe('two relays in one app', () => {
  const relayIn = (scope: Stack | Stage | App, id: string, marketoBaseUrl: string): MarketoRelay => {
    const stack = scope instanceof Stack ? scope : new Stack(scope, `${id}Stack`);
    return new MarketoRelay(stack, id, { marketoBaseUrl });
  };

  it.each([BASE_URL, BASE_URL.toLowerCase(), BASE_URL.toUpperCase().replace('HTTPS', 'https')])(
    'must not serve one subscription: %s',
    (other) => {
      const app = testApp();
      relayIn(app, 'First', BASE_URL);
      expect(() => relayIn(new Stage(app, 'Prod'), 'Second', other)).toThrow(
        /Prod\/SecondStack\/Second and FirstStack\/First have the marketoBaseUrl .*: a subscription's quota and window are one/,
      );
    },
  );

  it('are told where the other is, and what to do, whatever path the address ends in', () => {
    const app = testApp();
    relayIn(app, 'First', `${BASE_URL}/rest`);
    expect(() => relayIn(app, 'Second', `${BASE_URL}:443/`)).toThrow(
      /SecondStack\/Second and FirstStack\/First have the marketoBaseUrl https:\/\/123-abc-456\.mktorest\.com: .*publish to the queue of the other/,
    );
  });

  it('may serve two, and those of two apps have nothing to do with each other', () => {
    const app = testApp();
    const stack = new Stack(app, 'Both');
    relayIn(stack, 'First', BASE_URL);
    expect(() => relayIn(stack, 'Second', 'https://789-DEF-012.mktorest.com')).not.toThrow();
    expect(() => relayIn(testApp(), 'First', BASE_URL)).not.toThrow();
  });

  it('are not compared by addresses that only a deployment knows', () => {
    const app = testApp();
    for (const id of ['First', 'Second']) {
      const stack = new Stack(app, id);
      const address = new CfnParameter(stack, 'Address', { default: BASE_URL }).valueAsString;
      expect(() => relayIn(stack, 'Relay', address)).not.toThrow();
    }
  });
});

describe('buckets of files', () => {
  const statementsFor = (fileBuckets: (stack: Stack) => readonly IBucket[]): readonly Statement[] => {
    const stack = new Stack(testApp(), 'Test');
    const relay = new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, fileBuckets: fileBuckets(stack) });
    const roleId = stack.getLogicalId(relay.deliveryFunction.role?.node.defaultChild as never);
    const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: roleId }] },
    });
    return Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
  };

  it('may be read by the delivery function, object by object, and by nobody else', () => {
    const statements = statementsFor((stack) => [Bucket.fromBucketName(stack, 'Files', 'files-of-ours')]);
    const theirs = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('files-of-ours'));
    expect(theirs.map(({ Action }) => Action)).toEqual(['s3:GetObject']);
    expect(JSON.stringify(theirs[0]?.Resource)).toContain(':s3:::files-of-ours/*');
  });

  it('with a key of their own may be decrypted, by way of S3 alone', () => {
    const statements = statementsFor((stack) => {
      const encryptionKey = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:123456789012:key/files');
      return [Bucket.fromBucketAttributes(stack, 'Files', { bucketName: 'files-of-ours', encryptionKey })];
    });
    const decrypt = statements.filter(({ Action }) => Action === 'kms:Decrypt');
    expect(decrypt).toEqual([
      expect.objectContaining({
        Resource: 'arn:aws:kms:us-east-1:123456789012:key/files',
        Condition: { StringEquals: { 'kms:ViaService': expect.anything() } },
      }),
    ]);
  });
});
