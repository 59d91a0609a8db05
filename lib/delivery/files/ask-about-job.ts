import { toHttpRequest } from '../../marketo/http-request.ts';
import { isObject, type JsonObject } from '../../marketo/request.ts';
import type { FileProgress } from '../../message/relay-state.ts';
import type { Invocation } from '../call/attempt.ts';
import { unclear } from '../judge/judge.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type FileCallResult, fileCall, waiting } from './file-call.ts';
import { dead, type FileStep, growingMs } from './file-step.ts';
import { type Question, questionAbout } from './import-paths.ts';
import { keepRows } from './keep-rows.ts';
import type { FileMessage } from './read-piece.ts';

type AtWork = FileProgress & { readonly job: NonNullable<FileProgress['job']> };

/** How many rows of a piece Marketo took, refused, and took with a warning. */
interface Figures {
  readonly imported: number;
  readonly failed: number;
  readonly warned: number;
}

/** Asks how far Marketo is with a piece, and collects what failed once it is complete. */
async function askAboutJob(message: FileMessage, progress: AtWork, invocation: Invocation): Promise<FileStep> {
  const asked = await ask(message, progress, 'status', invocation);
  if (asked.kind !== 'answered') return waits(asked, progress);
  const { outcome, parsed } = asked;
  if (outcome.kind === 'requeue') return { kind: 'goesOn', outcome, progress };
  if (outcome.kind === 'dead') return lost(progress, `${outcome.verdict.code} ${outcome.verdict.message}`);
  const status =
    parsed.kind === 'marketo' && isObject(parsed.result?.[0] ?? null) ? (parsed.result?.[0] as JsonObject) : {};
  switch (String(status.status ?? '').toLowerCase()) {
    case 'complete':
      return collect(message, progress, figuresIn(status), invocation);
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

/** The piece is complete: what failed is kept, and the next piece begins where it ends. */
async function collect(
  message: FileMessage,
  progress: AtWork,
  figures: Figures,
  invocation: Invocation,
): Promise<FileStep> {
  const kept = new Set<Question>();
  for (const question of ['failures', 'warnings'] as const) {
    if (figures[question === 'failures' ? 'failed' : 'warned'] === 0) continue;
    const asked = await ask(message, progress, question, invocation);
    if (asked.kind !== 'answered') return waits(asked, progress);
    const { reply } = asked.exchange;
    // There is no file where no row failed (Marketo: bulk-import).
    const isMissing = reply.kind === 'reply' && reply.status === 404;
    if (!isMissing && asked.outcome.kind === 'requeue') return { kind: 'goesOn', outcome: asked.outcome, progress };
    if (isMissing || asked.outcome.kind === 'dead' || reply.kind !== 'reply' || reply.body === '') {
      const { code } = asked.verdict;
      invocation.deps.log.warn('Marketo counts rows and has no file of them', {
        relayId: message.state.relayId,
        question,
        code,
      });
      continue;
    }
    await keepRows(message, progress, question, reply.body, invocation.deps);
    kept.add(question);
  }
  const { job, piece, failedPieces, ...rest } = progress;
  const next: FileProgress = {
    ...rest,
    piece: piece + 1,
    fromByte: job.toByte,
    rowsBefore: progress.rowsBefore + job.rows,
    waits: 0,
    imported: progress.imported + figures.imported,
    failed: progress.failed + figures.failed,
    warned: progress.warned + figures.warned,
    failedPieces: kept.has('failures') ? [...failedPieces, piece] : failedPieces,
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

function waits(result: Exclude<FileCallResult, { kind: 'answered' }>, progress: AtWork): FileStep {
  const outcome = result.kind === 'waits' ? result.outcome : waiting('deadline', 0);
  return { kind: 'goesOn', outcome, progress };
}

/** What became of the rows is not known: Marketo gave up, or does not know the job. */
function lost(progress: AtWork, why: string): FileStep {
  const { job, piece, rowsBefore } = progress;
  const unknownRows = `${rowsBefore + 1}-${rowsBefore + job.rows}`;
  const text = `piece ${piece + 1} of the file, rows ${unknownRows}, job ${job.id}: ${why}`;
  return { ...dead('outcomeUnknown', text, { progress }), unknownRows };
}

/** Leads and members are counted by one name, custom objects by another (Marketo: bulk-import). */
function figuresIn(status: JsonObject): Figures {
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
