import type { Json, JsonObject } from '../json.ts';
import { hexDigits } from '../random.ts';
import { type Field, fieldSet } from './fields.ts';

/** What Marketo knows of a kind of object: the dedupe fields identify one, and so does the id that it was given. */
interface ObjectType {
  /** In paths: `companies`, `order_c`. */
  readonly name: string;
  readonly idField: 'id' | 'marketoGUID';
  readonly dedupeFields: readonly string[];
  readonly fields: readonly Field[];
  /** Fields whose value must be the key of another object. */
  readonly links?: readonly ObjectLink[];
}

interface ObjectLink {
  readonly field: string;
  /** `leads`, or the name of another type, whose first dedupe field is meant. */
  readonly to: string;
  readonly code: string;
  readonly message: string;
  /** The whole call fails, not only the record. */
  readonly responseLevel?: true;
}

interface StoredObject {
  readonly id: string | number;
  readonly values: Map<string, Json>;
  readonly createdAtMs: number;
  updatedAtMs: number;
  writes: number;
}

class Objects {
  readonly type: ObjectType;
  readonly fields: Map<string, Field>;
  readonly #random: () => number;
  readonly #byId = new Map<string, StoredObject>();
  readonly #byKey = new Map<string, StoredObject>();
  #nextNumber = 1;

  constructor(type: ObjectType, random: () => number) {
    this.type = type;
    this.fields = fieldSet(type.fields);
    this.#random = random;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): IterableIterator<StoredObject> {
    return this.#byId.values();
  }

  byId(id: Json): StoredObject | undefined {
    return this.#byId.get(String(id));
  }

  /** By the values of all dedupe fields. */
  byKey(record: JsonObject): StoredObject | undefined {
    return this.#byKey.get(this.keyOf(record));
  }

  /** By the one dedupe field of a type that has one. */
  byName(value: Json): StoredObject | undefined {
    return this.#byKey.get(JSON.stringify([String(value)]));
  }

  keyOf(record: JsonObject): string {
    return JSON.stringify(this.type.dedupeFields.map((name) => String(record[name] ?? '')));
  }

  create(values: JsonObject, nowMs: number): StoredObject {
    const id = this.type.idField === 'id' ? this.#nextNumber : this.#guid();
    this.#nextNumber += 1;
    const object: StoredObject = { id, values: new Map(), createdAtMs: nowMs, updatedAtMs: nowMs, writes: 0 };
    this.#byId.set(String(id), object);
    this.#byKey.set(this.keyOf(values), object);
    this.update(object, values, nowMs);
    return object;
  }

  update(object: StoredObject, values: JsonObject, nowMs: number): void {
    for (const [name, value] of Object.entries(values)) {
      if (name !== this.type.idField) object.values.set(name, value === '' ? null : value);
    }
    object.updatedAtMs = nowMs;
    object.writes += 1;
  }

  delete(object: StoredObject): void {
    this.#byId.delete(String(object.id));
    this.#byKey.delete(this.keyOf(Object.fromEntries(object.values)));
  }

  #guid(): string {
    return [8, 4, 4, 4, 12].map((length) => hexDigits(this.#random, length)).join('-');
  }
}

export type { ObjectLink, ObjectType, StoredObject };
export { Objects };
