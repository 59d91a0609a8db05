import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TokenRegister, TokenSwap } from '../access-token/token-register.ts';
import type { TokenState } from '../access-token/token-state.ts';
import type { Random } from '../ports.ts';
import { decodeTokenItem, encodeTokenItem, type Item } from './token-item.ts';

interface DynamoDbTokenRegisterOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Names the item; one for each Marketo subscription. */
  readonly subscription: string;
  /** For the mark by which a write is known again. */
  readonly random: Random;
}

/** The register in DynamoDB: one item, `pk` = `token#<subscription>`. */
function createDynamoDbTokenRegister(options: DynamoDbTokenRegisterOptions): TokenRegister {
  const { client, tableName, random } = options;
  const key: Item = { pk: { S: `token#${options.subscription}` } };

  async function readItem(): Promise<Item | undefined> {
    const read = new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true });
    return (await client.send(read)).Item;
  }

  async function swap(next: TokenState): Promise<TokenSwap> {
    const mark = markOf(random);
    const first = next.version === 1;
    const put = new PutItemCommand({
      TableName: tableName,
      Item: { ...key, ...encodeTokenItem(next), writtenAs: { S: mark } },
      ConditionExpression: first ? 'attribute_not_exists(pk)' : 'version = :before',
      ...(first ? {} : { ExpressionAttributeValues: { ':before': { N: String(next.version - 1) } } }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await client.send(put);
      return { kind: 'swapped' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every emulator returns the item with the failed condition.
      const current = error.Item ?? (await readItem());
      // The SDK resends a request whose reply was lost: then it is our own write that stands in the way.
      if (current?.writtenAs?.S === mark) return { kind: 'swapped' };
      return { kind: 'conflict', state: decodeTokenItem(current) };
    }
  }

  return { read: async () => decodeTokenItem(await readItem()), swap };
}

/** Unlikely enough to be drawn twice: 104 bits. */
function markOf(random: Random): string {
  return [0, 1].map(() => Math.floor(random() * 2 ** 52).toString(36)).join('-');
}

export type { DynamoDbTokenRegisterOptions };
export { createDynamoDbTokenRegister };
