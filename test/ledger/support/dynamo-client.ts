import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../../lib/aws/ledger-item.ts';

const TABLE = 'marketo-relay-ledger';

function connect(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
}

/** The next write of this client takes effect and its reply is lost: the SDK sends it again. */
function losingReplies(client: DynamoDBClient): { loseNext(): void } {
  let lose = false;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const reply = await next(args);
      if (lose && context.commandName !== 'GetItemCommand') {
        lose = false;
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', $retryable: { throttling: false } });
      }
      return reply;
    },
    { step: 'finalizeRequest', priority: 'low', name: 'loseReplies' },
  );
  return {
    loseNext() {
      lose = true;
    },
  };
}

/** Gives failed conditions the item that they met, or takes it away: emulators differ in it, DynamoDB returns it. */
function withItemOnFailure(client: DynamoDBClient, present: boolean): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        delete error.Item;
        if (present) {
          const { Key, Item: item } = args.input as { Key?: Item; Item?: Item };
          const pk = (Key ?? item)?.pk;
          if (pk === undefined) throw new Error(`${context.commandName} without a key`);
          const found = await client.send(new GetItemCommand({ TableName: TABLE, Key: { pk }, ConsistentRead: true }));
          if (found.Item !== undefined) error.Item = found.Item;
        }
        throw error;
      }
    },
    { step: 'initialize', name: 'itemOnFailure' },
  );
}

export { connect, createTable, losingReplies, TABLE, withItemOnFailure };
