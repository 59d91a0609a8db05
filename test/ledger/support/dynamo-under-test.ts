import { createDynamoDbLedgerRegister } from '../../../lib/aws/dynamodb-ledger.ts';
import type { RegisterUnderTest } from '../register-contract.ts';
import { limitsOf } from './builders.ts';
import { connect, createTable, losingReplies, TABLE, withItemOnFailure } from './dynamo-client.ts';

/** @param item whether a failed condition comes with the item; undefined: as the server has it. */
async function dynamoUnderTest(
  server: { url: string; stop(): Promise<void> },
  item?: 'withItem' | 'withoutItem',
): Promise<RegisterUnderTest> {
  const client = connect(server.url);
  await createTable(client);
  const { loseNext } = losingReplies(client);
  if (item !== undefined) withItemOnFailure(client, item === 'withItem');
  let subscriptions = 0;
  return {
    create: () =>
      createDynamoDbLedgerRegister({
        client,
        tableName: TABLE,
        subscription: `${++subscriptions}`,
        limits: limitsOf(),
      }),
    loseNextReply: loseNext,
    close: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

export { dynamoUnderTest };
