import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Claim, EndedPositions, PositionNotes, SendOnce } from '../delivery/call/send-once.ts';
import { decodePositions, encodePositions } from '../message/relay-attribute.ts';
import type { Clock, Random } from '../ports.ts';
import {
  type Condition,
  createVersionedItem,
  type Item,
  newMark,
  since,
  type VersionedItem,
} from './versioned-item.ts';

interface SendOnceTableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Longer than any message lives: SQS keeps one for 14 days at most, and a redriven letter begins anew. */
const KEEP_SECONDS = 30 * 86_400;
/** A queue redelivers, so one more copy may claim while this one reads. */
const MAX_TRIES = 3;

/**
 * Send-once records in the ledger's table: `pk` = `once#<relay id>`. A record has no version of its own: each write has
 * a mark (`writtenAs`), and the next one is made on the condition that this mark still stands.
 */
function createSendOnceTable({ client, tableName, clock, random }: SendOnceTableOptions): SendOnce {
  const itemOf = (relayId: string): VersionedItem =>
    createVersionedItem({ client, tableName, pk: `once#${relayId}`, versionAttribute: 'writtenAs' });

  /** False when somebody has written since the mark `seen`. */
  async function swap(relayId: string, seen: string | undefined, mark: string, rest: Item): Promise<boolean> {
    const expiresAt = { N: String(Math.floor(clock.nowMs() / 1_000) + KEEP_SECONDS) };
    const { kind } = await itemOf(relayId).put(
      { ...rest, writtenAs: { S: mark }, expiresAt },
      { condition: sinceMark(seen), wroteIt: (current) => current?.writtenAs?.S === mark },
    );
    return kind === 'written';
  }

  async function forget(relayId: string, seen: string): Promise<boolean> {
    const { kind } = await itemOf(relayId).remove({
      condition: sinceMark(seen),
      wroteIt: (current) => current === undefined,
    });
    return kind === 'written';
  }

  return {
    async claim(relayId, positions, leaseMs, request): Promise<Claim> {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const item = await itemOf(relayId).read();
        const leftMs = Date.parse(item?.leaseEndsAt?.S ?? '') - clock.nowMs();
        if (leftMs > 0) return { kind: 'busy', waitMs: leftMs };
        const before = knownOf(item);
        const known = item?.request?.S;
        // Of what was never done, or nobody knows, a corrected request may be sent under the old id.
        if (before.done.length > 0 && known !== undefined && request !== undefined && known !== request) {
          return { kind: 'otherRequest' };
        }
        const name = known ?? request;
        const notes = notesOf(item);
        const [done, unknown] = [new Set(before.done), new Set(before.unknown)];
        const send = positions.filter((position) => !done.has(position) && !unknown.has(position));
        const mark = newMark(random);
        const held = {
          kind: 'held',
          relayId,
          mark,
          send,
          done: positions.filter((position) => done.has(position)),
          unknown: positions.filter((position) => !done.has(position) && unknown.has(position)),
          before,
          ...(name !== undefined && { request: name }),
          ...(notes && { notes }),
        } as const;
        // Nothing to send is nothing to write.
        if (send.length === 0) return held;
        const started = {
          ...encode(before, name, notes),
          started: { S: encodeSet(send) },
          leaseEndsAt: { S: new Date(clock.nowMs() + leaseMs).toISOString() },
        };
        if (await swap(relayId, item?.writtenAs?.S, mark, started)) return held;
      }
      return { kind: 'busy', waitMs: leaseMs };
    },

    async complete({ relayId, mark, before, request, notes }, ended, added) {
      const known = { done: [...before.done, ...ended.done], unknown: [...before.unknown, ...ended.unknown] };
      const isBlank = known.done.length + known.unknown.length === 0;
      return isBlank
        ? await forget(relayId, mark)
        : await swap(relayId, mark, newMark(random), encode(known, request, added ? { ...notes, ...added } : notes));
    },
  };
}

function sinceMark(mark: string | undefined): Condition {
  return since(mark === undefined ? undefined : { S: mark });
}

/** What a record says once its lease is over: what was started then, nobody told the end of. */
function knownOf(item: Item | undefined): EndedPositions {
  const of = (name: string): readonly number[] => decodePositions(item?.[name]?.S ?? '') ?? [];
  return { done: of('done'), unknown: [...of('unknown'), ...of('started')] };
}

/** A text, since nobody asks for one of them. */
function notesOf(item: Item | undefined): PositionNotes | undefined {
  const text = item?.notes?.S;
  return text === undefined ? undefined : (JSON.parse(text) as PositionNotes);
}

function encode({ done, unknown }: EndedPositions, request: string | undefined, notes?: PositionNotes): Item {
  return {
    ...(request !== undefined && { request: { S: request } }),
    ...(done.length > 0 && { done: { S: encodeSet(done) } }),
    ...(unknown.length > 0 && { unknown: { S: encodeSet(unknown) } }),
    ...(notes && { notes: { S: JSON.stringify(notes) } }),
  };
}

function encodeSet(positions: readonly number[]): string {
  return encodePositions([...new Set(positions)].sort((one, other) => one - other));
}

export type { SendOnceTableOptions };
export { createSendOnceTable };
