import { isObject, type Json, type JsonObject, type MarketoRequest } from '../request.ts';

type RecordKey = (request: MarketoRequest, record: JsonObject) => string | undefined;

/**
 * Keys are strings such as `lead:email:ann@example.com`. Equal keys mean "may be the same object": such records are
 * never in flight together. The reverse is not promised: one lead addressed by e-mail in one message and by id in
 * another has two keys, because only Marketo knows that they belong together.
 */

/** By `id`, as deletes, lists and partitions name leads. */
const leadById: RecordKey = (_request, record) => leadKey('id', ownValue(record, 'id'));

/** By `leadId`, as program members and activities name leads. */
const leadByLeadId: RecordKey = (_request, record) => leadKey('id', ownValue(record, 'leadId'));

/** By the request's `lookupField`, which is `email` unless the request says otherwise (Marketo: leads, "Sync Leads"). */
const leadByLookupField: RecordKey = (request, record) => {
  const lookupField = ownValue(request.body ?? {}, 'lookupField') ?? 'email';
  return typeof lookupField === 'string' ? leadKey(lookupField, ownValue(record, lookupField)) : undefined;
};

/** By the e-mail address among the fields of a submitted form, by which Marketo finds or creates the lead. */
const leadByFormEmail: RecordKey = (_request, record) => {
  const fields = ownValue(record, 'leadFormFields');
  return isObject(fields) ? leadKey('email', ownValue(fields, 'email')) : undefined;
};

/**
 * For objects with fixed dedupe fields: the key is `idField` where the request says `idField` (in `dedupeBy` of a sync,
 * `deleteBy` of a delete), else all of `dedupeFields` together.
 */
function byDedupeFields(object: string, idField: string, dedupeFields: readonly string[]): RecordKey {
  return (request, record) => fieldsKey(object, namesIdField(request) ? [idField] : dedupeFields, record);
}

/** By `marketoGUID` alone, as members of named account lists are named. */
function byGuid(object: string): RecordKey {
  return (_request, record) => fieldsKey(object, ['marketoGUID'], record);
}

/**
 * A custom object's dedupe fields are known to Describe only, so this is a compromise: with `idField` the key is
 * `marketoGUID`; otherwise it is the record's *first* member with a scalar value, name and value, for people and
 * libraries write the key first, and of a compound key one part is enough to keep records of one object apart.
 *
 * What that promises: two records that begin with the same field and value are never in flight together. What it does
 * not: records of one object whose members stand in different orders. A first field that many records share (a
 * constant `source`, say) is safe but slow, because each of them then needs a call of its own.
 */
const customObjectKey: RecordKey = (request, record) => {
  const object = `customObject:${customObjectName(request.path)}`;
  if (namesIdField(request)) return fieldsKey(object, ['marketoGUID'], record);
  const first = Object.keys(record).find((name) => scalar(ownValue(record, name)) !== undefined);
  return first === undefined ? undefined : fieldsKey(object, [first], record);
};

function leadKey(field: string, value: Json | undefined): string | undefined {
  const text = scalar(value);
  if (text === undefined) return undefined;
  // Addresses that differ in case or outer blanks reach one mailbox, hence one lead. Other fields count as written.
  const normalised = field === 'email' ? text.trim().toLowerCase() : text;
  return normalised === '' ? undefined : `lead:${field}:${normalised}`;
}

function fieldsKey(object: string, fields: readonly string[], record: JsonObject): string | undefined {
  const values = fields.map((field) => scalar(ownValue(record, field)));
  if (values.some((value) => value === undefined || value === '')) return undefined;
  // JSON keeps several values apart whatever characters they hold.
  return `${object}:${fields.join('+')}:${values.length === 1 ? values[0] : JSON.stringify(values)}`;
}

function namesIdField(request: MarketoRequest): boolean {
  const body = request.body ?? {};
  return ownValue(body, 'dedupeBy') === 'idField' || ownValue(body, 'deleteBy') === 'idField';
}

/** `/rest/v1/customobjects/{name}.json` and everything below. Lower case, in case Marketo does not mind. */
function customObjectName(path: string): string {
  return (path.split('/')[4] ?? '').replace(/\.json$/, '').toLowerCase();
}

/** Never a member that the record only inherits, such as `constructor`. */
function ownValue(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function scalar(value: Json | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

export type { RecordKey };
export {
  byDedupeFields,
  byGuid,
  customObjectKey,
  leadByFormEmail,
  leadById,
  leadByLeadId,
  leadByLookupField,
  ownValue,
};
