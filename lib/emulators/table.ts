import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './aws.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';

interface LocalTable {
  readonly url: string;
  readonly tableName: string;
  stop(): Promise<void>;
}

/**
 * An embedded DynamoDB in memory, with the ledger table in it: partition key `pk`, a string, on demand.
 *
 * dynalite 4.0.0 lacks three things that DynamoDB has: it returns no `Item` with a failed condition, it knows no
 * transactions, and it deletes nothing by time to live.
 */
async function startTable(options: { tableName?: string } = {}): Promise<LocalTable> {
  const tableName = options.tableName ?? 'marketo-relay-ledger';
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const url = await listenOnLoopback(server);
  const stop = (): Promise<void> => closeServer(server);
  try {
    await createTable(url, tableName);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, tableName, stop };
}

async function createTable(endpoint: string, tableName: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    await waitUntilTableExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 10 }, { TableName: tableName });
  } finally {
    client.destroy();
  }
}

export type { LocalTable };
export { startTable };
