import { isObject, type Json, type JsonObject } from '../marketo/request.ts';
import { nameKey, type ObjectType } from './object-schema.ts';

/**
 * The record without these fields: of itself, of the form that it submits, or of the activity that it adds.
 *
 * @param type of the record
 */
function withoutFields(type: ObjectType, record: JsonObject, names: readonly string[]): JsonObject {
  const gone = new Set(names.map(nameKey));
  const without = (members: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(members).filter(([name]) => !gone.has(nameKey(name))));
  if (type.startsWith('forms/')) {
    return isObject(record.leadFormFields) ? { ...record, leadFormFields: without(record.leadFormFields) } : record;
  }
  if (type !== 'activities') return without(record);
  const isGone = (one: Json): boolean =>
    isObject(one) && [one.apiName, one.name].some((name) => typeof name === 'string' && gone.has(nameKey(name)));
  const attributes = Array.isArray(record.attributes) ? (record.attributes as readonly Json[]) : [];
  return { ...record, attributes: attributes.filter((one) => !isGone(one)) };
}

export { withoutFields };
