import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '../ports.ts';
import type { ObjectType } from '../schema/object-schema.ts';
import type { SchemaRegister, StoredSchema } from '../schema/schema-register.ts';
import type { SchemaState } from '../schema/schema-state.ts';
import { decodeSchemaItem, encodeSchemaItem } from './schema-item.ts';
import { createVersionedItem, newMark, since, type VersionedItem } from './versioned-item.ts';

interface DynamoDbSchemaRegisterOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Names the items; one of each object type for each Marketo subscription. */
  readonly subscription: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** A type that nobody uses any more, such as a form's, goes by itself. */
const KEEP_SECONDS = 30 * 86_400;

/** The register in DynamoDB: an item for each object type, `pk` = `schema#<subscription>#<type>`. */
function createDynamoDbSchemaRegister(options: DynamoDbSchemaRegisterOptions): SchemaRegister {
  const { clock, random } = options;
  return {
    read: (type) => readStored(options, type),
    async swap(type, before, state) {
      const mark = newMark(random);
      const expiresAt = { N: String(Math.floor(clock.nowMs() / 1_000) + KEEP_SECONDS) };
      const { kind } = await itemOf(options, type).put(
        { ...encodeSchemaItem(state), writtenAs: { S: mark }, expiresAt },
        {
          condition: since(before && { S: before.mark }),
          wroteIt: (current) => current?.writtenAs?.S === mark,
        },
      );
      return kind === 'written' ? { state, mark } : undefined;
    },
  };
}

type Place = Pick<DynamoDbSchemaRegisterOptions, 'client' | 'tableName' | 'subscription'>;

function itemOf({ client, tableName, subscription }: Place, type: ObjectType): VersionedItem {
  return createVersionedItem({
    client,
    tableName,
    pk: `schema#${subscription}#${type}`,
    versionAttribute: 'writtenAs',
  });
}

async function readStored(place: Place, type: ObjectType): Promise<StoredSchema | undefined> {
  const item = await itemOf(place, type).read();
  return item === undefined ? undefined : { state: decodeSchemaItem(item), mark: item.writtenAs?.S ?? '' };
}

/** What is known of an object type, for a reader. */
async function readSchemaState(place: Place, type: ObjectType): Promise<SchemaState | undefined> {
  return (await readStored(place, type))?.state;
}

export type { DynamoDbSchemaRegisterOptions };
export { createDynamoDbSchemaRegister, readSchemaState };
