import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { SecretId } from '../settings/secret-id.ts';

/**
 * A secret that exists, by name, partial or complete ARN. Each kind is another call of CDK's: an ARN that is taken for a
 * name grants a secret that cannot exist.
 *
 * @param keyArn the customer-managed key that the secret is encrypted with: reading it then takes `kms:Decrypt` as well
 */
function existingSecret(scope: Construct, id: string, secretId: SecretId, keyArn?: string): ISecret {
  const encryptionKey = keyArn === undefined ? undefined : Key.fromKeyArn(scope, `${id}Key`, keyArn);
  if (encryptionKey !== undefined) {
    return Secret.fromSecretAttributes(scope, id, { ...arnOf(scope, secretId), encryptionKey });
  }
  switch (secretId.kind) {
    case 'name':
      return Secret.fromSecretNameV2(scope, id, secretId.name);
    case 'partialArn':
      return Secret.fromSecretPartialArn(scope, id, secretId.arn);
    case 'completeArn':
      return Secret.fromSecretCompleteArn(scope, id, secretId.arn);
  }
}

function arnOf(scope: Construct, secretId: SecretId): { secretPartialArn: string } | { secretCompleteArn: string } {
  switch (secretId.kind) {
    case 'name':
      return {
        secretPartialArn: Stack.of(scope).formatArn({
          service: 'secretsmanager',
          resource: 'secret',
          resourceName: secretId.name,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      };
    case 'partialArn':
      return { secretPartialArn: secretId.arn };
    case 'completeArn':
      return { secretCompleteArn: secretId.arn };
  }
}

export { existingSecret };
