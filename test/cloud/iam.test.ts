import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { Template as Templates } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import type { MarketoRelayProps } from '../../lib/cloud/relay-props.ts';
import { BASE_URL, type Resource, type Statement, testApp } from './synth.ts';

interface Conditioned extends Statement {
  readonly Condition?: unknown;
}

function synthesize(props: (stack: Stack) => object = () => ({})): Template {
  const stack = new Stack(testApp(), 'Test', { env: { account: '123456789012', region: 'eu-west-1' } });
  new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, ...props(stack) } as MarketoRelayProps);
  return Templates.fromStack(stack);
}

/** A reference as the logical id that it is to, without the hash at its end. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, never>;
  if (ref !== undefined) return `<${ref}>`.replace(/[0-9A-F]{8}>/, '>').replace('<AWS::Partition>', 'aws');
  if (attribute !== undefined) return `<${attribute[0]}>`.replace(/[0-9A-F]{8}>/, '>');
  if (join !== undefined) return (join[1] as unknown[]).map(plain).join(join[0]);
  return JSON.stringify(value);
}

/** Every statement of every role, a line each. */
function statementsOf(template: Template): readonly string[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as Resource[];
  return policies
    .flatMap(({ Properties }) => {
      const role = (Properties.Roles as unknown[]).map(plain).join();
      const { Statement: statements } = Properties.PolicyDocument as { Statement: Conditioned[] };
      return statements.map(({ Effect, Action, Resource: resources, Condition }) => {
        const what = [Action].flat().join(', ');
        const where = [resources].flat().map(plain).join(', ');
        return `${role} ${Effect} ${what} on ${where}${Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`}`;
      });
    })
    .sort();
}

describe('the roles of a relay', () => {
  it('may do this and nothing else', () => {
    expect(statementsOf(synthesize())).toMatchInlineSnapshot(`
      [
        "<RelayDeliveryRole> Allow dynamodb:BatchGetItem, dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem on <RelayLedger>",
        "<RelayDeliveryRole> Allow logs:CreateLogStream, logs:PutLogEvents on <RelayDeliveryLogs>",
        "<RelayDeliveryRole> Allow s3:GetObject, s3:PutObject on <RelayOverflow>/*",
        "<RelayDeliveryRole> Allow s3:PutObject on <RelayJournal>/journal/*",
        "<RelayDeliveryRole> Allow secretsmanager:DescribeSecret, secretsmanager:GetSecretValue on <RelayCredentials>",
        "<RelayDeliveryRole> Allow secretsmanager:GetSecretValue on <RelayJournalSalt>",
        "<RelayDeliveryRole> Allow sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:GetQueueUrl, sqs:ReceiveMessage, sqs:SendMessage on <RelayQueue>",
        "<RelayDeliveryRole> Allow sqs:SendMessage on <RelayDeadLetterQueue>",
        "<RelayDeliveryRole> Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
        "<RelayGovernRole> Allow dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem on <RelayLedger>",
        "<RelayGovernRole> Allow lambda:GetEventSourceMapping, lambda:UpdateEventSourceMapping on arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:<RelayDeliverySqsEventSourceTestRelayQueue6DE8534B>",
        "<RelayGovernRole> Allow logs:CreateLogStream, logs:PutLogEvents on <RelayGovernLogs>",
        "<RelayGovernRole> Allow secretsmanager:DescribeSecret, secretsmanager:GetSecretValue on <RelayCredentials>",
        "<RelayGovernRole> Allow sqs:GetQueueAttributes on <RelayDeadLetterQueue>, <RelayQueue>",
        "<RelayGovernRole> Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
        "<RelayTriageRole> Allow logs:CreateLogStream, logs:PutLogEvents on <RelayTriageLogs>",
        "<RelayTriageRole> Allow s3:GetObject on <RelayOverflow>/*",
        "<RelayTriageRole> Allow sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on <RelayDeadLetterQueue>",
        "<RelayTriageRole> Allow sqs:SendMessage on <RelayQueue>",
        "<RelayTriageRole> Allow xray:PutTelemetryRecords, xray:PutTraceSegments on *",
      ]
    `);
  });

  it('are of Lambda alone, without managed policies', () => {
    const roles = Object.values(synthesize().findResources('AWS::IAM::Role')) as Resource[];
    expect(roles).toHaveLength(3);
    for (const { Properties } of roles) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties.AssumeRolePolicyDocument).toMatchObject({
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
      });
    }
  });

  it('may do this beside it with a key of its own, in a VPC', () => {
    const before = statementsOf(synthesize());
    const more = statementsOf(
      synthesize((stack) => ({
        encryptionKey: new Key(stack, 'Key'),
        vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false }),
      })),
    );
    expect(more.filter((line) => !before.includes(line))).toMatchInlineSnapshot(`
      [
        "<RelayDeliveryRole> Allow ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
        "<RelayDeliveryRole> Allow kms:Decrypt on <Key>",
        "<RelayDeliveryRole> Allow kms:Decrypt on <Key> if {"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"}}",
        "<RelayDeliveryRole> Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:ReEncryptFrom, kms:ReEncryptTo on <Key> if {"StringEquals":{"kms:ViaService":["sqs.eu-west-1.amazonaws.com","dynamodb.eu-west-1.amazonaws.com","s3.eu-west-1.amazonaws.com"]}}",
        "<RelayGovernRole> Allow ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
        "<RelayGovernRole> Allow kms:Decrypt on <Key> if {"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"}}",
        "<RelayGovernRole> Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:ReEncryptFrom, kms:ReEncryptTo on <Key> if {"StringEquals":{"kms:ViaService":["sqs.eu-west-1.amazonaws.com","dynamodb.eu-west-1.amazonaws.com","s3.eu-west-1.amazonaws.com"]}}",
        "<RelayTriageRole> Allow ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
        "<RelayTriageRole> Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:ReEncryptFrom, kms:ReEncryptTo on <Key> if {"StringEquals":{"kms:ViaService":["sqs.eu-west-1.amazonaws.com","dynamodb.eu-west-1.amazonaws.com","s3.eu-west-1.amazonaws.com"]}}",
      ]
    `);
  });
});

describe('who else is let in', () => {
  it('is nobody: policies of queues and buckets only refuse', () => {
    const template = synthesize();
    const policies = ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy'].flatMap(
      (type) => Object.values(template.findResources(type)) as Resource[],
    );
    expect(policies).toHaveLength(4);
    for (const { Properties } of policies) {
      const { Statement: statements } = Properties.PolicyDocument as { Statement: Conditioned[] };
      expect(statements.map(({ Effect }) => Effect)).not.toContain('Allow');
    }
  });

  it('to call a function is EventBridge, the one that governs, by the one rule', () => {
    const permissions = Object.values(synthesize().findResources('AWS::Lambda::Permission')) as Resource[];
    expect(permissions.map(({ Properties }) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [expect.stringMatching(/^RelayGovern/), 'Arn'] },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [expect.stringMatching(/^RelayGovernSchedule/), 'Arn'] },
      },
    ]);
  });
});
