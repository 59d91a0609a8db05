import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TokenRegister, TokenSwap } from '../access-token/token-register.ts';
import type { TokenState } from '../access-token/token-state.ts';
import type { Random } from '../ports.ts';
import { decodeTokenItem, encodeTokenItem } from './token-item.ts';
import { createVersionedItem, newMark } from './versioned-item.ts';

interface DynamoDbTokenRegisterOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Names the item; one for each Marketo subscription. */
  readonly subscription: string;
  /** For the mark by which a write is known again. */
  readonly random: Random;
}

/**
 * The register in DynamoDB: one item, `pk` = `token#<subscription>`. Beside its version each write has a mark, because
 * two workers that fetch a token at the same time write the same version.
 */
function createDynamoDbTokenRegister(options: DynamoDbTokenRegisterOptions): TokenRegister {
  const { client, tableName, subscription, random } = options;
  const item = createVersionedItem({ client, tableName, pk: `token#${subscription}`, versionAttribute: 'version' });

  async function swap(next: TokenState): Promise<TokenSwap> {
    const mark = newMark(random);
    const result = await item.put(
      { ...encodeTokenItem(next), writtenAs: { S: mark } },
      {
        condition: next.version === 1 ? 'absent' : { since: { N: String(next.version - 1) } },
        wroteIt: (current) => current?.writtenAs?.S === mark,
      },
    );
    return result.kind === 'written'
      ? { kind: 'swapped' }
      : { kind: 'conflict', state: decodeTokenItem(result.current) };
  }

  return { read: async () => decodeTokenItem(await item.read()), swap };
}

export type { DynamoDbTokenRegisterOptions };
export { createDynamoDbTokenRegister };
