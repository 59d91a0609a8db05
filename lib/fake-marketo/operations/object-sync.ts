import type { Database } from '../database/database.ts';
import { fieldProblems } from '../database/fields.ts';
import type { ObjectLink, Objects, StoredObject } from '../database/objects.ts';
import type { Json, JsonObject } from '../json.ts';
import { type ApiCall, readInput, text } from '../operation.ts';
import { type Failure, fail, numbered, type Outcome, reason, skipped, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { readFilterValues, shownField } from './lead-reads.ts';
import { page, SEEDED_AT } from './paging.ts';

interface ObjectSync {
  readonly action: string;
  readonly byId: boolean;
}

const ACTIONS: readonly string[] = ['createOnly', 'updateOnly', 'createOrUpdate'];

/** Companies, opportunities, roles, sales persons, named accounts and custom objects all sync alike. */
function syncObjects(objects: Objects, call: ApiCall, { database, nowMs }: Subscription): Outcome {
  const sync = readSync(objects, call.body ?? {});
  if ('kind' in sync) return sync;
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const broken = input.records
    .map((record) => brokenLink(objects, record, database))
    .find((link) => link?.responseLevel);
  // Rule: objects-salesperson
  if (broken !== undefined) return fail(broken.code, broken.message);
  const seen = new Set<string>();
  // Rule: objects-numbered
  const results = input.records.map((record): JsonObject => {
    const problem = recordProblem(objects, sync, record, database, seen);
    return problem ?? write(objects, sync, record, nowMs());
  });
  return succeed(numbered(results));
}

function readSync(objects: Objects, body: JsonObject): ObjectSync | Failure {
  const action = body.action ?? 'createOrUpdate';
  if (typeof action !== 'string' || !ACTIONS.includes(action)) {
    return fail('1003', `Invalid data: invalid value '${String(action)}' for action`);
  }
  const dedupeBy = body.dedupeBy ?? 'dedupeFields';
  // Rule: objects-dedupe-by
  if (dedupeBy !== 'dedupeFields' && dedupeBy !== 'idField') {
    return fail('1003', `Invalid data: Invalid dedupeBy '${String(dedupeBy)}' value`);
  }
  // An id is given by Marketo, so an object named by it must exist.
  // Rule: objects-id-updates
  if (dedupeBy === 'idField' && action !== 'updateOnly') {
    return fail(
      '1003',
      `Invalid data: dedupeBy 'idField' is not allowed with action '${action}' of ${objects.type.name}`,
    );
  }
  return { action, byId: dedupeBy === 'idField' };
}

/** One record by its dedupe fields, as a file import brings it. */
function syncRecord(objects: Objects, record: JsonObject, { database, nowMs }: Subscription): JsonObject {
  const sync: ObjectSync = { action: 'createOrUpdate', byId: false };
  return recordProblem(objects, sync, record, database, new Set()) ?? write(objects, sync, record, nowMs());
}

function recordProblem(
  objects: Objects,
  sync: ObjectSync,
  record: JsonObject,
  database: Database,
  seen: Set<string>,
): JsonObject | undefined {
  const keyFields = sync.byId ? [objects.type.idField] : objects.type.dedupeFields;
  const missing = keyFields.find((name) => record[name] === undefined || record[name] === null || record[name] === '');
  // Rule: objects-key-missing
  if (missing !== undefined) return skipped(reason('1002', `Missing value for the required parameter '${missing}'`));
  const key = sync.byId ? String(record[objects.type.idField]) : objects.keyOf(record);
  // Rule: objects-twice
  if (seen.has(key)) return skipped(reason('1036', 'Duplicate object found in input'));
  seen.add(key);
  const problems = fieldProblems(objects.fields, record, { companyFields: true });
  if (problems.length > 0) return skipped(problems);
  // Rule: objects-link
  const link = brokenLink(objects, record, database);
  return link === undefined ? undefined : skipped(reason(link.code, link.message));
}

function write(objects: Objects, sync: ObjectSync, record: JsonObject, nowMs: number): JsonObject {
  const { idField } = objects.type;
  const found = sync.byId ? objects.byId(record[idField] ?? null) : objects.byKey(record);
  if (found === undefined) {
    // Rule: objects-update-only
    if (sync.action === 'updateOnly') return skipped(reason('1013', 'Object not found'));
    return { [idField]: objects.create(record, nowMs).id, status: 'created' };
  }
  // Rule: objects-create-only
  if (sync.action === 'createOnly') return skipped(reason('1017', 'Object already exists'));
  objects.update(found, record, nowMs);
  return { [idField]: found.id, status: 'updated' };
}

function brokenLink(objects: Objects, record: JsonObject, database: Database): ObjectLink | undefined {
  return objects.type.links?.find((link) => {
    const value = record[link.field];
    if (value === undefined || value === null || value === '') return false;
    if (link.to === 'leads') return database.leads.get(Number(value)) === undefined;
    return database.objects.get(link.to)?.byName(value) === undefined;
  });
}

function deleteObjects(objects: Objects, call: ApiCall): Outcome {
  const deleteBy = call.body?.deleteBy ?? 'dedupeFields';
  if (deleteBy !== 'dedupeFields' && deleteBy !== 'idField') {
    return fail('1003', `Invalid data: Invalid deleteBy '${String(deleteBy)}' value`);
  }
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const { idField } = objects.type;
  const results = input.records.map((record): JsonObject => {
    const found = deleteBy === 'idField' ? objects.byId(record[idField] ?? null) : objects.byKey(record);
    if (found === undefined) return skipped(reason('1013', 'Object not found'));
    // Rule: objects-delete
    objects.delete(found);
    return { [idField]: found.id, status: 'deleted' };
  });
  return succeed(numbered(results));
}

/** By one field, or, for compound keys, by `input` in the body of a POST with `_method=GET`. */
function getObjects(objects: Objects, call: ApiCall): Outcome {
  const filterType = call.query.get('filterType') ?? text(call.body?.filterType);
  if (filterType === '') return fail('1003', 'Invalid data: filterType not specified');
  const { idField, dedupeFields } = objects.type;
  if (filterType === 'dedupeFields') {
    const input = readInput(call);
    if (input.kind === 'failure') return input;
    const found = input.records.flatMap((record) => objects.byKey(record) ?? []);
    return page(call, found, (object) => shown(objects, object));
  }
  const searchable = filterType === idField || (dedupeFields.length === 1 && filterType === dedupeFields[0]);
  // Rule: objects-filter
  if (!searchable) return fail('1003', `Invalid data: Invalid filterType '${filterType}'`);
  const values = readFilterValues(call);
  if ('kind' in values) return values;
  const find = (value: string) => (filterType === idField ? objects.byId(value) : objects.byName(value));
  const found = values.flatMap((value) => find(value) ?? []);
  return page(call, found, (object) => shown(objects, object));
}

function shown(objects: Objects, object: StoredObject): JsonObject {
  const values: Record<string, Json> = { seq: 0, [objects.type.idField]: object.id };
  for (const [name, value] of object.values) values[name] = value;
  return { ...values, updatedAt: new Date(object.updatedAtMs).toISOString() };
}

function describeObjects(objects: Objects): Outcome {
  const { idField, dedupeFields } = objects.type;
  return succeed([
    {
      ...shownType(objects),
      searchableFields: [[...dedupeFields], [idField]],
      fields: [...objects.fields.values()].map(shownField),
    },
  ]);
}

/** What the list of types and the description of one have in common. */
function shownType({ type: { name, idField, dedupeFields } }: Objects): JsonObject {
  const words = { name, displayName: name, pluralName: `${name}s`, description: '' };
  return { ...words, idField, dedupeFields, relationships: [], createdAt: SEEDED_AT, updatedAt: SEEDED_AT };
}

export { deleteObjects, describeObjects, getObjects, shownType, syncObjects, syncRecord };
