import { isObject } from '../json.ts';
import { type ApiCall, type Operation, operations, readId, text } from '../operation.ts';
import { type Failure, fail, type Outcome, succeed } from '../outcome.ts';
import { hexDigits } from '../random.ts';
import type { Subscription } from '../subscription.ts';

/** Marketo: bulk-import, ten imports queued or at work; bulk-extract, ten jobs queued. */
const MAX_JOBS = 10;
/** How long an import takes here. */
const IMPORT_MS = 10_000;

function importFile(kind: string) {
  return (call: ApiCall, { database, nowMs }: Subscription): Outcome => {
    const rows = readRows(call);
    if (!Array.isArray(rows)) return rows as Failure;
    if (!['csv', 'tsv', 'ssv'].includes(call.query.get('format') ?? ''))
      return fail('1003', 'Invalid data: invalid format');
    if (rows.length < 2) return fail('1003', 'Empty File');
    const running = [...database.imports.values()].filter((job) => job.finishesAtMs > nowMs());
    if (running.length >= MAX_JOBS) {
      return fail('1016', `There are ${running.length} imports currently being processed. Please try again later`);
    }
    const listId = call.query.get('listId');
    const target = listId === null ? kind : `list ${listId}`;
    if (listId !== null && !database.lists.has(Number(listId)))
      return fail('1013', `Static list '${listId}' not found`);
    if (listId !== null && running.some((job) => job.target === target)) return fail('1019', 'Import in progress');
    const batchId = database.imports.size + 1001;
    database.imports.set(batchId, { batchId, target, rows: rows.length - 1, finishesAtMs: nowMs() + IMPORT_MS });
    return succeed([{ batchId, importId: String(batchId), status: 'Queued' }]);
  };
}

/** Lines of the part named `file`, its header first. */
function readRows(call: ApiCall): readonly string[] | Failure {
  const boundary = /boundary="?([^";]+)"?/.exec(call.contentType)?.[1];
  if (!call.contentType.startsWith('multipart/form-data') || boundary === undefined) {
    return fail('613', 'Invalid Multipart Request');
  }
  const part = call.text.split(`--${boundary}`).find((candidate) => /name="file"/.test(candidate));
  const start = part?.indexOf('\r\n\r\n') ?? -1;
  if (part === undefined || start < 0) return fail('613', 'Invalid Multipart Request');
  return part
    .slice(start)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

function importStatus(call: ApiCall, { database, nowMs }: Subscription): Outcome {
  const job = database.imports.get(readId(call.params.batchId) ?? 0);
  if (job === undefined) return fail('1013', `Batch '${call.params.batchId}' not found`);
  const status = job.finishesAtMs > nowMs() ? 'Importing' : 'Complete';
  const figures = { numOfLeadsProcessed: job.rows, numOfRowsFailed: 0, numOfRowsWithWarning: 0 };
  return succeed([{ batchId: job.batchId, importId: String(job.batchId), status, ...figures }]);
}

function createExport(call: ApiCall, { database, features, random }: Subscription): Outcome {
  const filter = call.body?.filter;
  if (!isObject(filter)) return fail('1002', "Missing value for the required parameter 'filter'");
  const limited = ['updatedAt', 'smartListId', 'smartListName'].find((name) => filter[name] !== undefined);
  if (limited !== undefined && !features.exportFilters) return fail('1035', `Unsupported filter type '${limited}'`);
  const exportId = [8, 4, 4, 4, 12].map((length) => hexDigits(random, length)).join('-');
  database.exports.set(exportId, { exportId, status: 'Created' });
  return succeed([{ exportId, format: text(call.body?.format) || 'CSV', status: 'Created' }]);
}

function enqueueExport(call: ApiCall, { database }: Subscription): Outcome {
  const job = database.exports.get(call.params.exportId ?? '');
  if (job === undefined) return fail('1013', `Export '${call.params.exportId}' not found`);
  if (job.status === 'Queued') return fail('1029', 'Job already queued');
  const queued = [...database.exports.values()].filter(({ status }) => status === 'Queued').length;
  if (queued >= MAX_JOBS) return fail('1029', 'Too many jobs in queue');
  job.status = 'Queued';
  return succeed([{ exportId: job.exportId, status: job.status }]);
}

function cancelExport(call: ApiCall, { database }: Subscription): Outcome {
  const job = database.exports.get(call.params.exportId ?? '');
  if (job === undefined) return fail('1013', `Export '${call.params.exportId}' not found`);
  job.status = 'Cancelled';
  return succeed([{ exportId: job.exportId, status: job.status }]);
}

function exportStatus(call: ApiCall, { database }: Subscription): Outcome {
  const job = database.exports.get(call.params.exportId ?? '');
  if (job === undefined) return fail('1013', `Export '${call.params.exportId}' not found`);
  return succeed([{ exportId: job.exportId, status: job.status }]);
}

const EXPORTS = ['leads', 'activities', 'program/members', 'customobjects/{apiName}'];

const bulkOperations: readonly Operation[] = [
  ...operations('multipart', [
    ['importLeads', 'POST', '/bulk/v1/leads.json', importFile('leads')],
    ['importCustomObjects', 'POST', '/bulk/v1/customobjects/{apiName}/import.json', importFile('customobjects')],
    ['importProgramMembers', 'POST', '/bulk/v1/program/{programId}/members/import.json', importFile('members')],
  ]),
  ...operations('none', [
    ['getImport', 'GET', '/bulk/v1/leads/batch/{batchId}.json', importStatus],
    ['getImport', 'GET', '/bulk/v1/customobjects/{apiName}/import/{batchId}/status.json', importStatus],
    ['getImport', 'GET', '/bulk/v1/program/members/import/{batchId}/status.json', importStatus],
  ]),
  ...EXPORTS.flatMap((kind) => [
    ...operations('json', [['createExport', 'POST', `/bulk/v1/${kind}/export/create.json`, createExport]]),
    ...operations('none', [
      ['enqueueExport', 'POST', `/bulk/v1/${kind}/export/{exportId}/enqueue.json`, enqueueExport],
      ['cancelExport', 'POST', `/bulk/v1/${kind}/export/{exportId}/cancel.json`, cancelExport],
      ['getExport', 'GET', `/bulk/v1/${kind}/export/{exportId}/status.json`, exportStatus],
    ]),
  ]),
];

export { bulkOperations };
