import { toHttpRequest } from '../../marketo/http-request.ts';
import { isObject, type JsonObject } from '../../marketo/request.ts';
import { type FileProgress, ROW_LISTS, type RowCounts, type RowList } from '../../message/relay-state.ts';
import type { Invocation } from '../call/attempt.ts';
import { unclear } from '../judge/judge.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type FileCallResult, fileCall, waiting } from './file-call.ts';
import { dead, type FileStep, growingMs, rowsAtWork } from './file-step.ts';
import { type Question, questionAbout } from './import-paths.ts';
import { keepRows } from './keep-rows.ts';
import type { FileMessage } from './read-piece.ts';

type GoesOn = Extract<FileStep, { kind: 'goesOn' }>;
type AtWork = FileProgress & { readonly job: NonNullable<FileProgress['job']> };

/** Asks how far Marketo is with a piece, and collects what failed once it is complete. */
async function askAboutJob(message: FileMessage, progress: AtWork, invocation: Invocation): Promise<FileStep> {
  const { complete } = progress;
  if (complete !== undefined) return collect(message, { ...progress, complete }, false, invocation);
  const asked = await ask(message, progress, 'status', invocation);
  if (asked.kind !== 'answered') return waits(asked, progress);
  const { outcome, parsed } = asked;
  if (outcome.kind === 'requeue') return { kind: 'goesOn', outcome, progress };
  if (outcome.kind === 'dead') return lost(progress, `${outcome.verdict.code} ${outcome.verdict.message}`);
  const status =
    parsed.kind === 'marketo' && isObject(parsed.result?.[0] ?? null) ? (parsed.result?.[0] as JsonObject) : {};
  switch (String(status.status ?? '').toLowerCase()) {
    case 'complete':
      return collect(message, { ...progress, complete: { ...countsIn(status), asked: [] } }, true, invocation);
    case 'failed':
      return lost(progress, `Failed${typeof status.message === 'string' ? `: ${status.message}` : ''}`);
    case 'queued':
    case 'importing':
    case 'pending':
      return stillAtWork(progress, invocation);
    default:
      return unclearStatus(message, progress, String(status.status), invocation);
  }
}

/** A word that is not known may be one of a new kind of work, or no status at all: it is asked again as often as the budget says. */
function unclearStatus(
  message: FileMessage,
  progress: AtWork,
  word: string,
  { deps: { limits } }: Invocation,
): FileStep {
  if (message.state.attempts + 1 >= limits.retryMaxAttempts)
    return lost(progress, `its status is "${word.slice(0, 40)}"`);
  const { code } = unclear('');
  const delayMs = DELIVERY_POLICY.maxImportPollMs;
  return { kind: 'goesOn', outcome: { kind: 'requeue', reason: 'retry', code, delayMs, alone: true }, progress };
}

function stillAtWork(progress: AtWork, { deps: { random } }: Invocation): FileStep {
  const { importPollMs, maxImportPollMs, retryJitterShare } = DELIVERY_POLICY;
  const delayMs = growingMs(importPollMs, progress.waits, maxImportPollMs) * (1 + random() * retryJitterShare);
  return {
    kind: 'goesOn',
    outcome: waiting('importInProgress', delayMs),
    progress: { ...progress, waits: progress.waits + 1 },
    hasSucceeded: true,
  };
}

type Complete = AtWork & { readonly complete: NonNullable<FileProgress['complete']> };

/**
 * The piece is complete: what failed is kept, and the next piece begins where it ends. What was asked for is remembered, so that
 * a list that has to wait for its turn costs no second question about the others.
 *
 * @param isNews - this invocation has learnt that it is complete
 */
async function collect(
  message: FileMessage,
  complete: Complete,
  isNews: boolean,
  invocation: Invocation,
): Promise<FileStep> {
  let progress = complete;
  const learnt = () => (isNews || progress !== complete ? ({ hasSucceeded: true } as const) : {});
  for (const list of ROW_LISTS) {
    const { failed, warned, asked } = progress.complete;
    if ((list === 'failures' ? failed : warned) === 0 || asked.includes(list)) continue;
    const answer = await ask(message, progress, list, invocation);
    if (answer.kind !== 'answered') return { ...waits(answer, progress), ...learnt() };
    const { reply } = answer.exchange;
    // There is no file where no row failed (Marketo: bulk-import).
    const isMissing = reply.kind === 'reply' && reply.status === 404;
    if (!isMissing && answer.outcome.kind === 'requeue') {
      return { kind: 'goesOn', outcome: answer.outcome, progress, ...learnt() };
    }
    const hasRows = !isMissing && answer.outcome.kind !== 'dead' && reply.kind === 'reply' && reply.body !== '';
    if (hasRows) await keepRows(message, progress, list, reply.body, invocation.deps);
    else tellMissing(message, list, answer.verdict.code, invocation);
    progress = withList(progress, list, hasRows);
  }
  return pieceDone(progress);
}

function withList({ complete, ...progress }: Complete, list: RowList, hasRows: boolean): Complete {
  const { piece, failedPieces } = progress;
  return {
    ...progress,
    complete: { ...complete, asked: [...complete.asked, list] },
    failedPieces: hasRows && list === 'failures' ? [...failedPieces, piece] : failedPieces,
  };
}

function tellMissing({ state: { relayId } }: FileMessage, list: RowList, code: string, { deps }: Invocation): void {
  deps.log.warn('Marketo counts rows and has no file of them', { relayId, list, code });
}

function pieceDone({ job, complete, ...progress }: Complete): FileStep {
  const next: FileProgress = {
    ...progress,
    piece: progress.piece + 1,
    fromByte: job.toByte,
    rowsBefore: progress.rowsBefore + job.rows,
    waits: 0,
    imported: progress.imported + complete.imported,
    failed: progress.failed + complete.failed,
    warned: progress.warned + complete.warned,
  };
  if (next.fromByte >= next.bytes) return { kind: 'done', progress: next };
  return { kind: 'goesOn', outcome: waiting('importInProgress', 0), progress: next, hasSucceeded: true };
}

function ask(
  message: FileMessage,
  progress: AtWork,
  question: Question,
  invocation: Invocation,
): Promise<FileCallResult> {
  const call = questionAbout(message, progress.job.id, question);
  return fileCall({ call, prepare: async () => toHttpRequest(invocation.deps.baseUrl, call.request) }, invocation);
}

function waits(result: Exclude<FileCallResult, { kind: 'answered' }>, progress: AtWork): GoesOn {
  const outcome = result.kind === 'waits' ? result.outcome : waiting('deadline', 0);
  return { kind: 'goesOn', outcome, progress };
}

/** What became of the rows is not known: Marketo gave up, or does not know the job. */
function lost(progress: AtWork, why: string): FileStep {
  const { job, piece } = progress;
  const unknownRows = rowsAtWork(progress) ?? '';
  const text = `piece ${piece + 1} of the file, rows ${unknownRows}, job ${job.id}: ${why}`;
  return { ...dead('outcomeUnknown', text, { progress }), unknownRows };
}

/** Leads and members are counted by one name, custom objects by another (Marketo: bulk-import). */
function countsIn(status: JsonObject): RowCounts {
  const count = (...names: readonly string[]): number => {
    const value = names.map((name) => Number(status[name])).find((one) => Number.isSafeInteger(one) && one >= 0);
    return value ?? 0;
  };
  return {
    imported: count('numOfLeadsProcessed', 'numOfObjectsProcessed', 'numOfRowsProcessed'),
    failed: count('numOfRowsFailed'),
    warned: count('numOfRowsWithWarning'),
  };
}

export type { AtWork };
export { askAboutJob };
