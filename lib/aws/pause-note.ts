import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';

/** Who keeps the relay from taking messages, and why: an item of the ledger's table, `pk` = `pause#<subscription>`. */
interface PauseNote {
  /** A person's pause is ended by a person only. */
  readonly by: 'person' | 'govern';
  /** Whose it is, for the reader: `ann@laptop`. */
  readonly who: string;
  readonly reason: string;
  readonly sinceMs: number;
}

interface PauseNotes {
  read(): Promise<PauseNote | undefined>;
  write(note: PauseNote): Promise<void>;
  remove(): Promise<void>;
}

const MAX_REASON_LENGTH = 500;

function createPauseNotes(client: DynamoDBClient, tableName: string, subscription: string): PauseNotes {
  const Key = { pk: { S: `pause#${subscription}` } };
  return {
    async read() {
      const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }));
      return Item === undefined ? undefined : decodePauseNote(Item);
    },
    async write(note) {
      await client.send(new PutItemCommand({ TableName: tableName, Item: { ...Key, ...encodePauseNote(note) } }));
    },
    async remove() {
      await client.send(new DeleteItemCommand({ TableName: tableName, Key }));
    },
  };
}

/** All but the key. */
function encodePauseNote({ by, who, reason, sinceMs }: PauseNote): Record<string, AttributeValue> {
  const since = new Date(sinceMs).toISOString();
  return { by: { S: by }, who: { S: who }, reason: { S: reason.slice(0, MAX_REASON_LENGTH) }, since: { S: since } };
}

/** A note that somebody wrote by hand is a person's. */
function decodePauseNote(item: Record<string, AttributeValue>): PauseNote {
  const sinceMs = Date.parse(item.since?.S ?? '');
  return {
    by: item.by?.S === 'govern' ? 'govern' : 'person',
    who: item.who?.S ?? '',
    reason: (item.reason?.S ?? '').slice(0, MAX_REASON_LENGTH),
    sinceMs: Number.isNaN(sinceMs) ? 0 : sinceMs,
  };
}

export type { PauseNote, PauseNotes };
export { createPauseNotes, decodePauseNote, encodePauseNote, MAX_REASON_LENGTH };
