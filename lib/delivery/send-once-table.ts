import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '../ports.ts';
import type { Claim, SendOnce } from './send-once.ts';

interface SendOnceTableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Longer than any message lives: SQS keeps one for 14 days at most, and a redriven letter begins anew. */
const KEEP_SECONDS = 30 * 86_400;
/** A queue redelivers, so one more copy may ask while this one's record is being removed or settled. */
const MAX_TRIES = 3;

/** Send-once records in the ledger's table: `pk` = `once#<relay id>#<part>`. */
function createSendOnceTable({ client, tableName, clock, random }: SendOnceTableOptions): SendOnce {
  const holder = Math.floor(random() * Number.MAX_SAFE_INTEGER).toString(36);
  const keyOf = (relayId: string, part: number) => ({ pk: { S: `once#${relayId}#${part}` } });

  async function put(relayId: string, part: number, rest: Record<string, AttributeValue>): Promise<boolean> {
    const expiresAt = { N: String(Math.floor(clock.nowMs() / 1000) + KEEP_SECONDS) };
    try {
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: { ...keyOf(relayId, part), ...rest, holder: { S: holder }, expiresAt },
          // The holder may write again: the SDK resends a request whose reply was lost.
          ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder',
          ExpressionAttributeValues: { ':holder': { S: holder } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    async claim(relayId, part, leaseMs): Promise<Claim> {
      const started = { state: { S: 'started' }, leaseEndsAt: { S: new Date(clock.nowMs() + leaseMs).toISOString() } };
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const { Item: item } = await client.send(
          new GetItemCommand({ TableName: tableName, Key: keyOf(relayId, part), ConsistentRead: true }),
        );
        if (item?.state?.S === 'done')
          return { kind: 'done', remaining: (item.remaining?.L ?? []).map((at) => Number(at.N)) };
        if (item !== undefined) {
          const leftMs = Date.parse(item.leaseEndsAt?.S ?? '') - clock.nowMs();
          return leftMs > 0 ? { kind: 'busy', waitMs: leftMs } : { kind: 'unknown' };
        }
        if (await put(relayId, part, started)) return { kind: 'mine' };
      }
      return { kind: 'busy', waitMs: leaseMs };
    },
    async finish(relayId, part, remaining) {
      const left = { L: remaining.map((position) => ({ N: String(position) })) };
      await put(relayId, part, { state: { S: 'done' }, remaining: left });
    },
    async forget(relayId, part) {
      try {
        await client.send(
          new DeleteItemCommand({
            TableName: tableName,
            Key: keyOf(relayId, part),
            ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder',
            ExpressionAttributeValues: { ':holder': { S: holder } },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

export type { SendOnceTableOptions };
export { createSendOnceTable };
