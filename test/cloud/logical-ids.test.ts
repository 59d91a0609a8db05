import type { Template } from 'aws-cdk-lib/assertions';
import { Template as Templates } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { RELAY_STACK_ID, RelayStack } from '../../lib/cloud/relay-stack.ts';
import { BASE_URL, type Resource, testApp } from './synth.ts';

/** CloudFormation takes a resource under another id for another resource: it makes a new one, and what the old one held stays behind. */
const HOLDS_DATA = [
  'AWS::SQS::Queue',
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::Logs::LogGroup',
];

function idsOf(template: Template): readonly string[] {
  const resources = Object.entries(template.toJSON().Resources as Record<string, Resource>);
  return resources.flatMap(([id, { Type }]) => (HOLDS_DATA.includes(Type) ? [`${Type} ${id}`] : [])).sort();
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
        "AWS::S3::Bucket RelayOverflowA55DC833",
        "AWS::SQS::Queue RelayDeadLetterQueue343F1AE9",
        "AWS::SQS::Queue RelayQueue9F733E89",
        "AWS::SecretsManager::Secret RelayCredentials4C072AC0",
      ]
    `);
  });
});
