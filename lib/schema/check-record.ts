import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { Json, JsonObject, MarketoRequest } from '../marketo/request.ts';
import { isObject } from '../marketo/request.ts';
import { isNoNumber } from './field-value.ts';
import { fieldsInForm } from './form-fields.ts';
import { nameKey, type ObjectType } from './object-schema.ts';
import { objectTypesOf } from './object-types.ts';
import type { SchemaView } from './schema-view.ts';

/**
 * Something that Marketo certainly refuses, if the schemas of `types` still hold.
 *
 * - `unknown`: no such field. `removedAtMs`: there was one.
 * - `value`: a text without a digit where a number must be (Marketo: error-codes, 1001: its very example).
 */
type Finding = {
  readonly types: readonly ObjectType[];
  readonly field: string;
} & (
  | { readonly kind: 'unknown'; readonly removedAtMs?: number; readonly isLookup?: true; readonly ofForm?: true }
  | { readonly kind: 'value'; readonly dataType: string }
);

type Views = (type: ObjectType) => SchemaView | undefined;

/**
 * Members that Marketo's documents name and Describe may leave out, of records of any type: what finds the record, what
 * belongs to the call, and what is kept by Marketo itself. About them nothing is certain.
 */
const NEVER_CHECKED: ReadonlySet<string> = new Set([
  ...['id', 'email', 'leadid', 'programid', 'marketoguid', 'seq', 'statusname', 'createdat', 'updatedat'],
  ...['partitionname', 'leadpartitionid', 'leadpartitionname', 'cookie', 'cookies', 'mkttoken', 'ecids', 'ecid'],
  ...['externalcompanyid', 'externalsalespersonid', 'externalopportunityid', 'twitterid', 'facebookid', 'linkedinid'],
  ...['sfdctype', 'sfdcid', 'sfdcaccountid', 'sfdccontactid', 'sfdcleadid', 'sfdcleadownerid', 'sfdcopptyid'],
]);

/**
 * What is certainly wrong with the fields of records, by the schemas that are known; empty where nothing is.
 *
 * Whether a read-only field in a record is refused or passed over, and what becomes of a text that is too long, no document
 * says: neither is looked at. Dedupe fields are read-only by Describe and belong into records all the same (Marketo:
 * custom-objects, "Describe").
 *
 * @param records of the request: one of them, or all where Marketo does not answer them one by one
 */
function findingsIn(
  request: MarketoRequest,
  endpoint: Endpoint,
  records: readonly JsonObject[],
  views: Views,
): readonly Finding[] {
  const types = objectTypesOf(request, endpoint);
  const [type] = types;
  if (type === undefined || endpoint.operation.startsWith('delete')) return [];
  if (type.startsWith('forms/')) return records.flatMap((record) => fieldsInForm(types, record, views));
  const view = views(type);
  if (view === undefined) return [];
  if (type === 'activities') return records.flatMap((record) => inActivity(record, view));
  return [...inLookup(type, request, view), ...records.flatMap((record) => inRecord(type, record, view))];
}

function inRecord(type: ObjectType, record: JsonObject, view: SchemaView): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [name, value] of Object.entries(record)) {
    const finding = inMember(type, name, value, view);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

function inMember(type: ObjectType, name: string, value: Json, view: SchemaView): Finding | undefined {
  const field = view.field(name);
  if (field === undefined) return NEVER_CHECKED.has(nameKey(name)) ? undefined : unknownField([type], name, view);
  const { dataType } = field;
  if (typeof value !== 'string' || dataType === undefined || !isNoNumber(value, dataType)) return undefined;
  return { kind: 'value', types: [type], field: name, dataType };
}

/** Marketo answers 1006 for the whole call (rudder-transformer, network.ts). Others than leads have fixed keys. */
function inLookup(type: ObjectType, { body }: MarketoRequest, view: SchemaView): readonly Finding[] {
  const lookupField = type === 'leads' ? body?.lookupField : undefined;
  if (typeof lookupField !== 'string' || lookupField === '' || NEVER_CHECKED.has(nameKey(lookupField))) return [];
  if (view.field(lookupField) !== undefined) return [];
  return [{ ...unknownField([type], lookupField, view), isLookup: true }];
}

/** Attributes go by their API name or by that on the screen (Marketo: activities, "Add Custom Activities"). */
function inActivity(record: JsonObject, view: SchemaView): readonly Finding[] {
  const { activityTypeId, attributes } = record;
  const prefix = `${String(activityTypeId)}:`;
  // Of a type that Describe gives no attributes for, nothing is certain.
  if (!Array.isArray(attributes) || !view.schema.fields.some(({ name }) => name.startsWith(prefix))) return [];
  return (attributes as readonly Json[]).flatMap((one): readonly Finding[] => {
    const names = isObject(one) ? [one.apiName, one.name].filter((name) => typeof name === 'string') : [];
    const [name] = names;
    if (name === undefined || names.some((said) => view.field(prefix + said) !== undefined)) return [];
    const { removedAtMs } = unknownField(['activities'], prefix + name, view);
    const at = removedAtMs === undefined ? {} : { removedAtMs };
    return [{ kind: 'unknown', types: ['activities'], field: name, ...at }];
  });
}

function unknownField(types: readonly ObjectType[], field: string, view: SchemaView) {
  const removedAtMs = view.removedAtMs(field);
  return { kind: 'unknown', types, field, ...(removedAtMs !== undefined && { removedAtMs }) } as const;
}

export type { Finding, Views };
export { findingsIn };
