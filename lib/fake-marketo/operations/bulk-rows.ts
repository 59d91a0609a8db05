import type { Program } from '../database/database.ts';
import { type FieldSet, valueProblem } from '../database/fields.ts';
import type { RowOutcome } from '../database/imports.ts';
import type { Objects } from '../database/objects.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { FakeUser } from '../options.ts';
import type { Subscription } from '../subscription.ts';
import { applyUpsert, planUpsert, type Upsert } from './lead-upsert.ts';
import { syncRecord } from './object-sync.ts';

type Cells = Readonly<Record<string, string>>;

/** `onWritten` gets the id of the person, new or known. */
function importLeadRow(
  upsert: Upsert,
  cells: Cells,
  user: FakeUser,
  subscription: Subscription,
  onWritten: (leadId: number) => void,
): RowOutcome {
  const { record, warning } = withoutBadCells(cells, subscription.database.leads.fields, [upsert.lookupField]);
  const result = applyUpsert(upsert, planUpsert(upsert, record, user, subscription), subscription);
  if (result.status !== 'skipped') onWritten(Number(result.id));
  return outcomeOf(result, warning);
}

function importObjectRow(objects: Objects, cells: Cells, subscription: Subscription): RowOutcome {
  const { record, warning } = withoutBadCells(cells, objects.fields, objects.type.dedupeFields);
  return outcomeOf(syncRecord(objects, record, subscription), warning);
}

/** The person is created or updated by e-mail, and becomes a member, or gets the status. */
function importMemberRow(
  program: Program,
  statusName: string,
  cells: Cells,
  user: FakeUser,
  subscription: Subscription,
): RowOutcome {
  const { leads, programMemberFields } = subscription.database;
  const entries = Object.entries(cells);
  // Rule: bulk-members
  const ofLead = Object.fromEntries(entries.filter(([name]) => leads.fields.has(name)));
  const upsert = { action: 'createOrUpdate', lookupField: 'email', partitionName: undefined } as const;
  return importLeadRow(upsert, ofLead, user, subscription, (leadId) => {
    const values = program.members.get(leadId)?.values ?? new Map();
    for (const [name, cell] of entries) {
      if (programMemberFields.has(name) && !leads.fields.has(name)) values.set(name, cell);
    }
    program.members.set(leadId, { statusName, values });
  });
}

/** A cell of the wrong type is left out with a warning, unless the row is found by it. */
function withoutBadCells(cells: Cells, fields: FieldSet, keys: readonly string[]) {
  const record: Record<string, string> = {};
  let warning: string | undefined;
  for (const [name, cell] of Object.entries(cells)) {
    const field = fields.get(name);
    // Rule: bulk-bad-cell
    const problem = field === undefined || keys.includes(name) ? undefined : valueProblem(field, cell);
    if (problem === undefined) record[name] = cell;
    else warning ??= problem.message;
  }
  return { record, warning };
}

function outcomeOf(result: JsonObject, warning: string | undefined): RowOutcome {
  if (result.status !== 'skipped') {
    return warning === undefined ? { kind: 'imported' } : { kind: 'warned', message: warning };
  }
  const [reason] = Array.isArray(result.reasons) ? result.reasons : [];
  return { kind: 'failed', message: isObject(reason) ? String(reason.message) : 'skipped' };
}

export { importLeadRow, importMemberRow, importObjectRow };
