import type { CsvFormat } from '../csv.ts';

/** What became of one row. */
type RowOutcome =
  | { readonly kind: 'imported' }
  | { readonly kind: 'warned'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

interface NewImport {
  readonly kind: 'leads' | 'customobjects' | 'members';
  /** What no second import may write at the same time (1019): a static list. */
  readonly target: string | undefined;
  readonly objectName?: string;
  readonly format: CsvFormat;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  importRow(row: readonly string[]): RowOutcome;
}

interface ImportJob {
  readonly batchId: number;
  readonly kind: NewImport['kind'];
  readonly target: string | undefined;
  readonly objectName: string | undefined;
  readonly format: CsvFormat;
  readonly rowCount: number;
  readonly createdAtMs: number;
  readonly startsAtMs: number;
  readonly finishesAtMs: number;
  /** The file's header, then rows with the reason in a column more. Filled when the job is done. */
  readonly failures: (readonly string[])[];
  readonly warnings: (readonly string[])[];
  imported: number;
}

interface ImportPace {
  /** Every job takes this long at least. */
  readonly minMs: number;
  readonly rowsPerSecond: number;
}

/** Marketo: bulk-import. */
const WORKERS = 2;
const MAX_JOBS = 10;
const KEPT_MS = 7 * 86_400_000;

/** Jobs in a queue with two workers. A job's rows are written when its time is over and somebody looks. */
interface Imports {
  /** Queued or at work. */
  open(nowMs: number): readonly ImportJob[];
  isFull(nowMs: number): boolean;
  add(job: NewImport, nowMs: number): ImportJob;
  /** Undefined after seven days, too. */
  get(batchId: number, nowMs: number): ImportJob | undefined;
  /** Writes the rows of all jobs that are over. */
  settle(nowMs: number): void;
}

function createImports(pace: ImportPace): Imports {
  const jobs = new Map<number, ImportJob>();
  const pending = new Map<ImportJob, NewImport>();
  const freeAtMs = Array.from({ length: WORKERS }, () => Number.NEGATIVE_INFINITY);
  let nextId = 1001;

  const open = (nowMs: number) => [...pending.keys()].filter((job) => job.finishesAtMs > nowMs);
  return {
    open,
    isFull: (nowMs) => open(nowMs).length >= MAX_JOBS,
    add(added, nowMs) {
      // Rule: bulk-workers
      const worker = freeAtMs.indexOf(Math.min(...freeAtMs));
      const startsAtMs = Math.max(nowMs, freeAtMs[worker] ?? nowMs);
      // Rule: bulk-pace
      const finishesAtMs = startsAtMs + Math.max(pace.minMs, (added.rows.length / pace.rowsPerSecond) * 1000);
      freeAtMs[worker] = finishesAtMs;
      const job: ImportJob = {
        batchId: nextId,
        kind: added.kind,
        target: added.target,
        objectName: added.objectName,
        format: added.format,
        rowCount: added.rows.length,
        createdAtMs: nowMs,
        startsAtMs,
        finishesAtMs,
        failures: [],
        warnings: [],
        imported: 0,
      };
      nextId += 1;
      jobs.set(job.batchId, job);
      pending.set(job, added);
      return job;
    },
    get(batchId, nowMs) {
      const job = jobs.get(batchId);
      // Rule: bulk-kept
      return job !== undefined && nowMs < job.createdAtMs + KEPT_MS ? job : undefined;
    },
    settle(nowMs) {
      for (const [job, added] of pending) {
        if (job.finishesAtMs > nowMs) continue;
        pending.delete(job);
        run(job, added);
      }
    },
  };
}

function run(job: ImportJob, { header, rows, importRow }: NewImport): void {
  for (const row of rows) {
    const outcome = importRow(row);
    if (outcome.kind === 'failed') job.failures.push([...row, outcome.message]);
    else job.imported += 1;
    if (outcome.kind === 'warned') job.warnings.push([...row, outcome.message]);
  }
  // Rule: bulk-failure-file
  if (job.failures.length > 0) job.failures.unshift([...header, 'Import Failure Reason']);
  if (job.warnings.length > 0) job.warnings.unshift([...header, 'Import Warning Reason']);
}

export type { ImportJob, ImportPace, Imports, NewImport, RowOutcome };
export { createImports };
