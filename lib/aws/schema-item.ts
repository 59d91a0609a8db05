import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ObjectSchema } from '../schema/object-schema.ts';
import { SCHEMA_POLICY } from '../schema/policy.ts';
import { EMPTY_SCHEMA_STATE, type SchemaState } from '../schema/schema-state.ts';
import type { Item } from './versioned-item.ts';

interface Packed {
  readonly schema?: ObjectSchema;
  readonly removed: readonly (readonly [string, number])[];
}

/** Two thousand fields are some 30 KB so, of 400 KB that an item takes. */
function encodeSchemaItem(state: SchemaState): Item {
  const { schema, removed } = state;
  const packed: Packed = { ...(schema && { schema }), removed: [...removed] };
  const bytes = deflateRawSync(JSON.stringify(packed));
  if (bytes.length > SCHEMA_POLICY.maxStoredBytes) {
    throw new Error(`the schema takes ${bytes.length} bytes, of at most ${SCHEMA_POLICY.maxStoredBytes}`);
  }
  return {
    packed: { B: bytes },
    ...time('describedAt', state.describedAtMs),
    ...time('keysKnownSince', state.keysSinceMs),
    ...time('askedAt', state.askedAtMs),
    ...time('deniedUntil', state.deniedUntilMs),
    ...time('leaseEndsAt', state.leaseEndsAtMs),
    ...(state.vainLooks > 0 && { vainLooks: { N: String(state.vainLooks) } }),
  };
}

/** An item that cannot be read is one that is not there: it is written anew. */
function decodeSchemaItem(item: Item): SchemaState {
  const { schema, removed } = unpack(item.packed);
  return {
    ...(schema && { schema }),
    removed: new Map(removed),
    describedAtMs: schema === undefined ? 0 : msOf(item.describedAt),
    keysSinceMs: msOf(item.keysKnownSince),
    askedAtMs: msOf(item.askedAt),
    vainLooks: Number(item.vainLooks?.N ?? 0) || 0,
    deniedUntilMs: msOf(item.deniedUntil),
    leaseEndsAtMs: msOf(item.leaseEndsAt),
  };
}

function unpack(value: AttributeValue | undefined): Packed {
  try {
    const packed = JSON.parse(inflateRawSync(value?.B ?? new Uint8Array()).toString('utf8')) as Partial<Packed>;
    return { ...(packed.schema && { schema: packed.schema }), removed: packed.removed ?? [] };
  } catch {
    return { removed: [...EMPTY_SCHEMA_STATE.removed] };
  }
}

function time(name: string, ms: number): Item {
  return ms > 0 ? { [name]: { S: new Date(ms).toISOString() } } : {};
}

function msOf(value: AttributeValue | undefined): number {
  const ms = Date.parse(value?.S ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}

export { decodeSchemaItem, encodeSchemaItem };
