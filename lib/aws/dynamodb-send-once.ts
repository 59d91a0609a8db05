import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Claim, EndedPositions, SendOnce } from '../delivery/call/send-once.ts';
import { decodePositions, encodePositions } from '../message/relay-attribute.ts';
import type { Clock, Random } from '../ports.ts';

interface SendOnceTableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly random: Random;
}

type Item = Record<string, AttributeValue>;

/** Longer than any message lives: SQS keeps one for 14 days at most, and a redriven letter begins anew. */
const KEEP_SECONDS = 30 * 86_400;
/** A queue redelivers, so one more copy may claim while this one reads. */
const MAX_TRIES = 3;

/** Send-once records in the ledger's table: `pk` = `once#<relay id>`; each write is named, so that it is known again. */
function createSendOnceTable({ client, tableName, clock, random }: SendOnceTableOptions): SendOnce {
  const newMark = (): string => [0, 1].map(() => Math.floor(random() * 2 ** 52).toString(36)).join('-');
  const keyOf = (relayId: string): Item => ({ pk: { S: `once#${relayId}` } });

  async function read(relayId: string): Promise<Item | undefined> {
    const get = new GetItemCommand({ TableName: tableName, Key: keyOf(relayId), ConsistentRead: true });
    return (await client.send(get)).Item;
  }

  /** Writes if nobody has written since `seen`. */
  async function swap(relayId: string, seen: string | undefined, mark: string, rest: Item): Promise<boolean> {
    const expiresAt = { N: String(Math.floor(clock.nowMs() / 1_000) + KEEP_SECONDS) };
    const put = new PutItemCommand({
      TableName: tableName,
      Item: { ...keyOf(relayId), ...rest, writtenAs: { S: mark }, expiresAt },
      ...unchangedSince(seen),
    });
    try {
      await client.send(put);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The SDK resends a request whose reply was lost: then it is our own write that stands in the way.
      return (await read(relayId))?.writtenAs?.S === mark;
    }
  }

  async function forget(relayId: string, seen: string): Promise<boolean> {
    const remove = new DeleteItemCommand({ TableName: tableName, Key: keyOf(relayId), ...unchangedSince(seen) });
    try {
      await client.send(remove);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return (await read(relayId)) === undefined;
    }
  }

  return {
    async claim(relayId, positions, leaseMs, request): Promise<Claim> {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const item = await read(relayId);
        const leftMs = Date.parse(item?.leaseEndsAt?.S ?? '') - clock.nowMs();
        if (leftMs > 0) return { kind: 'busy', waitMs: leftMs };
        const before = knownOf(item);
        const known = item?.request?.S;
        // Of what was never done, or nobody knows, a corrected request may be sent under the old id.
        if (before.done.length > 0 && known !== undefined && request !== undefined && known !== request) {
          return { kind: 'otherRequest' };
        }
        const name = known ?? request;
        const [done, unknown] = [new Set(before.done), new Set(before.unknown)];
        const send = positions.filter((position) => !done.has(position) && !unknown.has(position));
        const mark = newMark();
        const held = {
          kind: 'held',
          relayId,
          mark,
          send,
          done: positions.filter((position) => done.has(position)),
          unknown: positions.filter((position) => !done.has(position) && unknown.has(position)),
          before,
          ...(name !== undefined && { request: name }),
        } as const;
        // Nothing to send is nothing to write.
        if (send.length === 0) return held;
        const started = {
          ...encode(before, name),
          started: { S: encodeSet(send) },
          leaseEndsAt: { S: new Date(clock.nowMs() + leaseMs).toISOString() },
        };
        if (await swap(relayId, item?.writtenAs?.S, mark, started)) return held;
      }
      return { kind: 'busy', waitMs: leaseMs };
    },

    async complete({ relayId, mark, before, request }, ended) {
      const known = { done: [...before.done, ...ended.done], unknown: [...before.unknown, ...ended.unknown] };
      const isBlank = known.done.length + known.unknown.length === 0;
      const isOurs = isBlank
        ? await forget(relayId, mark)
        : await swap(relayId, mark, newMark(), encode(known, request));
      if (!isOurs) throw new Error('the lease ended first, and another copy took the record over');
    },
  };
}

function unchangedSince(seen: string | undefined) {
  return seen === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'writtenAs = :seen', ExpressionAttributeValues: { ':seen': { S: seen } } };
}

/** What a record says once its lease is over: what was started then, nobody told the end of. */
function knownOf(item: Item | undefined): EndedPositions {
  const of = (name: string): readonly number[] => decodePositions(item?.[name]?.S ?? '') ?? [];
  return { done: of('done'), unknown: [...of('unknown'), ...of('started')] };
}

function encode({ done, unknown }: EndedPositions, request: string | undefined): Item {
  return {
    ...(request !== undefined && { request: { S: request } }),
    ...(done.length > 0 && { done: { S: encodeSet(done) } }),
    ...(unknown.length > 0 && { unknown: { S: encodeSet(unknown) } }),
  };
}

function encodeSet(positions: readonly number[]): string {
  return encodePositions([...new Set(positions)].sort((one, other) => one - other));
}

export type { SendOnceTableOptions };
export { createSendOnceTable };
