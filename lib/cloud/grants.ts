import { type CfnElement, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

type OverflowBucket = IConstruct & Pick<IBucket, 'arnForObjects' | 'bucketName'>;

/** Single items of the ledger's table: no scan, no query. */
const ITEM_ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

function grantItems(grantee: LambdaFunction, table: Pick<ITable, 'tableArn'>, more: readonly string[] = []): void {
  const actions = [...ITEM_ACTIONS, ...more];
  grantee.addToRolePolicy(new PolicyStatement({ actions, resources: [table.tableArn] }));
}

/**
 * Reading the credentials. CDK's grant of the secret names the role in the policy of its key, which makes a circle of stacks where
 * the key stands in another one, and adds nothing to the role where it was made elsewhere.
 */
function grantCredentials(grantee: LambdaFunction, secret: ISecret): void {
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      resources: [secretArn(secret)],
    }),
  );
  grantDecryption(grantee, secret);
}

/** What Secrets Manager decrypts for whoever reads a secret that has a key of its own. */
function grantDecryption(grantee: LambdaFunction, { encryptionKey }: Pick<ISecret, 'encryptionKey'>): void {
  if (encryptionKey === undefined) return;
  const service = `secretsmanager.${Stack.of(grantee).region}.amazonaws.com`;
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': service } },
    }),
  );
}

/** Objects of the bucket, by the names that they have: no list. */
function grantObjects(grantee: LambdaFunction, bucket: OverflowBucket, ...actions: readonly `s3:${string}`[]): void {
  grantObjectsBelow(grantee, bucket, '', ...actions);
}

/** @param prefix of the names: the whole bucket where it is empty */
function grantObjectsBelow(
  grantee: LambdaFunction,
  bucket: OverflowBucket,
  prefix: string,
  ...actions: readonly `s3:${string}`[]
): void {
  const resources = [bucket.arnForObjects(`${prefix}*`)];
  grantee.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources }));
  const name = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnElement);
  acknowledge(grantee.role ?? grantee, {
    [`AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`]:
      'The names of objects are hashes and ids that only a run of the relay knows.',
  });
}

/** Reading the objects that messages name, and nothing else of their buckets. */
function grantFiles(grantee: LambdaFunction, buckets: readonly IBucket[]): void {
  if (buckets.length === 0) return;
  grantee.addToRolePolicy(
    new PolicyStatement({ actions: ['s3:GetObject'], resources: buckets.map((bucket) => bucket.arnForObjects('*')) }),
  );
  const keyArns = buckets.flatMap(({ encryptionKey }) => encryptionKey?.keyArn ?? []);
  if (keyArns.length === 0) return;
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: keyArns,
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(grantee).region}.amazonaws.com` } },
    }),
  );
}

/** As IAM must have it, also of a secret whose ARN was given without its last six characters. */
function secretArn(secret: ISecret): string {
  return secret.secretFullArn ?? `${secret.secretArn}-??????`;
}

/** Sending messages and nothing else: CDK's own grant lets its holder look at the queue too. */
function grantSend(grantee: IGrantable, queue: IQueue): void {
  queue.grant(grantee, 'sqs:SendMessage');
  const { encryptionMasterKey } = queue;
  if (encryptionMasterKey === undefined) return;
  // Of the role alone: CDK's grant of a key writes into the policy of the key too.
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resources: [encryptionMasterKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `sqs.${queue.env.region}.amazonaws.com` } },
    }),
  );
}

export {
  grantCredentials,
  grantDecryption,
  grantFiles,
  grantItems,
  grantObjects,
  grantObjectsBelow,
  grantSend,
  type OverflowBucket,
  secretArn,
};
