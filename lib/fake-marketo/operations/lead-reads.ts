import type { Field } from '../database/fields.ts';
import type { Lead } from '../database/leads.ts';
import type { Json, JsonObject } from '../json.ts';
import { type ApiCall, type Operation, operations, RECORD_LIMIT, readId } from '../operation.ts';
import { type Failure, fail, type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { isCookie } from './lead-writes.ts';
import { page } from './paging.ts';

/** Marketo: leads, a filter that matches more people than this fails. */
const MAX_MATCHES = 1000;
const DEFAULT_FIELDS = ['id', 'updatedAt', 'lastName', 'email', 'createdAt', 'firstName'];

function getLeads(call: ApiCall, { database }: Subscription): Outcome {
  const filterType = call.query.get('filterType') ?? '';
  // Rule: reads-filter-missing
  if (filterType === '') return fail('1003', 'Invalid data: filterType not specified');
  const values = readFilterValues(call);
  if ('kind' in values) return values;
  if (filterType === 'cookies') {
    // Rule: reads-cookie
    const wrong = values.find((value) => !isCookie(value));
    return wrong === undefined ? succeed([]) : fail('1012', `Invalid cookie value '${wrong}'`);
  }
  // Rule: reads-filter-unknown
  if (!database.leads.fields.has(filterType)) return fail('1003', `Invalid data: Invalid filterType '${filterType}'`);
  // Rule: reads-filter-unsearchable
  if (!database.leads.isSearchable(filterType)) return fail('1011', `Field '${filterType}' not supported`);
  const fields = readFields(call, database.leads.fields);
  if ('kind' in fields) return fields;
  const leads = values.flatMap((value) => database.leads.find(filterType, value));
  // Rule: reads-too-many
  if (leads.length > MAX_MATCHES) return fail('1003', 'Invalid data: Too many results match the filter');
  return page(call, leads, (lead) => shownLead(lead, fields));
}

function getLead(call: ApiCall, { database }: Subscription): Outcome {
  const id = readId(call.params.leadId);
  if (id === undefined) return fail('1001', `Invalid value '${call.params.leadId}'. Required of type 'Integer'`);
  const fields = readFields(call, database.leads.fields);
  if ('kind' in fields) return fields;
  // Rule: reads-no-match
  const lead = database.leads.get(id);
  return succeed(lead === undefined ? [] : [shownLead(lead, fields)]);
}

function readFilterValues(call: ApiCall): readonly string[] | Failure {
  const given = call.query.getAll('filterValues');
  const values = given.flatMap((list) => list.split(',').filter((value) => value !== ''));
  if (values.length === 0) return fail('1003', 'Invalid data: filterValues not specified');
  // Rule: reads-filter-values
  return values.length > RECORD_LIMIT
    ? fail('1003', `Invalid data: at most ${RECORD_LIMIT} filterValues are allowed`)
    : values;
}

function readFields(call: ApiCall, known: ReadonlyMap<string, Field>): readonly string[] | Failure {
  const names = call.query.getAll('fields').flatMap((list) => list.split(',').filter((name) => name !== ''));
  const unknown = names.find((name) => !known.has(name));
  // Rule: reads-fields
  if (unknown !== undefined) return fail('1003', `Invalid fields [${unknown}]`);
  return names.length === 0 ? DEFAULT_FIELDS : ['id', ...names];
}

function shownLead(lead: Lead, fields: readonly string[]): JsonObject {
  const shown: Record<string, Json> = {};
  for (const name of fields) {
    if (name === 'id') shown[name] = lead.id;
    else if (name === 'createdAt') shown[name] = new Date(lead.createdAtMs).toISOString();
    else if (name === 'updatedAt') shown[name] = new Date(lead.updatedAtMs).toISOString();
    else shown[name] = lead.fields.get(name) ?? null;
  }
  return shown;
}

function describeLeads(_call: ApiCall, { database }: Subscription): Outcome {
  const fields = [...database.leads.fields.values()].map((field, index) => {
    const rest = { name: field.name, readOnly: field.readOnly ?? false };
    // Rule: reads-describe-names
    const soap = { name: formName(field.name), readOnly: field.readOnly ?? false };
    return { id: index + 1, displayName: field.name, dataType: field.type, length: field.length ?? 255, rest, soap };
  });
  return succeed(fields);
}

/** The SOAP API's name, which forms have for a field: `FirstName`. */
function formName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function describeLeads2(_call: ApiCall, { database }: Subscription): Outcome {
  const all = [...database.leads.fields.values()];
  const searchableFields = all.filter((field) => field.searchable).map((field) => [field.name]);
  const fields = all.map(shownField);
  return succeed([{ name: 'API Lead', searchableFields, fields }]);
}

/** A field as the describe calls show it. */
function shownField({ name, type, readOnly }: Field): JsonObject {
  return { name, displayName: name, dataType: type, updateable: !readOnly, crmManaged: false };
}

function getPartitions(_call: ApiCall, { database }: Subscription): Outcome {
  return succeed([...database.partitions].map((name, index) => ({ id: index + 1, name })));
}

const leadReads: readonly Operation[] = operations('none', [
  ['getLeads', 'GET', '/rest/v1/leads.json', getLeads],
  ['getLead', 'GET', '/rest/v1/lead/{leadId}.json', getLead],
  ['describeLeads', 'GET', '/rest/v1/leads/describe.json', describeLeads],
  ['describeLeads2', 'GET', '/rest/v1/leads/describe2.json', describeLeads2],
  ['getPartitions', 'GET', '/rest/v1/leads/partitions.json', getPartitions],
]);

export { DEFAULT_FIELDS, formName, leadReads, readFilterValues, shownField, shownLead };
