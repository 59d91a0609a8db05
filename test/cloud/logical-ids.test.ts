import type { Template } from 'aws-cdk-lib/assertions';
import { Template as Templates } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { RELAY_STACK_ID, RelayStack } from '../../lib/cloud/relay-stack.ts';
import type { WebhookAuthentication } from '../../lib/cloud/webhook/webhook-props.ts';
import { BASE_URL, type Resource, testApp } from './synth.ts';

/** CloudFormation takes a resource under another id for another resource: it makes a new one, and what the old one held stays behind. */
const HOLDS_DATA = [
  'AWS::SQS::Queue',
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::Logs::LogGroup',
];
/** What senders of webhooks have: the host of the address, and the key. */
const KNOWN_OUTSIDE = ['AWS::ApiGateway::RestApi', 'AWS::ApiGateway::ApiKey'];

function idsOf(template: Template, types = HOLDS_DATA): readonly string[] {
  const resources = Object.entries(template.toJSON().Resources as Record<string, Resource>);
  return resources.flatMap(([id, { Type }]) => (types.includes(Type) ? [`${Type} ${id}`] : [])).sort();
}

describe('everything that holds data', () => {
  it('keeps its logical id, or a deployment would leave the data behind', () => {
    const stack = new RelayStack(testApp(), RELAY_STACK_ID, { marketoBaseUrl: BASE_URL });

    expect(idsOf(Templates.fromStack(stack))).toMatchInlineSnapshot(`
      [
        "AWS::DynamoDB::Table RelayLedger72ACEE6B",
        "AWS::Logs::LogGroup RelayDeliveryLogs53A0935B",
        "AWS::Logs::LogGroup RelayGovernLogs450D0B92",
        "AWS::Logs::LogGroup RelayTriageLogsB83A3060",
        "AWS::S3::Bucket RelayJournalB0AF4B24",
        "AWS::S3::Bucket RelayOverflowA55DC833",
        "AWS::SQS::Queue RelayDeadLetterQueue343F1AE9",
        "AWS::SQS::Queue RelayQueue9F733E89",
        "AWS::SecretsManager::Secret RelayCredentials4C072AC0",
        "AWS::SecretsManager::Secret RelayJournalSaltC4F0BBFA",
      ]
    `);
  });

  it('and so does what webhooks need', () => {
    const idsWith = (webhook: WebhookAuthentication) => {
      const stack = new RelayStack(testApp(), RELAY_STACK_ID, { marketoBaseUrl: BASE_URL, webhook });
      return idsOf(Templates.fromStack(stack), [...HOLDS_DATA, ...KNOWN_OUTSIDE]).filter((id) =>
        id.includes(' Webhook'),
      );
    };

    expect([...new Set([...idsWith('signature'), ...idsWith('apiKey')])].sort()).toMatchInlineSnapshot(`
      [
        "AWS::ApiGateway::ApiKey WebhookApiKey0DF0430F",
        "AWS::ApiGateway::RestApi WebhookApi427E2EB3",
        "AWS::Logs::LogGroup WebhookAccessLogs6229AEFA",
        "AWS::Logs::LogGroup WebhookExecutionLogs98F68939",
        "AWS::Logs::LogGroup WebhookSignatureLogsE01C0301",
        "AWS::SecretsManager::Secret WebhookSecret11F7963D",
      ]
    `);
  });
});
