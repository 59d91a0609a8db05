import type { ActivityType } from '../database/database.ts';
import type { Json, JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { type ApiCall, type Operation, operations, readId, readInput, text } from '../operation.ts';
import { type Failure, fail, type Outcome, type Reason, reason, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';

/** Marketo: error-codes 1049, 1028, 1027 (the number of types is the fake's own). */
const MAX_ATTRIBUTE_BYTES = 65_536;
const MAX_ATTRIBUTES = 20;
const MAX_TYPES = 10;

function addActivities(call: ApiCall, subscription: Subscription): Outcome {
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const { database } = subscription;
  const results = input.records.map((record, index): JsonObject => {
    const problem = activityProblem(record, subscription);
    // Adobe's sample of this reply calls the list `errors` (Marketo: activities).
    // Rule: activities-errors
    if (problem !== undefined) return { status: 'skipped', errors: [{ code: problem.code, message: problem.message }] };
    const key = `${String(record.activityTypeId)}:${String(record.leadId)}`;
    const count = (database.activities.get(key) ?? 0) + 1;
    database.activities.set(key, count);
    return { id: database.activities.size * 1000 + index, marketoGUID: `${key}:${count}`, status: 'added' };
  });
  return succeed(results);
}

function activityProblem(record: JsonObject, { database }: Subscription): Reason | undefined {
  const required = ['leadId', 'activityDate', 'activityTypeId', 'primaryAttributeValue', 'attributes'];
  const missing = required.find((name) => record[name] === undefined || record[name] === null || record[name] === '');
  // Rule: activities-required
  if (missing !== undefined) return reason('1002', `Missing value for the required parameter '${missing}'`);
  const type = database.activityTypes.get(Number(record.activityTypeId));
  // Rule: activities-type
  if (type === undefined) return reason('1013', `Activity type '${String(record.activityTypeId)}' not found`);
  if (Number.isNaN(Date.parse(text(record.activityDate)))) {
    return reason('1001', `Invalid value '${String(record.activityDate)}'. Required of type 'DateTime'`);
  }
  const leadId = readId(record.leadId);
  // Rule: activities-lead
  if (leadId === undefined || database.leads.get(leadId) === undefined) return reason('1004', 'Lead not found');
  return attributeProblem(record.attributes, type);
}

function attributeProblem(attributes: Json | undefined, type: ActivityType): Reason | undefined {
  if (!Array.isArray(attributes)) return reason('1003', "Invalid data: 'attributes' must be an array");
  // Rule: activities-too-long
  if (Buffer.byteLength(JSON.stringify(attributes)) > MAX_ATTRIBUTE_BYTES) {
    return reason('1049', 'Failed to Create Activity: attributes array too long');
  }
  const names = (attributes as readonly Json[]).map((entry) => {
    return isObject(entry) ? text(entry.apiName) || text(entry.name) : '';
  });
  const unknown = names.find((name) => !type.attributes.includes(name));
  return unknown === undefined ? undefined : reason('1006', `Field '${unknown}' not found`);
}

function createType(call: ApiCall, { database }: Subscription): Outcome {
  const apiName = text(call.body?.apiName);
  if (apiName === '') return fail('1002', "Missing value for the required parameter 'apiName'");
  if ([...database.activityTypes.values()].some((type) => type.apiName === apiName))
    return fail('1017', 'Object already exists');
  // Rule: activities-types
  if (database.activityTypes.size >= MAX_TYPES) return fail('1027', 'Max Activity Type Limit Reached');
  const id = 100_000 + database.activityTypes.size + 1;
  database.activityTypes.set(id, { id, apiName, primaryAttribute: 'name', attributes: [] });
  return succeed([{ id, apiName, status: 'draft' }]);
}

function createAttributes(call: ApiCall, subscription: Subscription): Outcome {
  const type = findType(call, subscription);
  if ('kind' in type) return type;
  const attributes = call.body?.attributes;
  if (!Array.isArray(attributes)) return fail('1002', "Missing value for the required parameter 'attributes'");
  const names = (attributes as readonly Json[]).map((entry) => (isObject(entry) ? text(entry.apiName) : ''));
  if (names.includes('')) return fail('1002', "Missing value for the required parameter 'apiName'");
  // Rule: activities-attributes
  if (type.attributes.length + names.length > MAX_ATTRIBUTES) return fail('1028', 'Max field limit reached');
  type.attributes.push(...names);
  return succeed([{ id: type.id, apiName: type.apiName }]);
}

function findType(call: ApiCall, { database }: Subscription): ActivityType | Failure {
  const apiName = call.params.apiName ?? '';
  const type = [...database.activityTypes.values()].find((candidate) => candidate.apiName === apiName);
  return type ?? fail('1013', `Activity type '${apiName}' not found`);
}

function shownAttribute(name: string): JsonObject {
  return { name, apiName: name, dataType: 'string' };
}

function getTypes(_call: ApiCall, { database }: Subscription): Outcome {
  const types = [...database.activityTypes.values()];
  return succeed(
    types.map(({ id, apiName, primaryAttribute, attributes }) => ({
      id,
      name: apiName,
      apiName,
      primaryAttribute: shownAttribute(primaryAttribute),
      attributes: attributes.map(shownAttribute),
    })),
  );
}

function getPagingToken(call: ApiCall, _subscription: Subscription): Outcome {
  const since = call.query.get('sinceDatetime') ?? '';
  if (since === '') return fail('1002', "Missing value for the required parameter 'sinceDatetime'");
  if (Number.isNaN(Date.parse(since))) return fail('1001', `Invalid value '${since}'. Required of type 'DateTime'`);
  return succeed(undefined, { nextPageToken: 'PAGE0' });
}

/** What happened is counted, not kept: a read finds nothing. */
function getActivities(call: ApiCall): Outcome {
  if (call.query.get('nextPageToken') === null) return fail('1003', 'Invalid data: nextPageToken not specified');
  // Rule: activities-not-kept
  return succeed([], { moreResult: false, nextPageToken: 'PAGE0' });
}

const activityOperations: readonly Operation[] = [
  ...operations('json', [
    ['addCustomActivities', 'POST', '/rest/v1/activities/external.json', addActivities],
    ['createActivityType', 'POST', '/rest/v1/activities/external/type.json', createType],
    [
      'createAttributes',
      'POST',
      '/rest/v1/activities/external/type/{apiName}/attributes/create.json',
      createAttributes,
    ],
  ]),
  ...operations('none', [
    ['getActivityTypes', 'GET', '/rest/v1/activities/types.json', getTypes],
    ['getActivityTypes', 'GET', '/rest/v1/activities/external/types.json', getTypes],
    ['getPagingToken', 'GET', '/rest/v1/activities/pagingtoken.json', getPagingToken],
    ['getActivities', 'GET', '/rest/v1/activities.json', getActivities],
    ['getDeletedLeads', 'GET', '/rest/v1/activities/deletedleads.json', getActivities],
    ['getLeadChanges', 'GET', '/rest/v1/activities/leadchanges.json', getActivities],
  ]),
];

export { activityOperations };
