import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { SETTING_NAMES } from '../../settings/names.ts';
import { acknowledge } from '../acknowledge.ts';
import { grantDecryption, grantObjectsBelow } from '../grants.ts';
import type { ResolvedProps } from '../resolve-props.ts';
import { privateBucket } from '../stores.ts';
import { createJournalTable, type JournalTable, RESULTS_PREFIX } from './table.ts';

/** Where outcomes are kept, and how they are asked for. */
interface RelayJournal extends JournalTable {
  readonly bucket: Bucket;
  /** The salt of the key hashes. */
  readonly salt: Secret;
}

/** Where the lines are; what Athena finds lies beside them. */
const OBJECTS_PREFIX = 'journal/';
/** Longer than any salt needs: 64 characters of 62 kinds are 381 bits. */
const SALT_CHARACTERS = 64;

/**
 * A bucket of its own, so that reading outcomes is no reading of dead letters, a salt of its own, and the table over it.
 *
 * @returns undefined where the journal is turned off.
 */
function createJournal(scope: Construct, writer: LambdaFunction, props: ResolvedProps): RelayJournal | undefined {
  if (!props.journal) return undefined;
  const { encryptionKey } = props;
  const bucket = createBucket(scope, props);
  const salt = new Secret(scope, 'JournalSalt', {
    description:
      'Salt of the key hashes in the journal. Another value hides everything written before from a search by address',
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    generateSecretString: { passwordLength: SALT_CHARACTERS, excludePunctuation: true },
    removalPolicy: props.removalPolicy,
  });
  acknowledge(salt, {
    'AwsSolutions-SMG4': 'Under another salt nothing that was written before is found by an address, nor erased.',
  });
  writer.addEnvironment(SETTING_NAMES.journalBucketName, bucket.bucketName);
  writer.addEnvironment(SETTING_NAMES.journalSaltSecretId, salt.secretFullArn ?? salt.secretArn);
  grantObjectsBelow(writer, bucket, OBJECTS_PREFIX, 's3:PutObject');
  writer.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [salt.secretArn] }),
  );
  if (encryptionKey !== undefined) grantDecryption(writer, { encryptionKey });
  return { bucket, salt, ...createJournalTable(scope, bucket, props) };
}

/** The key of one's own is used by way of S3, as for the overflow bucket: `grantKeys` covers both. */
function createBucket(scope: Construct, props: ResolvedProps): Bucket {
  const bucket = new Bucket(scope, 'Journal', {
    ...privateBucket(props),
    // No versions: what is erased must be gone.
    lifecycleRules: [
      { prefix: OBJECTS_PREFIX, expiration: Duration.days(props.journalDays) },
      { prefix: RESULTS_PREFIX, expiration: Duration.days(1) },
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
  });
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'One function writes it, which logs what it could not write; reading is for whoever the account lets.',
  });
  return bucket;
}

export type { RelayJournal };
export { createJournal };
