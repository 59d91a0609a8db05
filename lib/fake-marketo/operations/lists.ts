import type { StaticList } from '../database/database.ts';
import type { Json, JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { type ApiCall, notANumber, type Operation, operations, RECORD_LIMIT, readId } from '../operation.ts';
import { type Failure, fail, type Outcome, reason, skipped, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { DEFAULT_FIELDS, shownLead } from './lead-reads.ts';
import { page, SEEDED_AT } from './paging.ts';

interface ListCall {
  readonly list: StaticList;
  readonly ids: readonly number[];
}

function add(call: ApiCall, subscription: Subscription): Outcome {
  return forEachLead(call, subscription, (list, id) => {
    // Rule: lists-added
    list.members.add(id);
    return { id, status: 'added' };
  });
}

function remove(call: ApiCall, subscription: Subscription): Outcome {
  return forEachLead(call, subscription, (list, id) => {
    // Rule: lists-removed
    return list.members.delete(id) ? { id, status: 'removed' } : skipped(reason('1015', 'Lead not in list'), { id });
  });
}

function isMember(call: ApiCall, subscription: Subscription): Outcome {
  return forEachLead(call, subscription, (list, id) => {
    return { id, status: list.members.has(id) ? 'memberof' : 'notmemberof' };
  });
}

function forEachLead(
  call: ApiCall,
  { database }: Subscription,
  act: (list: StaticList, leadId: number) => JsonObject,
): Outcome {
  const read = readListCall(call, database.lists);
  if ('kind' in read) return read;
  const results = read.ids.map((id) => {
    // Rule: lists-unknown-lead
    const known = database.leads.get(id) !== undefined;
    return known ? act(read.list, id) : skipped(reason('1004', 'Lead not found'), { id });
  });
  return succeed(results);
}

/** Lead ids come as `input: [{id}]` or as repeated `id` in the query (Marketo: OpenAPI, list operations). */
function readListCall(call: ApiCall, lists: ReadonlyMap<number, StaticList>): ListCall | Failure {
  const list = findList(call, lists);
  if ('kind' in list) return list;
  const input = call.body?.input;
  if (input !== undefined && !Array.isArray(input)) return fail('1003', "Invalid data: 'input' must be an array");
  const fromBody = ((input ?? []) as readonly Json[]).map((entry) => (isObject(entry) ? (entry.id ?? null) : null));
  // Rule: lists-ids
  const given = [...fromBody, ...call.query.getAll('id').flatMap((ids) => ids.split(','))];
  // Rule: lists-not-specified
  if (given.length === 0) return fail('1003', 'Lead ids not specified');
  // Rule: lists-limit
  if (given.length > RECORD_LIMIT) return fail('1003', `Invalid data: at most ${RECORD_LIMIT} lead ids are allowed`);
  const ids: number[] = [];
  for (const value of given) {
    const id = readId(value);
    // Rule: lists-bad-id
    if (id === undefined) return notANumber(value);
    ids.push(id);
  }
  return { list, ids };
}

function findList(call: ApiCall, lists: ReadonlyMap<number, StaticList>): StaticList | Failure {
  const id = readId(call.params.listId);
  if (id === undefined) return notANumber(call.params.listId);
  // Rule: lists-unknown
  return lists.get(id) ?? fail('1013', `Static list '${id}' not found`);
}

function getMembers(call: ApiCall, { database }: Subscription): Outcome {
  const list = findList(call, database.lists);
  if ('kind' in list) return list;
  const leads = [...list.members].flatMap((id) => database.leads.get(id) ?? []);
  return page(call, leads, (lead) => shownLead(lead, DEFAULT_FIELDS));
}

function getList(call: ApiCall, { database }: Subscription): Outcome {
  const list = findList(call, database.lists);
  return 'kind' in list ? list : succeed([shownList(list)]);
}

function shownList({ id, name }: StaticList): JsonObject {
  return { id, name, createdAt: SEEDED_AT, updatedAt: SEEDED_AT };
}

function getLists(call: ApiCall, { database }: Subscription): Outcome {
  return page(call, [...database.lists.values()], shownList);
}

const listOperations: readonly Operation[] = [
  ...operations('json', [
    ['addToList', 'POST', '/rest/v1/lists/{listId}/leads.json', add],
    ['removeFromList', 'DELETE', '/rest/v1/lists/{listId}/leads.json', remove],
    ['isMemberOfList', 'GET', '/rest/v1/lists/{listId}/leads/ismember.json', isMember],
  ]),
  ...operations('none', [
    ['getListMembers', 'GET', '/rest/v1/lists/{listId}/leads.json', getMembers],
    ['getListMembers', 'GET', '/rest/v1/list/{listId}/leads.json', getMembers],
    ['getList', 'GET', '/rest/v1/lists/{listId}.json', getList],
    ['getLists', 'GET', '/rest/v1/lists.json', getLists],
  ]),
];

export { listOperations };
