import type { Program } from '../database/database.ts';
import { fieldProblems } from '../database/fields.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type ApiCall, notANumber, type Operation, operations, readId, readInput, text } from '../operation.ts';
import { type Failure, fail, numbered, type Outcome, reason, skipped, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { DEFAULT_FIELDS, readFilterValues, shownField, shownLead } from './lead-reads.ts';
import { page, SEEDED_AT } from './paging.ts';

const MEMBERSHIP: JsonObject = { acquiredBy: false, reachedSuccess: false, membershipDate: SEEDED_AT };

type MemberChange = (program: Program, leadId: number, record: JsonObject) => JsonObject;

function changeStatus(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  const statusName = text(call.body?.statusName) || text(call.body?.status);
  // Rule: programs-status-missing
  if (statusName === '') return fail('1002', "Missing value for the required parameter 'statusName'");
  const step = program.statuses[statusName];
  // Rule: programs-status-unknown
  if (step === undefined) return fail('1025', `Program status '${statusName}' not found`);
  return forEachMember(call, subscription, program, (_program, leadId) => {
    const member = program.members.get(leadId);
    if (member === undefined) {
      program.members.set(leadId, { statusName, values: new Map() });
      return { leadId, status: 'created' };
    }
    const before = program.statuses[member.statusName] ?? 0;
    // Rule: programs-status-back
    if (step <= before) {
      return skipped(reason('1037', 'Lead was skipped: already in or past this status'), { leadId });
    }
    member.statusName = statusName;
    return { leadId, status: 'updated' };
  });
}

/** The older call names people by `id`, in its reply too, and numbers nothing. */
function changeStatusOfLeads(call: ApiCall, subscription: Subscription): Outcome {
  const outcome = changeStatus(call, subscription);
  if (outcome.kind !== 'success') return outcome;
  const results = (outcome.result ?? []).filter(isObject);
  return succeed(
    results.map(({ seq: _seq, leadId, ...rest }) => (leadId === undefined ? rest : { id: leadId, ...rest })),
  );
}

function syncMembers(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  return forEachMember(call, subscription, program, (_program, leadId, record) => {
    const problems = fieldProblems(subscription.database.programMemberFields, record, { companyFields: true });
    if (problems.length > 0) return skipped(problems, { leadId });
    const member = program.members.get(leadId);
    // Rule: programs-not-member
    if (member === undefined) return skipped(reason('1013', 'Membership not found'), { leadId });
    for (const [name, value] of Object.entries(record)) if (name !== 'leadId') member.values.set(name, value);
    return { leadId, status: 'updated' };
  });
}

function deleteMembers(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  return forEachMember(call, subscription, program, (_program, leadId) => {
    // Rule: programs-delete
    const deleted = program.members.delete(leadId);
    return deleted ? { leadId, status: 'deleted' } : skipped(reason('1037', 'Lead not in program'), { leadId });
  });
}

/** `leadId` in the members endpoints, `id` in the older lead endpoint. */
function forEachMember(call: ApiCall, { database }: Subscription, program: Program, act: MemberChange): Outcome {
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const results = input.records.map((record): JsonObject => {
    // Rule: programs-unknown-lead
    const leadId = readId(record.leadId ?? record.id);
    if (leadId === undefined) return skipped(reason('1002', "Missing value for the required parameter 'leadId'"));
    if (database.leads.get(leadId) === undefined) return skipped(reason('1004', 'Lead not found'), { leadId });
    return act(program, leadId, record);
  });
  return succeed(numbered(results));
}

function getMembers(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  const filterType = call.query.get('filterType') ?? '';
  if (filterType === '') return fail('1003', 'Invalid data: filterType not specified');
  const values = readFilterValues(call);
  if ('kind' in values) return values;
  return page(call, [...program.members], ([leadId, member]) => {
    const { statusName, values } = member;
    return { seq: 0, leadId, programId: program.id, statusName, ...MEMBERSHIP, ...Object.fromEntries(values) };
  });
}

/** The older read: people, each with the membership. */
function getLeadsOfProgram(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  return page(call, [...program.members], ([leadId, { statusName }]) => {
    const lead = subscription.database.leads.get(leadId);
    const membership: JsonObject = { progressionStatus: statusName, ...MEMBERSHIP };
    return { ...(lead === undefined ? { id: leadId } : shownLead(lead, DEFAULT_FIELDS)), membership };
  });
}

function describeMembers(_call: ApiCall, { database }: Subscription): Outcome {
  const fields = [...database.programMemberFields.values()].map(shownField);
  const dedupeFields = ['leadId', 'programId'];
  const description = 'API Program Membership';
  const times = { createdAt: SEEDED_AT, updatedAt: SEEDED_AT };
  return succeed([
    { name: description, description, ...times, dedupeFields, searchableFields: [['leadId'], ['statusName']], fields },
  ]);
}

function findProgram(call: ApiCall, { database }: Subscription): Program | Failure {
  const id = readId(call.params.programId);
  if (id === undefined) return notANumber(call.params.programId);
  // Rule: programs-unknown
  return database.programs.get(id) ?? fail('1013', `Program '${id}' not found`);
}

const programOperations: readonly Operation[] = [
  ...operations('json', [
    ['changeProgramStatus', 'POST', '/rest/v1/programs/{programId}/members/status.json', changeStatus],
    ['changeProgramStatus', 'POST', '/rest/v1/leads/programs/{programId}/status.json', changeStatusOfLeads],
    ['syncProgramMembers', 'POST', '/rest/v1/programs/{programId}/members.json', syncMembers],
    ['deleteProgramMembers', 'POST', '/rest/v1/programs/{programId}/members/delete.json', deleteMembers],
  ]),
  ...operations('none', [
    ['getProgramMembers', 'GET', '/rest/v1/programs/{programId}/members.json', getMembers],
    ['getLeadsOfProgram', 'GET', '/rest/v1/leads/programs/{programId}.json', getLeadsOfProgram],
    ['describeProgramMembers', 'GET', '/rest/v1/programs/members/describe.json', describeMembers],
  ]),
];

export { programOperations };
