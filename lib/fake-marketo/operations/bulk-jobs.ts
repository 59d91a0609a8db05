import { toCsv } from '../csv.ts';
import type { ImportJob } from '../database/imports.ts';
import type { JsonObject } from '../json.ts';
import { type ApiCall, type Operation, operations, readId } from '../operation.ts';
import { fail, type Outcome, raw, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';

/** Status, failures and warnings of one kind of import. */
function importFileOf(kind: ImportJob['kind'], path: string, statusSuffix: string): Operation[] {
  return operations('none', [
    ['getImport', 'GET', `${path}${statusSuffix}`, (call, subscription) => getStatus(kind, call, subscription)],
    ['getImportFailures', 'GET', `${path}/failures.json`, (call, all) => getRows(kind, 'failures', call, all)],
    ['getImportWarnings', 'GET', `${path}/warnings.json`, (call, all) => getRows(kind, 'warnings', call, all)],
  ]);
}

function getStatus(kind: ImportJob['kind'], call: ApiCall, subscription: Subscription): Outcome {
  const job = findJob(kind, call, subscription);
  if (job === undefined) return fail('1013', `Batch '${call.params.batchId}' not found`);
  return succeed([importStatus(job, subscription.nowMs())]);
}

function findJob(kind: ImportJob['kind'], call: ApiCall, { database, nowMs }: Subscription): ImportJob | undefined {
  const job = database.imports.get(readId(call.params.batchId) ?? 0, nowMs());
  const named = call.params.apiName === undefined || call.params.apiName === job?.objectName;
  return job?.kind === kind && named ? job : undefined;
}

/** A file of the sent columns and a reason. Without such rows there is no file, or an empty one. */
function getRows(
  kind: ImportJob['kind'],
  which: 'failures' | 'warnings',
  call: ApiCall,
  subscription: Subscription,
): Outcome {
  const job = findJob(kind, call, subscription);
  if (job === undefined) return fail('1013', `Batch '${call.params.batchId}' not found`);
  const rows = job[which];
  if (rows.length > 0) return raw(200, 'text/csv;charset=UTF-8', toCsv(rows, job.format));
  const isDone = job.finishesAtMs <= subscription.nowMs();
  // Rule: bulk-empty-list
  return isDone && subscription.features.emptyImportFiles
    ? raw(200, 'text/csv;charset=UTF-8', '')
    : // Rule: bulk-no-file
      raw(404, 'text/html', '');
}

function importStatus(job: ImportJob, nowMs: number): JsonObject {
  const { batchId, kind, objectName = '' } = job;
  const named: JsonObject =
    kind === 'customobjects'
      ? { batchId, operation: 'import', objectApiName: objectName }
      : { batchId, importId: String(batchId) };
  if (nowMs < job.startsAtMs || nowMs === job.createdAtMs) return { ...named, status: 'Queued' };
  const isDone = nowMs >= job.finishesAtMs;
  const share = (nowMs - job.startsAtMs) / (job.finishesAtMs - job.startsAtMs);
  const processed = isDone ? job.imported : Math.floor(job.rowCount * share);
  const failed = Math.max(0, job.failures.length - 1);
  // Rule: bulk-figures
  const figures: JsonObject = {
    [kind === 'customobjects' ? 'numOfObjectsProcessed' : 'numOfLeadsProcessed']: processed,
    numOfRowsFailed: failed,
    numOfRowsWithWarning: Math.max(0, job.warnings.length - 1),
  };
  if (!isDone) return { ...named, status: 'Importing', ...figures };
  const seconds = Math.ceil((job.finishesAtMs - job.startsAtMs) / 1000);
  const time: JsonObject = kind === 'customobjects' ? { importTime: `${seconds} second(s)` } : {};
  return { ...named, status: 'Complete', ...figures, ...time, message: messageOf(processed, failed) };
}

function messageOf(imported: number, failed: number): string {
  // Rule: bulk-message
  const records = `${imported} records imported (${imported} members)`;
  return failed === 0 ? `Import succeeded, ${records}` : `Import completed with errors, ${records}, ${failed} failed`;
}

export { importFileOf, importStatus };
