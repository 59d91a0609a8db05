import { Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { OVERFLOW_DAYS } from '../settings/policy.ts';
import { acknowledge } from './acknowledge.ts';
import type { ResolvedProps } from './resolve-props.ts';

/** Permits, the token's item and send-once records. Encrypted with a key that AWS owns, unless one is given. */
function createLedgerTable(scope: Construct, props: ResolvedProps): Table {
  const { encryptionKey } = props;
  return new Table(scope, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    ...(encryptionKey === undefined
      ? { encryption: TableEncryption.DEFAULT }
      : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: 'expiresAt',
    removalPolicy: props.removalPolicy,
  });
}

/**
 * What every bucket of the relay has: nobody from outside, encryption, and TLS.
 *
 * S3 deletes no bucket that holds anything, and CloudFormation has no word for emptying one: a stack that is to be
 * destroyed gets CDK's own custom resource for it, a small function that runs at deletion only. A relay that is kept,
 * the default, has no function beside its own.
 */
function privateBucket({ encryptionKey, removalPolicy }: ResolvedProps): BucketProps {
  return {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    ...(encryptionKey === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
  };
}

/** Dead letters that are too big for a queue. */
function createOverflowBucket(scope: Construct, props: ResolvedProps): Bucket {
  const bucket = new Bucket(scope, 'Overflow', {
    ...privateBucket(props),
    lifecycleRules: [
      { expiration: Duration.days(OVERFLOW_DAYS), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
  });
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Only functions of the relay read and write it, and CloudTrail records them where an account wants that: a bucket of access ' +
      'logs would keep ids of people for longer than their data is kept.',
  });
  return bucket;
}

/**
 * A place for the credentials, not the credentials: a template is no place for them. CloudFormation writes this value
 * once and leaves the operator's alone as long as it stays the same here.
 */
function createSecret(scope: Construct, props: ResolvedProps): ISecret {
  const secret = new Secret(scope, 'Credentials', {
    description: 'Client id and client secret of the Marketo API user: {"clientId":"...","clientSecret":"..."}',
    ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey }),
    secretStringValue: SecretValue.unsafePlainText(JSON.stringify({ clientId: '', clientSecret: '' })),
    removalPolicy: props.removalPolicy,
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4':
      'Marketo has no call that makes a new client secret: a person does, in LaunchPoint. The relay takes a new value without a deployment.',
  });
  // `Secret` spells an optional member of `ISecret` in a way that exactOptionalPropertyTypes does not let through.
  return secret as ISecret;
}

export { createLedgerTable, createOverflowBucket, createSecret, privateBucket };
