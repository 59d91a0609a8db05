import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Random } from '../ports.ts';
import type { UpdateExpression } from './update-expression.ts';

/**
 * One item that many workers change by compare-and-swap. Ledger, token and send-once records are such items; what they
 * hold is theirs, how it is written is here.
 *
 * The time line of two workers, with `version` as the attribute that each write changes:
 *
 *     worker A                       the item                       worker B
 *        |                              |                              |
 *        |---- read ------------------->| version 7                    |
 *        |                    version 7 |<------------------- read ----|
 *        |---- put, unchanged since 7 ->| version 8                    |
 *        |<--- written -----------------|                              |
 *        |                              |<-- put, unchanged since 7 ---|
 *        |                              |--- conflict, with item 8 --->|  decides anew from 8
 *        |                              |                              |
 *        |---- put, unchanged since 8 ->| version 9                    |
 *        |          X--- reply lost ----|                              |
 *        |---- the SDK sends it again ->|                              |
 *        |<--- conflict, with item 9 ---| written by A: this was its own write
 *
 * So a write is right in one of these cases, and in no other:
 *
 * - `absent`: nothing is stored, and the writer has read nothing.
 * - `since`: the item is unchanged since the version that the writer read.
 * - `present`: there is an item, whatever it holds: for writes that no other write can contradict.
 * - written by the writer itself: the condition failed, and `wroteIt` knows the item that stands in its way.
 *
 * DynamoDB checks the first three. The fourth is checked here and never sent, because a repeated write that passed its
 * condition would put back what another worker has changed since: it is enough to know that the first one took effect.
 *
 * Reads are consistent. Every method throws when the table does not answer: then the write may or may not have taken
 * effect, and the caller reads again before it writes again.
 */
interface VersionedItem {
  /** Undefined when nothing is stored. */
  read(): Promise<Item | undefined>;
  /** Replaces the whole item. The key is added to `attributes`. */
  put(attributes: Item, write: Write): Promise<WriteResult>;
  /** Changes single attributes, and leaves the others as they are. */
  update(change: UpdateExpression, write: Write, returns?: 'newItem'): Promise<WriteResult>;
  remove(write: Write): Promise<WriteResult>;
}

interface Write {
  readonly condition: Condition;
  /** Whether the item that stands in the way, or its absence, is what this write has left. */
  wroteIt(current: Item | undefined): boolean;
}

type Condition = 'absent' | 'present' | { readonly since: AttributeValue };

type WriteResult =
  /** `item` as it is then, after an update that asked for it. */
  | { readonly kind: 'written'; readonly item?: Item }
  /** `current` is what is stored instead; undefined when somebody has removed the item. */
  | { readonly kind: 'conflict'; readonly current: Item | undefined };

type Item = Record<string, AttributeValue>;

interface VersionedItemOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** The value of the partition key `pk`. */
  readonly pk: string;
  /** The attribute that differs after each write: a number that grows, or a mark (`newMark`). */
  readonly versionAttribute: string;
}

interface ConditionParts {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
  readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD';
}

/**
 * The item `pk` of a table.
 *
 * @example
 * const item = createVersionedItem({ client, tableName, pk: 'token#acme', versionAttribute: 'version' });
 * const result = await item.put(next, { condition: since(before?.version), wroteIt });
 * if (result.kind === 'conflict') result.current; // decide anew from this one
 */
function createVersionedItem({ client, tableName, pk, versionAttribute }: VersionedItemOptions): VersionedItem {
  const key: Item = { pk: { S: pk } };

  async function read(): Promise<Item | undefined> {
    const get = new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true });
    return (await client.send(get)).Item;
  }

  /**
   * What stands in the way comes with the failed condition: no read, and no moment in which it can change. It is read
   * where it does not come: emulators ignore `ReturnValuesOnConditionCheckFailure`, and DynamoDB brings nothing where
   * there is nothing.
   */
  async function attempt(send: () => Promise<{ Attributes?: Item | undefined }>, write: Write): Promise<WriteResult> {
    try {
      const { Attributes: item } = await send();
      return { kind: 'written', ...(item && { item }) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const current = error.Item ?? (write.condition === 'present' ? undefined : await read());
      return write.wroteIt(current) ? { kind: 'written' } : { kind: 'conflict', current };
    }
  }

  /** The placeholders are none of an update expression's. */
  function conditionOf({ condition }: Write): ConditionParts {
    const returned = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    if (condition === 'absent') return { ConditionExpression: 'attribute_not_exists(pk)', ...returned };
    if (condition === 'present') return { ConditionExpression: 'attribute_exists(pk)', ...returned };
    return {
      ConditionExpression: '#version = :since',
      ExpressionAttributeNames: { '#version': versionAttribute },
      ExpressionAttributeValues: { ':since': condition.since },
      ...returned,
    };
  }

  return {
    read,
    put(attributes, write) {
      const command = { TableName: tableName, Item: { ...attributes, ...key }, ...conditionOf(write) };
      return attempt(async () => client.send(new PutItemCommand(command)), write);
    },
    update(change, write, returns) {
      const [parts, condition] = [change.parts(), conditionOf(write)];
      const names = { ...parts.ExpressionAttributeNames, ...condition.ExpressionAttributeNames };
      const values = { ...parts.ExpressionAttributeValues, ...condition.ExpressionAttributeValues };
      const command = new UpdateItemCommand({
        TableName: tableName,
        Key: key,
        ...parts,
        ...condition,
        ExpressionAttributeNames: names,
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
        ReturnValues: returns === 'newItem' ? 'ALL_NEW' : 'NONE',
      });
      return attempt(async () => client.send(command), write);
    },
    remove(write) {
      const command = new DeleteItemCommand({ TableName: tableName, Key: key, ...conditionOf(write) });
      return attempt(async () => client.send(command), write);
    },
  };
}

/** The condition of a write by a reader who saw `version`, or nothing. */
function since(version: AttributeValue | undefined): Condition {
  return version === undefined ? 'absent' : { since: version };
}

/** Names one write among all others: 104 bits, unlikely enough to be drawn twice. */
function newMark(random: Random): string {
  return [0, 1].map(() => Math.floor(random() * 2 ** 52).toString(36)).join('-');
}

export type { Condition, Item, VersionedItem, VersionedItemOptions, Write, WriteResult };
export { createVersionedItem, newMark, since };
