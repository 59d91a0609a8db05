import { isObject, type Json, type JsonObject, type MarketoRequest } from '../request.ts';

/**
 * What a record has to do with the keys of its object. `found` is what Marketo looks the object up by: such as
 * `lead:email:ann@example.com`. `set` are the values of other keys of the object that the record writes: an update by id
 * with a new e-mail address makes its lead one that an upsert of that address finds.
 *
 * A key that is found in one record and found or set in another means "may be the same object": such records are never in
 * flight together, nor swap order. Two records that only set one key change two objects, and may share a call. The reverse
 * is not promised: one lead found by e-mail in one message and by id in another has two keys, because only Marketo knows
 * that they belong together.
 */
interface RecordKeys {
  readonly found: readonly string[];
  /** None of `found`. */
  readonly set: readonly string[];
}

type KeysOfRecord = (request: MarketoRequest, record: JsonObject) => RecordKeys;

const NO_KEYS: RecordKeys = { found: [], set: [] };

/** By `id`, as deletes, lists and partitions name leads. */
const leadById: KeysOfRecord = (_request, record) => toKeys(leadKey('id', record));

/** By `leadId`, as program members and activities name leads. */
const leadByLeadId: KeysOfRecord = (_request, record) => toKeys(leadKey('id', record, 'leadId'));

/** The keys of a lead that any record may write. Others are fields of the subscription's own. */
const LEAD_KEYS = ['id', 'email'] as const;

/** By the request's `lookupField`, which is `email` unless the request says otherwise (Marketo: leads, "Sync Leads"). */
const leadByLookupField: KeysOfRecord = (request, record) => {
  const lookupField = ownValue(request.body ?? {}, 'lookupField') ?? 'email';
  if (typeof lookupField !== 'string') return NO_KEYS;
  return toKeys(
    leadKey(lookupField, record),
    LEAD_KEYS.map((field) => leadKey(field, record)),
  );
};

/** By the e-mail address among the fields of a submitted form, by which Marketo finds or creates the lead. */
const leadByFormEmail: KeysOfRecord = (_request, record) => {
  const fields = ownValue(record, 'leadFormFields');
  return isObject(fields) ? toKeys(leadKey('email', fields)) : NO_KEYS;
};

/**
 * For objects with fixed dedupe fields: the key is `idField` where the request says `idField` (in `dedupeBy` of a sync,
 * `deleteBy` of a delete), else all of `dedupeFields` together.
 */
function byDedupeFields(object: string, idField: string, dedupeFields: readonly string[]): KeysOfRecord {
  return (request, record) => {
    const byId = fieldsKey(object, [idField], record);
    const byDedupe = fieldsKey(object, dedupeFields, record);
    return namesIdField(request) ? toKeys(byId, [byDedupe]) : toKeys(byDedupe, [byId]);
  };
}

/** By `marketoGUID` alone, as members of named account lists are named. */
function byGuid(object: string): KeysOfRecord {
  return (_request, record) => toKeys(fieldsKey(object, ['marketoGUID'], record));
}

/**
 * A custom object's dedupe fields are known to Describe only. Until it has told them, this is a compromise: with `idField` the key is
 * `marketoGUID`; otherwise it is the record's *first* other member with a scalar value, name and value, for people and
 * libraries write the key first, and of a compound key one part is enough to keep records of one object apart.
 *
 * What that promises: two records that begin with the same field and value are never in flight together. What it does
 * not: records of one object whose members stand in different orders. A first field that many records share (a
 * constant `source`, say) is safe but slow, because each of them then needs a call of its own.
 */
const customObjectKeys: KeysOfRecord = (request, record) => {
  const object = objectOf(request);
  const byId = fieldsKey(object, [ID_FIELD], record);
  const byFirst = firstMemberKey(object, record);
  return namesIdField(request) ? toKeys(byId, [byFirst]) : toKeys(byFirst, [byId]);
};

/**
 * The same where Describe has told the dedupe fields: all of them together are the key, wherever they stand in the record.
 *
 * @param guessToo the guess is a key beside it, for as long as another worker may not know the dedupe fields yet. A record
 *   that lacks one of them has nothing else.
 */
function customObjectKeysBy(dedupeFields: readonly string[], guessToo: boolean): KeysOfRecord {
  return (request, record) => {
    const object = objectOf(request);
    const byId = fieldsKey(object, [ID_FIELD], record);
    const byDedupe = fieldsKey(object, dedupeFields, record);
    const guess = guessToo || byDedupe === undefined ? firstMemberKey(object, record) : undefined;
    const known = [byDedupe, guess].filter((key) => key !== undefined);
    if (namesIdField(request)) return toKeys(byId, known);
    return { found: [...new Set(known)], set: toKeys(undefined, [byId]).set };
  };
}

function objectOf({ path }: MarketoRequest): string {
  return `customObject:${customObjectName(path)}`;
}

function firstMemberKey(object: string, record: JsonObject): string | undefined {
  const isKey = (name: string): boolean => name !== ID_FIELD && scalar(ownValue(record, name)) !== undefined;
  const first = Object.keys(record).find(isKey);
  return first === undefined ? undefined : fieldsKey(object, [first], record);
}

const ID_FIELD = 'marketoGUID';

function toKeys(found: string | undefined, set: readonly (string | undefined)[] = []): RecordKeys {
  const others = set.filter((key) => key !== undefined && key !== found);
  return { found: found === undefined ? [] : [found], set: others as readonly string[] };
}

/** @param member where the record has the field's value. */
function leadKey(field: string, record: JsonObject, member = field): string | undefined {
  const text = scalar(ownValue(record, member));
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

export type { KeysOfRecord, RecordKeys };
export {
  byDedupeFields,
  byGuid,
  customObjectKeys,
  customObjectKeysBy,
  leadByFormEmail,
  leadById,
  leadByLeadId,
  leadByLookupField,
  NO_KEYS,
  ownValue,
};
