import { customObjectKeysBy } from '../../marketo/endpoints/keys.ts';
import type { Message } from '../../message/message.ts';
import { SCHEMA_POLICY } from '../../schema/policy.ts';
import type { SchemaState } from '../../schema/schema-state.ts';

/**
 * The message with the keys that Describe tells for its custom object. A worker that does not know them yet takes a guess for the
 * key; so for a while the guess is a key here too, and the two workers agree.
 */
function withSchemaKeys(message: Message, state: SchemaState | undefined, nowMs: number): Message {
  const { records, request } = message;
  const dedupeFields = state?.schema?.dedupeFields ?? [];
  if (state === undefined || records === undefined || dedupeFields.length === 0) return message;
  const isSettled = nowMs - state.keysSinceMs > SCHEMA_POLICY.keysSettledMs;
  const keysOf = customObjectKeysBy(dedupeFields, !isSettled);
  return { ...message, records: records.map((record) => ({ ...record, keys: keysOf(request, record.value) })) };
}

export { withSchemaKeys };
