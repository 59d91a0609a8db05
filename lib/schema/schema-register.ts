import type { ObjectType } from './object-schema.ts';
import type { SchemaState } from './schema-state.ts';

interface StoredSchema {
  readonly state: SchemaState;
  /** Differs after each write. */
  readonly mark: string;
}

/** Where the schemas of all workers live: an item for each object type, changed by compare-and-swap. Throws when it cannot be reached. */
interface SchemaRegister {
  /** Undefined when nothing is stored. */
  read(type: ObjectType): Promise<StoredSchema | undefined>;
  /** Stores `next` if nothing was written since `before`; undefined when somebody was quicker. */
  swap(type: ObjectType, before: StoredSchema | undefined, next: SchemaState): Promise<StoredSchema | undefined>;
}

export type { SchemaRegister, StoredSchema };
