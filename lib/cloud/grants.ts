import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Single items of the ledger's table: no scan, no query. */
function grantItems(grantee: LambdaFunction, table: Pick<ITable, 'tableArn'>): void {
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [table.tableArn],
    }),
  );
}

/** Reading the credentials. For a key that was made elsewhere, CDK's grant of the secret adds nothing to the role. */
function grantCredentials(grantee: LambdaFunction, secret: ISecret): void {
  secret.grantRead(grantee);
  const { encryptionKey } = secret;
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

export { grantCredentials, grantItems };
