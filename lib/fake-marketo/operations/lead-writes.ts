import type { JsonObject } from '../json.ts';
import { type ApiCall, type Operation, operations, readId, readInput, text } from '../operation.ts';
import { type Failure, type Finish, fail, type Outcome, reason, skipped, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { applyUpsert, type LeadAction, mayUse, planUpsert, type Upsert } from './lead-upsert.ts';

/** Recorded, unlike the 1002 that the documents lead one to expect. */
// Rule: leads-not-specified
const NO_LEADS = fail('1003', 'Leads not specified');
const ACTIONS: readonly string[] = ['createOnly', 'updateOnly', 'createOrUpdate', 'createDuplicate'];

function syncLeads(call: ApiCall, subscription: Subscription): Finish {
  const upsert = readUpsert(call.body ?? {}, subscription);
  return 'kind' in upsert ? () => upsert : upsertInput(upsert, call, subscription, NO_LEADS);
}

function upsertInput(upsert: Upsert, call: ApiCall, subscription: Subscription, missing?: Failure): Finish {
  const input = readInput(call, missing && { missing });
  if (input.kind === 'failure') return () => input;
  const plans = input.records.map((record) => planUpsert(upsert, record, call.user, subscription));
  // Rule: leads-order
  return () => succeed(plans.map((plan) => applyUpsert(upsert, plan, subscription)));
}

function readUpsert(body: JsonObject, { database }: Subscription): Upsert | Failure {
  const action = body.action ?? 'createOrUpdate';
  // Rule: leads-action
  if (typeof action !== 'string' || !ACTIONS.includes(action)) {
    return fail('1003', `Invalid data: invalid value '${String(action)}' for action`);
  }
  const lookupField = body.lookupField ?? 'email';
  // Rule: leads-lookup-unknown
  if (typeof lookupField !== 'string' || !database.leads.fields.has(lookupField)) {
    return fail('1006', `Lookup field '${String(lookupField)}' not found`);
  }
  // Rule: leads-lookup-unsearchable
  if (!database.leads.isSearchable(lookupField)) return fail('1011', `Field '${lookupField}' not supported`);
  // Rule: leads-id-only-update
  if (lookupField === 'id' && action !== 'updateOnly') {
    return fail('1003', `Invalid data: lookupField 'id' is not allowed with action '${action}'`);
  }
  const partitionName = body.partitionName === undefined ? undefined : text(body.partitionName);
  return { action: action as LeadAction, lookupField, partitionName };
}

/** Always an upsert, and always runs the program's campaigns: not safe to repeat. */
function pushLeads(call: ApiCall, subscription: Subscription): Finish {
  // Rule: push-program
  const programName = text(call.body?.programName);
  if (programName === '') return () => fail('1002', "Missing value for the required parameter 'programName'");
  const known = [...subscription.database.programs.values()].some((program) => program.name === programName);
  if (!known) return () => fail('1013', `Program '${programName}' not found`);
  const upsert = readUpsert({ ...call.body, action: 'createOrUpdate' }, subscription);
  return 'kind' in upsert ? () => upsert : upsertInput(upsert, call, subscription);
}

function submitForm(call: ApiCall, subscription: Subscription): Finish {
  const given = call.body?.formId;
  // Rule: form-id-missing
  if (given === undefined || given === null) {
    return () => fail('1002', "Missing value for the required parameter 'formId'");
  }
  // Rule: form-id-no-number
  const formId = readId(given);
  // The body does not fit the type that it is read into, which is told as JSON that is none (canonical/ubuntu.com, 15613).
  if (formId === undefined) return () => fail('609', 'Invalid JSON');
  // Rule: form-unknown
  const fields = subscription.database.forms.get(formId);
  if (fields === undefined) return () => fail('1013', `Form '${formId}' not found`);
  // Rule: form-one
  const input = readInput(call, { limit: 1 });
  if (input.kind === 'failure') return () => input;
  const values = input.records[0]?.leadFormFields;
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return () => fail('1002', "Missing value for the required parameter 'leadFormFields'");
  }
  const unknown = Object.keys(values).find((name) => !fields.has(name));
  // Rule: form-field-unknown
  if (unknown !== undefined) return () => succeed([skipped(reason('1006', `Field '${unknown}' not found`))]);
  const upsert: Upsert = { action: 'createOrUpdate', lookupField: 'email', partitionName: undefined };
  const plan = planUpsert(upsert, values as JsonObject, call.user, subscription);
  return () => {
    const result = applyUpsert(upsert, plan, subscription);
    const fill = `${formId}:${String(result.id)}`;
    const { formFills } = subscription.database;
    if (result.status !== 'skipped') formFills.set(fill, (formFills.get(fill) ?? 0) + 1);
    return succeed([result]);
  };
}

function deleteLeads(call: ApiCall, { database }: Subscription): Outcome {
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const results = input.records.map((record): JsonObject => {
    const id = readId(record.id);
    if (id === undefined) return skipped(reason('1002', "Missing value for the required parameter 'id'"));
    // Rule: leads-delete
    return database.deleteLead(id) ? { id, status: 'deleted' } : skipped(reason('1004', 'Lead not found'), { id });
  });
  return succeed(results);
}

function changePartitions(call: ApiCall, { database }: Subscription): Outcome {
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const results = input.records.map((record): JsonObject => {
    const id = readId(record.id);
    if (id === undefined) return skipped(reason('1002', "Missing value for the required parameter 'id'"));
    // Rule: leads-partition-change
    const partition = text(record.partitionName);
    if (partition === '') return skipped(reason('1009', 'Partition name must be specified'), { id });
    const lead = database.leads.get(id);
    if (lead === undefined) return skipped(reason('1004', 'Lead not found'), { id });
    if (!database.partitions.has(partition) || !mayUse(call.user, partition)) {
      return skipped(reason('1008', `Access denied to partition '${partition}'`), { id });
    }
    lead.partitionName = partition;
    return { id, status: 'updated' };
  });
  return succeed(results);
}

function associateLead(call: ApiCall, { database }: Subscription): Outcome {
  const id = readId(call.params.leadId);
  if (id === undefined) return fail('1001', `Invalid value '${call.params.leadId}'. Required of type 'Integer'`);
  const cookie = call.query.get('cookie') ?? '';
  if (cookie === '') return fail('1002', "Missing value for the required parameter 'cookie'");
  // Rule: associate-cookie
  if (!isCookie(cookie)) return fail('1012', `Invalid cookie value '${cookie}'`);
  // Rule: associate-lead
  if (database.leads.get(id) === undefined) return fail('1004', `Lead '${id}' not found`);
  return succeed();
}

/** The Munchkin cookie: `id:287-GTJ-838&token:_mch-marketo.com-1396310362214-46169`. */
function isCookie(cookie: string): boolean {
  return /^id:[\w-]+&token:_mch-[\w.-]+$/.test(cookie);
}

const leadWrites: readonly Operation[] = [
  { name: 'syncLeads', method: 'POST', path: '/rest/v1/leads.json', body: 'json', begin: syncLeads },
  { name: 'pushLeads', method: 'POST', path: '/rest/v1/leads/push.json', body: 'json', begin: pushLeads },
  { name: 'submitForm', method: 'POST', path: '/rest/v1/leads/submitForm.json', body: 'json', begin: submitForm },
  ...operations('json', [
    ['deleteLeads', 'POST', '/rest/v1/leads/delete.json', deleteLeads],
    // Rule: leads-delete-method
    ['deleteLeads', 'DELETE', '/rest/v1/leads.json', deleteLeads],
    ['changePartitions', 'POST', '/rest/v1/leads/partitions.json', changePartitions],
  ]),
  ...operations('none', [['associateLead', 'POST', '/rest/v1/leads/{leadId}/associate.json', associateLead]]),
];

export { isCookie, leadWrites };
