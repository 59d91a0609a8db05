import type { NewImport, RowOutcome } from '../database/imports.ts';
import { type ApiCall, type Operation, operations, readId } from '../operation.ts';
import { type Failure, fail, type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { readFile } from './bulk-file.ts';
import { importFileOf, importStatus } from './bulk-jobs.ts';
import { importLeadRow, importMemberRow, importObjectRow } from './bulk-rows.ts';

type Target = Pick<NewImport, 'kind' | 'target' | 'objectName'> & {
  /** Names that the header may have, and those of them that it must. */
  readonly fields: ReadonlySet<string>;
  readonly keys: readonly string[];
  importRow(record: Readonly<Record<string, string>>): RowOutcome;
};

function leadTarget(call: ApiCall, subscription: Subscription): Target | Failure {
  const { leads, lists } = subscription.database;
  const lookupField = call.query.get('lookupField') ?? 'email';
  if (!leads.fields.has(lookupField)) return fail('1006', `Lookup field '${lookupField}' not found`);
  if (!leads.isSearchable(lookupField)) return fail('1011', `Field '${lookupField}' not supported`);
  const listId = call.query.get('listId');
  const list = listId === null ? undefined : lists.get(Number(listId));
  if (listId !== null && list === undefined) return fail('1013', `Static list '${listId}' not found`);
  const partitionName = call.query.get('partitionName') ?? undefined;
  const upsert = {
    action: lookupField === 'id' ? 'updateOnly' : 'createOrUpdate',
    lookupField,
    partitionName,
  } as const;
  return {
    kind: 'leads',
    target: list && `list ${list.id}`,
    fields: new Set(leads.fields.keys()),
    keys: [lookupField],
    importRow: (record) => importLeadRow(upsert, record, call.user, subscription, (id) => list?.members.add(id)),
  };
}

function objectTarget(call: ApiCall, subscription: Subscription): Target | Failure {
  const { database, features } = subscription;
  if (!features.customObjects) return fail('1026', 'Custom object not enabled');
  const objectName = call.params.apiName ?? '';
  const objects = database.customObjectNames.has(objectName) && database.objects.get(objectName);
  if (!objects) return fail('1013', `Object '${objectName}' not found`);
  return {
    kind: 'customobjects',
    target: undefined,
    objectName,
    fields: new Set(objects.fields.keys()),
    keys: objects.type.dedupeFields,
    importRow: (record) => importObjectRow(objects, record, subscription),
  };
}

function memberTarget(call: ApiCall, subscription: Subscription): Target | Failure {
  const { database } = subscription;
  const program = database.programs.get(readId(call.params.programId) ?? 0);
  if (program === undefined) return fail('1013', `Program '${call.params.programId}' not found`);
  const statusName = call.query.get('programMemberStatus') ?? '';
  if (statusName === '') return fail('1002', "Missing value for the required parameter 'programMemberStatus'");
  if (program.statuses[statusName] === undefined) return fail('1025', `Program status '${statusName}' not found`);
  return {
    kind: 'members',
    target: undefined,
    fields: new Set([...database.leads.fields.keys(), ...database.programMemberFields.keys()]),
    keys: ['email'],
    importRow: (record) => importMemberRow(program, statusName, record, call.user, subscription),
  };
}

function createImport(targetOf: (call: ApiCall, subscription: Subscription) => Target | Failure) {
  return (call: ApiCall, subscription: Subscription): Outcome => {
    const { imports } = subscription.database;
    const nowMs = subscription.nowMs();
    const file = readFile(call);
    if (file.kind === 'failure') return file;
    const target = targetOf(call, subscription);
    if ('code' in target) return target;
    const [header = [], ...rows] = file.rows;
    const problem = headerProblem(header, target) ?? (rows.length === 0 ? fail('1003', 'Empty File') : undefined);
    if (problem !== undefined) return problem;
    const open = imports.open(nowMs);
    // Rule: bulk-too-many
    if (imports.isFull(nowMs)) {
      return fail('1016', `There are ${open.length} imports currently being processed. Please try again later`);
    }
    // Rule: bulk-list-busy
    if (target.target !== undefined && open.some((job) => job.target === target.target)) {
      return fail('1019', 'Import in progress');
    }
    const { fields: _fields, keys: _keys, importRow, ...named } = target;
    const job = imports.add(
      { ...named, format: file.format, header, rows, importRow: (row) => importCells(header, row, importRow) },
      nowMs,
    );
    return succeed([importStatus(job, nowMs)]);
  };
}

function headerProblem(header: readonly string[], { fields, keys }: Target): Failure | undefined {
  // Rule: bulk-empty
  if (header.length === 0) return fail('1003', 'Empty File');
  const unknown = header.find((name) => !fields.has(name));
  // Rule: bulk-header-unknown
  if (unknown !== undefined) return fail('1006', `Field '${unknown}' not found`);
  if (new Set(header).size < header.length) return fail('1003', 'Invalid data: a field is twice in the header');
  // Rule: bulk-header-key
  const missing = keys.find((name) => !header.includes(name));
  return missing === undefined ? undefined : fail('1003', `Invalid data: the header lacks '${missing}'`);
}

/** An empty cell leaves its field as it is. */
function importCells(header: readonly string[], row: readonly string[], importRow: Target['importRow']): RowOutcome {
  // Rule: bulk-columns
  if (row.length !== header.length) {
    return { kind: 'failed', message: `Row has ${row.length} columns, header has ${header.length}` };
  }
  const filled = header.flatMap((name, column): [string, string][] => {
    const cell = row[column] ?? '';
    // Rule: bulk-empty-cell
    return cell === '' ? [] : [[name, cell]];
  });
  return importRow(Object.fromEntries(filled));
}

const bulkImportOperations: readonly Operation[] = [
  ...operations('multipart', [
    ['importLeads', 'POST', '/bulk/v1/leads.json', createImport(leadTarget)],
    ['importCustomObjects', 'POST', '/bulk/v1/customobjects/{apiName}/import.json', createImport(objectTarget)],
    ['importProgramMembers', 'POST', '/bulk/v1/program/{programId}/members/import.json', createImport(memberTarget)],
  ]),
  ...importFileOf('leads', '/bulk/v1/leads/batch/{batchId}', '.json'),
  ...importFileOf('customobjects', '/bulk/v1/customobjects/{apiName}/import/{batchId}', '/status.json'),
  ...importFileOf('members', '/bulk/v1/program/members/import/{batchId}', '/status.json'),
];

export { bulkImportOperations };
