import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { failed } from '../verb-failure.ts';
import type { RelayTarget } from './target.ts';

/** What a stack says of itself: `lib/cloud/relay-stack.ts` writes these outputs. */
const OUTPUTS = [
  'QueueUrl',
  'DeadLetterQueueUrl',
  'LedgerTableName',
  'OverflowBucketName',
  'SecretName',
  'MarketoBaseUrl',
  'DeliveryFunctionName',
  'EventSourceMappingId',
] as const;

/** Of a stack that was asked for a second queue. */
const BACKFILL_OUTPUT = 'BackfillQueueUrl';
const BACKFILL_MAPPING_OUTPUT = 'BackfillEventSourceMappingId';

/** Those of a relay that keeps a journal. */
const JOURNAL_OUTPUTS = [
  'JournalBucketName',
  'JournalSaltName',
  'JournalDatabaseName',
  'JournalWorkGroupName',
] as const;

type Outputs = Readonly<Record<(typeof OUTPUTS)[number], string>>;

/** A request that hangs ends: the longest waits a second for dead letters. Without the last, the SDK only warns. */
const IN_TIME = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
} as const;

async function openStack(name: string): Promise<RelayTarget> {
  const found = await describeOutputs(name);
  const outputs = checkOutputs(name, found);
  const backfillQueueUrl = found.get(BACKFILL_OUTPUT);
  const backfillMappingId = found.get(BACKFILL_MAPPING_OUTPUT);
  const clients = {
    sqs: new SQSClient(IN_TIME),
    dynamoDb: new DynamoDBClient(IN_TIME),
    s3: new S3Client(IN_TIME),
    secretsManager: new SecretsManagerClient(IN_TIME),
    lambda: new LambdaClient(IN_TIME),
    cloudFormation: new CloudFormationClient(IN_TIME),
    cloudWatch: new CloudWatchClient(IN_TIME),
    sns: new SNSClient(IN_TIME),
    athena: new AthenaClient(IN_TIME),
  };
  return {
    kind: 'stack',
    name,
    queueUrl: outputs.QueueUrl,
    deadLetterQueueUrl: outputs.DeadLetterQueueUrl,
    ...(backfillQueueUrl === undefined ? {} : { backfillQueueUrl }),
    ledgerTableName: outputs.LedgerTableName,
    overflowBucketName: outputs.OverflowBucketName,
    secretName: outputs.SecretName,
    baseUrl: outputs.MarketoBaseUrl,
    subscription: hostOf(outputs.MarketoBaseUrl),
    functionName: outputs.DeliveryFunctionName,
    eventSourceMappingId: outputs.EventSourceMappingId,
    ...(backfillMappingId === undefined ? {} : { backfillMappingId }),
    ...journalOf(found),
    clients,
    close: () => Object.values(clients).map((client) => client.destroy()),
  };
}

async function describeOutputs(name: string): Promise<ReadonlyMap<string, string>> {
  const client = new CloudFormationClient(IN_TIME);
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return new Map(
      (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }): [string, string] => [
        OutputKey,
        OutputValue,
      ]),
    );
  } catch (error) {
    throw failed('failed', explain(name, error));
  } finally {
    client.destroy();
  }
}

function explain(name: string, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (/does not exist/.test(said)) {
    return `there is no stack ${name} in this account and region: see \`aws cloudformation list-stacks\`, or set AWS_PROFILE and AWS_REGION`;
  }
  if (/region is missing/i.test(said)) return 'no region: set AWS_REGION, or a region in the profile';
  if (error instanceof Error && /credentials/i.test(`${error.name} ${said}`)) {
    return `no AWS credentials that work: ${said}. Log in, or set AWS_PROFILE`;
  }
  return `the stack ${name} could not be read: ${said}`;
}

/** @throws {VerbFailure} naming every output that is missing. */
function checkOutputs(name: string, found: ReadonlyMap<string, string>): Outputs {
  const missing = OUTPUTS.filter((output) => (found.get(output) ?? '') === '');
  if (missing.length > 0) {
    const what = `the stack ${name} has no output ${missing.join(', ')}`;
    throw failed('failed', `${what}: it is no relay, or one of an older version: deploy it again`);
  }
  return Object.fromEntries(OUTPUTS.map((output) => [output, found.get(output) ?? ''])) as Outputs;
}

/** Of a relay that keeps one: all of its outputs are there. */
function journalOf(found: ReadonlyMap<string, string>): Pick<RelayTarget, 'journal'> {
  const [bucketName = '', saltName = '', databaseName = '', workGroupName = ''] = JOURNAL_OUTPUTS.map((output) =>
    found.get(output),
  );
  const isThere = [bucketName, saltName, databaseName, workGroupName].every((value) => value !== '');
  return isThere ? { journal: { bucketName, saltName, databaseName, workGroupName } } : {};
}

function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

export { JOURNAL_OUTPUTS, OUTPUTS, openStack };
