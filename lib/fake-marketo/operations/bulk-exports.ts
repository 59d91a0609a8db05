import { isObject } from '../json.ts';
import { type ApiCall, type Operation, operations, text } from '../operation.ts';
import { fail, type Outcome, succeed } from '../outcome.ts';
import { hexDigits } from '../random.ts';
import type { Subscription } from '../subscription.ts';

/** Marketo: bulk-extract, ten jobs queued. */
const MAX_JOBS = 10;

function createExport(call: ApiCall, { database, features, random }: Subscription): Outcome {
  const filter = call.body?.filter;
  if (!isObject(filter)) return fail('1002', "Missing value for the required parameter 'filter'");
  const limited = ['updatedAt', 'smartListId', 'smartListName'].find((name) => filter[name] !== undefined);
  // Rule: exports-filter
  if (limited !== undefined && !features.exportFilters) return fail('1035', `Unsupported filter type '${limited}'`);
  const exportId = [8, 4, 4, 4, 12].map((length) => hexDigits(random, length)).join('-');
  database.exports.set(exportId, { exportId, status: 'Created' });
  return succeed([{ exportId, format: text(call.body?.format) || 'CSV', status: 'Created' }]);
}

function enqueueExport(call: ApiCall, { database }: Subscription): Outcome {
  const job = database.exports.get(call.params.exportId ?? '');
  if (job === undefined) return fail('1013', `Export '${call.params.exportId}' not found`);
  // Rule: exports-queued-twice
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

const bulkExportOperations: readonly Operation[] = [
  ...EXPORTS.flatMap((kind) => [
    ...operations('json', [['createExport', 'POST', `/bulk/v1/${kind}/export/create.json`, createExport]]),
    ...operations('none', [
      ['enqueueExport', 'POST', `/bulk/v1/${kind}/export/{exportId}/enqueue.json`, enqueueExport],
      ['cancelExport', 'POST', `/bulk/v1/${kind}/export/{exportId}/cancel.json`, cancelExport],
      ['getExport', 'GET', `/bulk/v1/${kind}/export/{exportId}/status.json`, exportStatus],
    ]),
  ]),
];

export { bulkExportOperations };
