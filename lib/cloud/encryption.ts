import { Annotations, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** What CloudWatch Logs does with the key of a log group (CloudWatch Logs: encrypt log data using KMS). */
const LOG_ACTIONS = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'];

/** What SQS, S3 and DynamoDB do with a key in the name of whoever calls them (DynamoDB: encryption at rest, usage notes). */
const DATA_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * Lets CloudWatch Logs use the key for the relay's log groups, which only the key's own policy can do. The policy of a key that was
 * made elsewhere cannot be changed here: a warning says what it needs.
 */
function allowLogs(relay: Construct, key: IKey): void {
  const { region } = Stack.of(relay);
  const principal = `logs.${region}.amazonaws.com`;
  const logGroups = Stack.of(relay).formatArn({ service: 'logs', resource: 'log-group:*' });
  const { statementAdded } = key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(principal)],
      actions: LOG_ACTIONS,
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  );
  if (statementAdded) return;
  Annotations.of(relay).addWarningV2(
    'marketo-relay:keyPolicy',
    `encryptionKey was made elsewhere, and its policy cannot be changed here: it must let the service logs.REGION.amazonaws.com do ` +
      `${LOG_ACTIONS.join(', ')}, or the log groups cannot be made.`,
  );
}

interface Encrypted {
  readonly queue: IQueue;
  readonly backfillQueue?: IQueue | undefined;
  readonly deadLetterQueue: IQueue;
  readonly table: { readonly encryptionKey?: IKey | undefined };
  readonly overflowBucket: { readonly encryptionKey?: IKey | undefined };
}

/** What a function does with encrypted queues, table and bucket it does through the services alone. */
function grantKeys(
  grantee: LambdaFunction,
  { queue, backfillQueue, deadLetterQueue, table, overflowBucket }: Encrypted,
): void {
  const arns = [
    queue.encryptionMasterKey,
    backfillQueue?.encryptionMasterKey,
    deadLetterQueue.encryptionMasterKey,
    table.encryptionKey,
    overflowBucket.encryptionKey,
  ].flatMap((key) => key?.keyArn ?? []);
  if (arns.length === 0) return;
  const { region } = Stack.of(grantee);
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: DATA_ACTIONS,
      resources: [...new Set(arns)],
      conditions: {
        StringEquals: {
          'kms:ViaService': ['sqs', 'dynamodb', 's3'].map((service) => `${service}.${region}.amazonaws.com`),
        },
      },
    }),
  );
}

export { allowLogs, grantKeys };
