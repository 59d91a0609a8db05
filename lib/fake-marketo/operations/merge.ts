import type { Lead } from '../database/leads.ts';
import { type ApiCall, type Operation, operations, readId } from '../operation.ts';
import { type Failure, fail, type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';

/** Marketo: leads, merge; from 2026-03-31 more losing leads give 1080. */
const MAX_LOSERS = 25;

function mergeLeads(call: ApiCall, { database, nowMs }: Subscription): Outcome {
  const winnerId = readId(call.params.leadId);
  if (winnerId === undefined) return fail('1001', `Invalid value '${call.params.leadId}'. Required of type 'Integer'`);
  const given = [...call.query.getAll('leadId'), ...call.query.getAll('leadIds')].flatMap((ids) => ids.split(','));
  const loserIds = given.filter((id) => id !== '').map((id) => readId(id) ?? 0);
  // Rule: merge-parameters
  if (loserIds.length === 0) return fail('1002', "Missing value for the required parameter 'leadId'");
  // Rule: merge-limit
  if (loserIds.length > MAX_LOSERS) return fail('1080', `Merge supports at most ${MAX_LOSERS} leadIds`);
  // Rule: merge-self
  if (loserIds.includes(winnerId)) return fail('1003', 'Invalid data: a lead cannot be merged with itself');
  const winner = database.leads.get(winnerId);
  const losers = loserIds.flatMap((id) => database.leads.get(id) ?? []);
  const missing = [winnerId, ...loserIds].filter((id) => database.leads.get(id) === undefined);
  // Rule: merge-missing
  if (winner === undefined || missing.length > 0) return fail('1004', `Lead [${missing.join(', ')}] not found`);
  const problem = mergeProblem([winner, ...losers], call.query.get('mergeInCRM') === 'true');
  if (problem !== undefined) return problem;
  for (const loser of losers) {
    for (const list of database.lists.values()) if (list.members.has(loser.id)) list.members.add(winnerId);
    const missingValues = [...loser.fields].filter(([name]) => (winner.fields.get(name) ?? null) === null);
    database.deleteLead(loser.id);
    database.leads.update(winner, Object.fromEntries(missingValues), nowMs());
  }
  database.merges += 1;
  // Rule: merge-result
  return succeed();
}

/** The CRM's view of a person is in `sfdcType` of the seeded data. */
function mergeProblem(leads: readonly Lead[], mergeInCrm: boolean): Failure | undefined {
  // Rule: merge-crm
  const types = new Set(leads.map((lead) => lead.fields.get('sfdcType')));
  if (types.has('PersonAccount')) return fail('712', 'Merge to person Account operation is invalid');
  if (types.has('NoRecordType')) return fail('714', 'Unable to find the default record type');
  if (mergeInCrm && types.has('Duplicate')) return fail('1076', 'Merge Leads call with mergeInCRM flag is 4');
  if (mergeInCrm && types.has('LongField')) return fail('1077', "Merge Leads call failed due to 'Notes' length");
  if (mergeInCrm && types.has('Deleted')) return fail('1078', 'Merge Leads call failed due to deleted entity');
  const urls = leads.flatMap((lead) => lead.fields.get('personalUrl') ?? []);
  return new Set(urls).size < urls.length
    ? fail('1079', 'Merge Leads call failed due to Personalized URL conflict in duplicate records')
    : undefined;
}

const mergeOperations: readonly Operation[] = operations('none', [
  ['mergeLeads', 'POST', '/rest/v1/leads/{leadId}/merge.json', mergeLeads],
]);

export { mergeOperations };
