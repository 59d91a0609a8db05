import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** Letters and digits alone are base64 too: 44 of them are a key of 33 bytes. */
const SECRET_CHARACTERS = 44;

/** A secret that nobody has to make up: its value is drawn when it is created. */
function createWebhookSecret(scope: Construct, removalPolicy: RemovalPolicy, encryptionKey: IKey | undefined): ISecret {
  const secret = new Secret(scope, 'Secret', {
    description:
      'What senders of webhooks sign with: {"secret":"..."}; while it is rotated, the one before as previousSecret',
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'secret',
      passwordLength: SECRET_CHARACTERS,
      excludePunctuation: true,
      requireEachIncludedType: false,
    },
    removalPolicy,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4':
      'Every sender must know a new secret before the one before it goes: no rotation can tell them.',
  });
  // `Secret` spells an optional member of `ISecret` in a way that exactOptionalPropertyTypes does not let through.
  return secret as ISecret;
}

export { createWebhookSecret };
