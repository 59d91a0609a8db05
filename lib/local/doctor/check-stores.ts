import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { RelayTarget } from '../target/target.ts';
import { type Finding, known, ok, warning, wrong } from './finding.ts';

/** @param ledgerRead - the finding of a failed read of the ledger's item */
async function checkTable(
  { clients, ledgerTableName: name }: RelayTarget,
  ledgerRead: Finding | undefined,
): Promise<readonly Finding[]> {
  if (ledgerRead !== undefined) return [ledgerRead];
  const reading = { what: `the table ${name}`, action: 'dynamodb:DescribeTable' };
  const seen = await known(reading, () => clients.dynamoDb.send(new DescribeTableCommand({ TableName: name })));
  if (!seen.ok) return [seen.finding];
  const { TableStatus, KeySchema = [] } = seen.value.Table ?? {};
  if (KeySchema.length !== 1 || KeySchema[0]?.AttributeName !== 'pk') {
    const keys = KeySchema.map(({ AttributeName }) => AttributeName).join(', ') || 'none';
    return [wrong(`its key is ${keys}, and the ledger's is pk`, 'give the relay the table that its stack made')];
  }
  if (TableStatus !== 'ACTIVE') {
    return [warning(`the table is ${TableStatus}`, 'look again in a minute; permits are granted once it is ACTIVE')];
  }
  return [ok("reachable and active; the ledger's item can be read")];
}

async function checkBucket({ clients, overflowBucketName: name }: RelayTarget): Promise<readonly Finding[]> {
  const reading = {
    what: `the overflow bucket ${name}`,
    action: 's3:ListBucket',
    whenMissing: 'letters over 1 MiB lose a part without it: deploy the stack again',
  };
  const seen = await known(reading, () => clients.s3.send(new HeadBucketCommand({ Bucket: name })));
  return [seen.ok ? ok('reachable') : seen.finding];
}

export { checkBucket, checkTable };
