import type { Program } from '../database/database.ts';
import { fieldProblems } from '../database/fields.ts';
import type { JsonObject } from '../json.ts';
import { type ApiCall, notANumber, type Operation, operations, readId, readInput, text } from '../operation.ts';
import { type Failure, fail, numbered, type Outcome, reason, skipped, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { readFilterValues } from './lead-reads.ts';
import { page } from './paging.ts';

type MemberChange = (program: Program, leadId: number, record: JsonObject) => JsonObject;

function changeStatus(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  const statusName = text(call.body?.statusName) || text(call.body?.status);
  if (statusName === '') return fail('1002', "Missing value for the required parameter 'statusName'");
  const step = program.statuses[statusName];
  if (step === undefined) return fail('1025', `Program status '${statusName}' not found`);
  return forEachMember(call, subscription, program, (_program, leadId) => {
    const member = program.members.get(leadId);
    if (member === undefined) {
      program.members.set(leadId, { statusName, values: new Map() });
      return { leadId, status: 'created' };
    }
    const before = program.statuses[member.statusName] ?? 0;
    if (step <= before) {
      return skipped(reason('1037', 'Lead was skipped: already in or past this status'), { leadId });
    }
    member.statusName = statusName;
    return { leadId, status: 'updated' };
  });
}

function syncMembers(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  return forEachMember(call, subscription, program, (_program, leadId, record) => {
    const problems = fieldProblems(subscription.database.programMemberFields, record, { companyFields: true });
    if (problems.length > 0) return skipped(problems, { leadId });
    const member = program.members.get(leadId);
    if (member === undefined) return skipped(reason('1013', 'Membership not found'), { leadId });
    for (const [name, value] of Object.entries(record)) if (name !== 'leadId') member.values.set(name, value);
    return { leadId, status: 'updated' };
  });
}

function deleteMembers(call: ApiCall, subscription: Subscription): Outcome {
  const program = findProgram(call, subscription);
  if ('kind' in program) return program;
  return forEachMember(call, subscription, program, (_program, leadId) => {
    const deleted = program.members.delete(leadId);
    return deleted ? { leadId, status: 'deleted' } : skipped(reason('1037', 'Lead not in program'), { leadId });
  });
}

/** `leadId` in the members endpoints, `id` in the older lead endpoint. */
function forEachMember(call: ApiCall, { database }: Subscription, program: Program, act: MemberChange): Outcome {
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const results = input.records.map((record): JsonObject => {
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
    return { leadId, statusName: member.statusName, ...Object.fromEntries(member.values) };
  });
}

function describeMembers(_call: ApiCall, { database }: Subscription): Outcome {
  const fields = [...database.programMemberFields.values()];
  const shown = fields.map(({ name, type, readOnly }) => ({ name, dataType: type, updateable: !readOnly }));
  return succeed([{ name: 'API Program Membership', dedupeFields: ['leadId', 'programId'], fields: shown }]);
}

function findProgram(call: ApiCall, { database }: Subscription): Program | Failure {
  const id = readId(call.params.programId);
  if (id === undefined) return notANumber(call.params.programId);
  return database.programs.get(id) ?? fail('1013', `Program '${id}' not found`);
}

const programOperations: readonly Operation[] = [
  ...operations('json', [
    ['changeProgramStatus', 'POST', '/rest/v1/programs/{programId}/members/status.json', changeStatus],
    ['changeProgramStatus', 'POST', '/rest/v1/leads/programs/{programId}/status.json', changeStatus],
    ['syncProgramMembers', 'POST', '/rest/v1/programs/{programId}/members.json', syncMembers],
    ['deleteProgramMembers', 'POST', '/rest/v1/programs/{programId}/members/delete.json', deleteMembers],
  ]),
  ...operations('none', [
    ['getProgramMembers', 'GET', '/rest/v1/programs/{programId}/members.json', getMembers],
    ['getProgramMembers', 'GET', '/rest/v1/leads/programs/{programId}.json', getMembers],
    ['describeProgramMembers', 'GET', '/rest/v1/programs/members/describe.json', describeMembers],
  ]),
];

export { programOperations };
