import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './aws.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';

interface LocalTable {
  readonly url: string;
  readonly tableName: string;
  stop(): Promise<void>;
}

interface LocalTableOptions {
  readonly tableName?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Where tables are kept (LevelDB). Default: in memory. */
  readonly folder?: string;
}

/**
 * An embedded DynamoDB with the ledger table in it: partition key `pk`, a string, on demand.
 *
 * dynalite 4.0.0 lacks three things that DynamoDB has: it returns no `Item` with a failed condition, it knows no
 * transactions, and it deletes nothing by time to live.
 */
async function startTable(options: LocalTableOptions = {}): Promise<LocalTable> {
  const tableName = options.tableName ?? 'marketo-relay-ledger';
  const kept = options.folder === undefined ? {} : { path: options.folder };
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, ...kept });
  const url = await listenOnLoopback(server, options.port);
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
    const created = client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    await created.catch(unlessThere);
    await waitUntilTableExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 10 }, { TableName: tableName });
  } finally {
    client.destroy();
  }
}

/** With kept state the table is there already. */
function unlessThere(error: unknown): void {
  if ((error as { name?: string }).name !== 'ResourceInUseException') throw error;
}

export type { LocalTable };
export { startTable };
