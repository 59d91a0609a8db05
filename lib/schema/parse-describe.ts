import { isObject, type Json, type JsonObject } from '../marketo/request.ts';
import type { ObjectSchema, ObjectType, SchemaField } from './object-schema.ts';

/** Far above what Marketo allows a subscription to have. */
const MAX_FIELDS = 20_000;
const MAX_NAME_CHARS = 255;

/**
 * The schema in a reply of Describe. Undefined for what is none, or might be a part of one: of a list that is cut, empty
 * or has more pages, nothing would be known to be missing.
 *
 * @param body of a reply that says success
 */
function parseDescribe(type: ObjectType, body: string): ObjectSchema | undefined {
  const reply = parseOrUndefined(body);
  if (!isObject(reply) || reply.success !== true || reply.moreResult === true) return undefined;
  const result = listOf(reply.result).filter(isObject);
  const fields = readFields(type, result);
  const dedupeFields = listOf(result[0]?.dedupeFields).filter((name) => typeof name === 'string');
  return fields.length === 0 || fields.length > MAX_FIELDS ? undefined : { fields, dedupeFields };
}

function readFields(type: ObjectType, result: readonly JsonObject[]): readonly SchemaField[] {
  if (type.startsWith('forms/')) return result.flatMap(formFields);
  if (type === 'activities') return result.flatMap(attributesOf);
  const fields = listOf(result[0]?.fields).filter(isObject);
  if (fields.length > 0) return fields.flatMap(toField);
  return result.flatMap(olderField);
}

/** Marketo: leads, "Describe". A field without `rest` is none of the REST API. */
function olderField({ rest, soap, displayName, dataType, length }: JsonObject): readonly SchemaField[] {
  if (!isObject(rest)) return [];
  const formName = isObject(soap) ? soap.name : undefined;
  return toField({ name: rest.name, formName, displayName, dataType, length, updateable: rest.readOnly !== true });
}

/** Marketo: forms, "Field List". A set of fields names those in it. */
function formFields({ id, dataType, required, fields }: JsonObject): readonly SchemaField[] {
  return [id, ...listOf(fields)].flatMap((name) => toField({ name: name ?? null, dataType, required }));
}

/** The attributes of one type of activity, under its id: `100001:durationMinutes`. */
function attributesOf({ id, attributes }: JsonObject): readonly SchemaField[] {
  if (typeof id !== 'number' && typeof id !== 'string') return [];
  return listOf(attributes).flatMap((one) => {
    if (!isObject(one)) return [];
    const { name, apiName, dataType } = one;
    return [apiName, name].flatMap((said) => (isName(said) ? toField({ name: `${id}:${said}`, dataType }) : []));
  });
}

function toField(said: Record<string, Json | undefined>): readonly SchemaField[] {
  const { name, formName, displayName, dataType, length, updateable, required } = said;
  if (!isName(name)) return [];
  const field: SchemaField = {
    name,
    ...(isName(formName) && { formName }),
    ...(isName(displayName) && { displayName }),
    ...(typeof dataType === 'string' && { dataType: dataType.toLowerCase() }),
    ...(typeof length === 'number' && { length }),
    ...(updateable === false && { readOnly: true as const }),
    ...(required === true && { required: true as const }),
  };
  return [field];
}

function isName(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_CHARS;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function parseOrUndefined(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export { parseDescribe };
