import type { ObjectType } from './object-schema.ts';
import type { SchemaRegister, StoredSchema } from './schema-register.ts';

/** The register in this process's memory, for tests of what uses it. */
function createMemorySchemaRegister(): SchemaRegister {
  const stored = new Map<ObjectType, StoredSchema>();
  let writes = 0;
  return {
    read: async (type) => stored.get(type),
    async swap(type, before, state) {
      if (stored.get(type)?.mark !== before?.mark) return undefined;
      writes += 1;
      const next = { state, mark: String(writes) };
      stored.set(type, next);
      return next;
    },
  };
}

export { createMemorySchemaRegister };
