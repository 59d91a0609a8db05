import { fieldProblems } from '../database/fields.ts';
import type { Lead } from '../database/leads.ts';
import type { JsonObject } from '../json.ts';
import type { FakeUser } from '../options.ts';
import { type Reason, reason, skipped } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';

type LeadAction = 'createOnly' | 'updateOnly' | 'createOrUpdate' | 'createDuplicate';

interface Upsert {
  readonly action: LeadAction;
  readonly lookupField: string;
  readonly partitionName: string | undefined;
}

/** What will become of one record, decided when its call arrived. */
type LeadPlan =
  | { readonly kind: 'skip'; readonly reasons: readonly Reason[] }
  | { readonly kind: 'create'; readonly record: JsonObject; readonly partitionName: string }
  | { readonly kind: 'update'; readonly record: JsonObject; readonly lead: Lead };

function planUpsert(upsert: Upsert, record: JsonObject, user: FakeUser, { database }: Subscription): LeadPlan {
  const problems = recordProblems(upsert, record, database.leads.fields);
  if (problems.length > 0) return { kind: 'skip', reasons: problems };
  const { action, lookupField, partitionName } = upsert;
  // Rule: leads-duplicate
  const matches = action === 'createDuplicate' ? [] : database.leads.find(lookupField, record[lookupField] ?? null);
  // Rule: leads-create-only
  if (action === 'createOnly' && matches.length > 0) return skip('1005', 'Lead already exists');
  // Rule: leads-many-matches
  if (matches.length > 1) return skip('1007', 'Multiple leads match the lookup criteria');
  const lead = matches[0];
  if (lead !== undefined) {
    // Rule: leads-partition-denied
    if (!mayUse(user, lead.partitionName)) return skip('1008', `Access denied to partition '${lead.partitionName}'`);
    // Rule: leads-partition-moved
    if (partitionName !== undefined && partitionName !== lead.partitionName) {
      return skip('1010', 'Partition update not allowed');
    }
    return { kind: 'update', record, lead };
  }
  // Rule: leads-update-only
  if (action === 'updateOnly') return skip('1004', 'Lead not found');
  const target = partitionName ?? (user.defaultPartition === undefined ? 'Default' : user.defaultPartition);
  // Rule: leads-partition-missing
  if (target === null) return skip('1009', 'Partition name must be specified');
  if (!database.partitions.has(target) || !mayUse(user, target)) {
    return skip('1008', `Access denied to partition '${target}'`);
  }
  return { kind: 'create', record, partitionName: target };
}

/**
 * Carries a plan out. A create does not look again: when another call has made the person in the meantime, there are
 * two from now on (Marketo: leads, concurrent upserts). `createOnly` does look, as Adobe advises it against duplicates.
 */
function applyUpsert(upsert: Upsert, plan: LeadPlan, { database, counters, nowMs }: Subscription): JsonObject {
  const { leads } = database;
  switch (plan.kind) {
    case 'skip':
      return skipped(plan.reasons);
    case 'update':
      if (leads.get(plan.lead.id) === undefined) return skipped(reason('1004', 'Lead not found'));
      leads.update(plan.lead, plan.record, nowMs());
      return { id: plan.lead.id, status: 'updated' };
    case 'create': {
      const { action, lookupField } = upsert;
      const others = action === 'createDuplicate' ? [] : leads.find(lookupField, plan.record[lookupField] ?? null);
      if (others.length > 0 && action === 'createOnly') return skipped(reason('1005', 'Lead already exists'));
      // Rule: leads-overlap
      if (others.length > 0) counters.duplicatesCreated += 1;
      return { id: leads.create(plan.record, plan.partitionName, nowMs()).id, status: 'created' };
    }
  }
}

function recordProblems(upsert: Upsert, record: JsonObject, fields: Parameters<typeof fieldProblems>[0]): Reason[] {
  const { action, lookupField } = upsert;
  // Rule: leads-id-beside-key
  if (record.id !== undefined && lookupField !== 'id') {
    return [reason('1003', `Invalid data: 'id' is not allowed with action '${action}' and lookup by '${lookupField}'`)];
  }
  if (action !== 'createDuplicate') {
    // Rule: leads-key-missing
    const key = record[lookupField];
    if (key === undefined) return [reason('1002', `Missing value for the required parameter '${lookupField}'`)];
    if (key === null || key === '') {
      return [reason('1003', `Invalid value for field '${lookupField}' and value '${String(key)}'`)];
    }
  }
  return fieldProblems(fields, record, { companyFields: false });
}

function mayUse(user: FakeUser, partition: string): boolean {
  return user.partitions === undefined ? partition !== 'Restricted' : user.partitions.includes(partition);
}

function skip(code: string, message: string): LeadPlan {
  return { kind: 'skip', reasons: [reason(code, message)] };
}

export type { LeadAction, LeadPlan, Upsert };
export { applyUpsert, mayUse, planUpsert };
