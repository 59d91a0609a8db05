import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { ConfigurationError } from './configuration-error.ts';
import { secretArn } from './grants.ts';

/** Receiving hides a message for a while, and a reader should be able to show it again. Deleting is not reading. */
const READ_QUEUE = [
  'sqs:ReceiveMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
] as const;

interface RelayParts {
  readonly queue: IQueue;
  readonly backfillQueue: IQueue | undefined;
  readonly deadLetterQueue: IQueue;
  readonly overflowBucket: Bucket;
  readonly secret: ISecret;
}

function grantReadDeadLetters({ deadLetterQueue, overflowBucket }: RelayParts, grantee: IGrantable): Grant {
  deadLetterQueue.encryptionMasterKey?.grantDecrypt(grantee);
  overflowBucket.encryptionKey?.grantDecrypt(grantee);
  return Grant.addToPrincipal({
    grantee,
    actions: [...READ_QUEUE],
    resourceArns: [deadLetterQueue.queueArn],
  }).combine(
    Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetObject'],
      resourceArns: [overflowBucket.arnForObjects('*')],
    }),
  );
}

function grantResend(parts: RelayParts, grantee: IGrantable): Grant {
  const { queue, backfillQueue, deadLetterQueue } = parts;
  const grant = grantReadDeadLetters(parts, grantee)
    .combine(deadLetterQueue.grant(grantee, 'sqs:DeleteMessage'))
    .combine(queue.grantSendMessages(grantee));
  return backfillQueue === undefined ? grant : grant.combine(backfillQueue.grantSendMessages(grantee));
}

/** @throws {ConfigurationError} where there is no such queue. */
function grantPublishBackfill({ backfillQueue }: Pick<RelayParts, 'backfillQueue'>, grantee: IGrantable): Grant {
  if (backfillQueue === undefined) {
    throw new ConfigurationError('There is no backfill queue', ['backfill is not given: give backfill true']);
  }
  return backfillQueue.grantSendMessages(grantee);
}

/** Not `grantWrite`, which lets the grantee change the secret's description and key as well. */
function grantPutCredentials({ secret }: RelayParts, grantee: IGrantable): Grant {
  secret.encryptionKey?.grantEncrypt(grantee);
  return Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:PutSecretValue'],
    resourceArns: [secretArn(secret)],
  });
}

export { grantPublishBackfill, grantPutCredentials, grantReadDeadLetters, grantResend };
