import type { Json, JsonObject } from '../json.ts';
import type { Field } from './fields.ts';

interface Lead {
  readonly id: number;
  readonly fields: Map<string, Json>;
  partitionName: string;
  readonly createdAtMs: number;
  updatedAtMs: number;
  /** How often it was written, its creation included. */
  writes: number;
}

/** People by id, and by each searchable field. E-mail addresses compare without case and outer space. */
class Leads {
  readonly fields: Map<string, Field>;
  readonly #byId = new Map<number, Lead>();
  readonly #indexes = new Map<string, Map<string, Set<number>>>();
  #nextId: number;

  constructor(fields: Map<string, Field>, firstId: number) {
    this.fields = fields;
    this.#nextId = firstId;
    for (const field of fields.values()) if (field.searchable) this.#indexes.set(field.name, new Map());
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: number): Lead | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<Lead> {
    return this.#byId.values();
  }

  isSearchable(field: string): boolean {
    return field === 'id' || this.#indexes.has(field);
  }

  /** In order of creation. `field` must be searchable. */
  find(field: string, value: Json): readonly Lead[] {
    if (field === 'id') {
      const lead = this.#byId.get(Number(value));
      return lead === undefined ? [] : [lead];
    }
    const ids = this.#indexes.get(field)?.get(indexKey(field, value));
    if (ids === undefined) return [];
    return [...ids].flatMap((id) => this.#byId.get(id) ?? []);
  }

  byEmail(email: string): readonly Lead[] {
    return this.find('email', email);
  }

  create(values: JsonObject, partitionName: string, nowMs: number, id?: number): Lead {
    const lead: Lead = {
      id: id ?? this.#nextId,
      fields: new Map(),
      partitionName,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      writes: 0,
    };
    this.#nextId = Math.max(this.#nextId, lead.id + 1);
    this.#byId.set(lead.id, lead);
    this.update(lead, values, nowMs);
    return lead;
  }

  update(lead: Lead, values: JsonObject, nowMs: number): void {
    for (const [name, value] of Object.entries(values)) {
      if (name === 'id') continue;
      const index = this.#indexes.get(name);
      if (index !== undefined) moveInIndex(index, lead, name, value);
      lead.fields.set(name, value === '' ? null : value);
    }
    lead.updatedAtMs = nowMs;
    lead.writes += 1;
  }

  delete(id: number): boolean {
    const lead = this.#byId.get(id);
    if (lead === undefined) return false;
    for (const [name, index] of this.#indexes) moveInIndex(index, lead, name, null);
    return this.#byId.delete(id);
  }
}

function moveInIndex(index: Map<string, Set<number>>, lead: Lead, name: string, value: Json): void {
  const before = lead.fields.get(name);
  if (before !== undefined && before !== null) {
    const key = indexKey(name, before);
    const ids = index.get(key);
    ids?.delete(lead.id);
    if (ids?.size === 0) index.delete(key);
  }
  if (value === null || value === '') return;
  const key = indexKey(name, value);
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([lead.id]));
  else ids.add(lead.id);
}

function indexKey(field: string, value: Json): string {
  return field === 'email' ? String(value).trim().toLowerCase() : String(value);
}

export type { Lead };
export { Leads };
