import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Mark, MarkChange, OrderMarks } from '../delivery/order/order-marks.ts';
import type { Clock, Log } from '../ports.ts';
import { createUpdateExpression } from './update-expression.ts';
import type { Item } from './versioned-item.ts';

interface OrderMarksTableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Names the items; one prefix for each Marketo subscription. */
  readonly subscription: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Items in one request (DynamoDB: BatchGetItem). */
const MOST_READ_AT_ONCE = 100;
/** A request of many items may be answered in part, and the rest is asked for again. */
const MAX_READS = 5;
const READ_AGAIN_AFTER_MS = 50;
/** Writes under way at the same time: the SDK keeps 50 connections, and the ledger needs one. */
const MOST_WRITES_AT_ONCE = 30;
/** Keys that may fail before the others are given up. */
const MAX_FAILURES = 5;
/** Longer than any mark of the item may last: a later write must not shorten the life of an earlier mark. */
const KEEP_SECONDS = 2 * 86_400;

const PREFIX = 'mark:';

/**
 * Marks in the ledger's table: an item for each key, `pk` = `order#<subscription>#<hash>`, with an attribute for each mark,
 * `mark:<id>` = `<published> <place> <until> <due> found|set`, instants in ISO. Each writer sets and removes attributes of
 * its own messages only, so no write needs a condition, and a repeated one changes nothing.
 */
function createOrderMarksTable({ client, tableName, subscription, clock, log }: OrderMarksTableOptions): OrderMarks {
  const pkOf = (key: number): string => `order#${subscription}#${key.toString(16).padStart(12, '0')}`;

  async function readSome(keys: readonly number[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let asked: BatchGetItemCommandOutput['UnprocessedKeys'] = {
      [tableName]: { Keys: keys.map((key) => ({ pk: { S: pkOf(key) } })), ConsistentRead: true },
    };
    for (let tries = 1; tries <= MAX_READS; tries++) {
      const reply: BatchGetItemCommandOutput = await client.send(new BatchGetItemCommand({ RequestItems: asked }));
      const { Responses, UnprocessedKeys = {} } = reply;
      items.push(...(Responses?.[tableName] ?? []));
      if (Object.keys(UnprocessedKeys).length === 0) return items;
      asked = UnprocessedKeys;
      await clock.sleep(READ_AGAIN_AFTER_MS * 2 ** tries);
    }
    throw new Error('the table leaves marks unread');
  }

  async function write(key: number, { put, remove }: MarkChange): Promise<void> {
    const change = createUpdateExpression();
    for (const mark of put) change.set([PREFIX + mark.id], encode(mark));
    const putIds = new Set(put.map(({ id }) => id));
    for (const id of remove) if (!putIds.has(id)) change.remove([PREFIX + id]);
    // An update of what is not there makes an item: that one must have its end too.
    change.set(['expiresAt'], { N: String(Math.ceil(clock.nowMs() / 1_000) + KEEP_SECONDS) });
    await client.send(
      new UpdateItemCommand({ TableName: tableName, Key: { pk: { S: pkOf(key) } }, ...change.parts() }),
    );
  }

  return {
    async read(keys) {
      const byPk = new Map(keys.map((key) => [pkOf(key), key]));
      const all = [...byPk.values()];
      const parts = Array.from({ length: Math.ceil(all.length / MOST_READ_AT_ONCE) }, (_, part) =>
        all.slice(part * MOST_READ_AT_ONCE, (part + 1) * MOST_READ_AT_ONCE),
      );
      const items = (await Promise.all(parts.map(readSome))).flat();
      const nowMs = clock.nowMs();
      const found = new Map<number, readonly Mark[]>();
      for (const item of items) {
        const key = byPk.get(item.pk?.S ?? '');
        const marks = marksIn(item).filter(({ untilMs }) => untilMs > nowMs);
        if (key !== undefined && marks.length > 0) found.set(key, marks);
      }
      return found;
    },

    async change(changes) {
      const failed = new Set<number>();
      const waiting = [...changes];
      async function writeNext(): Promise<void> {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [key, change] = next;
          try {
            await write(key, change);
          } catch (error) {
            failed.add(key);
            // A table that does not answer is not asked three thousand times.
            if (failed.size >= MAX_FAILURES) for (const [left] of waiting.splice(0)) failed.add(left);
            if (failed.size === 1) log.warn('marks of order could not be written', { error: String(error) });
          }
        }
      }
      await Promise.all(Array.from({ length: Math.min(MOST_WRITES_AT_ONCE, waiting.length) }, writeNext));
      return failed;
    },
  };
}

function encode({ publishedAtMs, place, untilMs, dueMs, isSet }: Mark): AttributeValue {
  const [published, until, due] = [publishedAtMs, untilMs, dueMs].map((ms) => new Date(Math.ceil(ms)).toISOString());
  return { S: [published, place, until, due, isSet ? 'set' : 'found'].join(' ') };
}

/** What cannot be read is of a relay to come, or of nobody: nothing waits for it. */
function marksIn(item: Item): readonly Mark[] {
  return Object.entries(item).flatMap(([name, value]): readonly Mark[] => {
    if (!name.startsWith(PREFIX)) return [];
    const [published = '', place, until = '', due = '', how] = (value.S ?? '').split(' ');
    const mark: Mark = {
      id: name.slice(PREFIX.length),
      publishedAtMs: Date.parse(published),
      place: Number(place),
      untilMs: Date.parse(until),
      dueMs: Date.parse(due),
      isSet: how === 'set',
    };
    return [mark.publishedAtMs, mark.place, mark.untilMs, mark.dueMs].every(Number.isFinite) ? [mark] : [];
  });
}

export type { OrderMarksTableOptions };
export { createOrderMarksTable };
