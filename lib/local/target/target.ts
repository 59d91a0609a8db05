import type { AthenaClient } from '@aws-sdk/client-athena';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FieldSource } from '../load/known-fields.ts';
import { createTableFields } from '../load/table-fields.ts';
import { failed } from '../verb-failure.ts';
import { openLocal } from './local-target.ts';
import { openStack } from './stack-target.ts';

interface TargetClients {
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly s3: S3Client;
  readonly secretsManager: SecretsManagerClient;
  // Of a stack only.
  readonly lambda?: LambdaClient;
  readonly cloudFormation?: CloudFormationClient;
  readonly cloudWatch?: CloudWatchClient;
  readonly sns?: SNSClient;
  readonly athena?: AthenaClient;
}

/** The relay that a command works on: a deployed stack, or one that serves on this machine. */
interface RelayTarget {
  readonly kind: 'stack' | 'local';
  /** For the reader: the stack's name, or the folder of the local one. */
  readonly name: string;
  readonly queueUrl: string;
  /** Of the lane `backfill`, where the relay has one. */
  readonly backfillQueueUrl?: string;
  /** Where the fields of its subscription can be had. Absent: nowhere. */
  readonly fields?: FieldSource;
  readonly deadLetterQueueUrl: string;
  readonly ledgerTableName: string;
  readonly overflowBucketName: string;
  readonly secretName: string;
  /** Host of the base URL. */
  readonly subscription: string;
  readonly baseUrl: string;
  readonly functionName?: string;
  readonly eventSourceMappingId?: string;
  readonly backfillMappingId?: string;
  /** Absent where the relay keeps none. */
  readonly journal?: {
    readonly bucketName: string;
    readonly saltName: string;
    // Of a stack only.
    readonly databaseName?: string;
    readonly workGroupName?: string;
  };
  readonly clients: TargetClients;
  /** Of a local relay: its control server. */
  readonly control?: { readonly url: string; readonly token: string };
  /** Ends the clients' connections. */
  close(): void;
}

interface TargetChoice {
  /** Name of a CloudFormation stack, in the region and with the credentials that the SDK finds as usual. */
  readonly stack?: string;
  readonly local?: boolean;
  /** Where a local relay keeps its state. @default `.marketo-relay` */
  readonly state?: string;
  /** The current folder. */
  readonly folder: string;
}

const DEFAULT_STATE_FOLDER = '.marketo-relay';

/**
 * Opens the relay that was asked for.
 *
 * @throws {VerbFailure} when there is no such stack or no relay that serves, with the remedy.
 */
async function openTarget(choice: TargetChoice): Promise<RelayTarget> {
  if (choice.stack !== undefined && choice.local === true) {
    throw failed('usage', '--stack and --local are two relays: give one of them');
  }
  if (choice.stack !== undefined) return withFields(await openStack(choice.stack));
  if (choice.local === true) return withFields(await openLocal(choice.folder, choice.state ?? DEFAULT_STATE_FOLDER));
  throw failed(
    'usage',
    'which relay? Give --stack NAME for a deployed one, or --local for one that `npm start -- --serve` runs here',
  );
}

function withFields(target: RelayTarget): RelayTarget {
  return { ...target, fields: createTableFields(target) };
}

export type { RelayTarget, TargetChoice, TargetClients };
export { DEFAULT_STATE_FOLDER, openTarget };
