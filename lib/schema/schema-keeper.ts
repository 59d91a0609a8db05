import type { Clock, Log } from '../ports.ts';
import type { ObjectType } from './object-schema.ts';
import { SCHEMA_POLICY } from './policy.ts';
import type { SchemaRegister, StoredSchema } from './schema-register.ts';
import {
  afterDescribe,
  type DescribeAnswer,
  describeWaitMs,
  EMPTY_SCHEMA_STATE,
  NO_CHANGE,
  type Occasion,
  type SchemaChange,
  type SchemaState,
  withLease,
} from './schema-state.ts';

/** What is known of a type after it was, or was not, described. */
interface Described {
  readonly state: SchemaState | undefined;
  readonly change: SchemaChange;
  /** It was not described for now, and may be after so long; 0 when it was, or will not be for long. */
  readonly waitMs: number;
}

/**
 * The schemas of one worker: its memory, over the table that all workers share. Nothing throws: a table that does not
 * answer is a schema that is not known, and messages go on without.
 */
interface Schemas {
  /**
   * What memory has, or else the table. Types of which nothing is known are absent.
   *
   * What memory has is enough however old it is, since nobody is refused without a fresh look; but for custom objects, whose
   * keys all workers must agree on.
   */
  known(types: readonly ObjectType[]): Promise<ReadonlyMap<ObjectType, SchemaState>>;
  /**
   * Describes a type, unless another worker has since `enoughAtMs`, or does so now, or it is too soon.
   *
   * @param ask makes one call of Describe; must not throw.
   */
  describe(type: ObjectType, request: DescribeRequest): Promise<Described>;
}

interface DescribeRequest {
  readonly occasion: Occasion;
  /** A schema that was described at that time or later will do. */
  readonly enoughAtMs: number;
  ask(): Promise<DescribeAnswer>;
}

interface Remembered {
  readonly stored: StoredSchema | undefined;
  readonly readAtMs: number;
}

function createSchemas(
  register: SchemaRegister,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Schemas {
  const memory = new Map<ObjectType, Remembered>();

  function remember(type: ObjectType, stored: StoredSchema | undefined): StoredSchema | undefined {
    if (memory.size >= SCHEMA_POLICY.maxRemembered && !memory.has(type)) memory.clear();
    memory.set(type, { stored, readAtMs: clock.nowMs() });
    return stored;
  }

  async function fromTable(type: ObjectType): Promise<StoredSchema | undefined> {
    try {
      return remember(type, await register.read(type));
    } catch (error) {
      log.warn('the fields of an object type cannot be read from the table', { type, error: String(error) });
      return remember(type, memory.get(type)?.stored);
    }
  }

  function isFresh({ stored, readAtMs }: Remembered): boolean {
    const keptMs = stored?.state.schema === undefined ? SCHEMA_POLICY.emptyMemoryMs : SCHEMA_POLICY.memoryMs;
    return clock.nowMs() - readAtMs < keptMs;
  }

  async function ofType(type: ObjectType): Promise<StoredSchema | undefined> {
    const remembered = memory.get(type);
    const isEnough = remembered !== undefined && (isFresh(remembered) || !type.startsWith('customobjects/'));
    return isEnough ? remembered.stored : fromTable(type);
  }

  async function describe(type: ObjectType, { occasion, enoughAtMs, ask }: DescribeRequest): Promise<Described> {
    const known = memory.get(type)?.stored?.state;
    const notYetMs = known && occasion === 'hourly' ? describeWaitMs(known, occasion, clock.nowMs()) : 0;
    // By the hour, memory knows well enough that it is not due.
    if (notYetMs > 0) return { state: known, change: NO_CHANGE, waitMs: notYetMs };
    const stored = await fromTable(type);
    const state = stored?.state;
    if (state !== undefined && state.describedAtMs > 0 && state.describedAtMs >= enoughAtMs) {
      return { state, change: NO_CHANGE, waitMs: 0 };
    }
    const waitMs = describeWaitMs(state ?? EMPTY_SCHEMA_STATE, occasion, clock.nowMs());
    if (waitMs > 0) return { state, change: NO_CHANGE, waitMs };
    const leased = await register.swap(type, stored, withLease(state ?? EMPTY_SCHEMA_STATE, clock.nowMs()));
    // Another worker was quicker, and will be done in a moment.
    if (leased === undefined) return { state, change: NO_CHANGE, waitMs: SCHEMA_POLICY.leaseMs / 10 };
    const after = afterDescribe(leased.state, await ask(), occasion, clock.nowMs());
    const written = await register.swap(type, leased, after.state).catch(() => undefined);
    remember(type, written ?? { state: after.state, mark: '' });
    // Who could not write it down tells nobody of a change: whoever describes it next will.
    return { state: after.state, change: written === undefined ? NO_CHANGE : after.change, waitMs: 0 };
  }

  return {
    async known(types) {
      const all = await Promise.all(types.map(async (type) => [type, (await ofType(type))?.state] as const));
      return new Map(all.flatMap(([type, state]) => (state === undefined ? [] : [[type, state]])));
    },
    async describe(type, request) {
      try {
        return await describe(type, request);
      } catch (error) {
        log.warn('an object type cannot be described', { type, error: String(error) });
        return { state: memory.get(type)?.stored?.state, change: NO_CHANGE, waitMs: 0 };
      }
    },
  };
}

export type { Described, Schemas };
export { createSchemas };
