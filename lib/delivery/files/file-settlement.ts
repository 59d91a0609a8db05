import { redactDeep } from '../../dead-letter/redact.ts';
import type { DeadLetter } from '../../dead-letter/types.ts';
import type { FileRows } from '../../journal/entry.ts';
import { fitsAsCopy } from '../../message/message-size.ts';
import type { FileProgress, RelayState } from '../../message/relay-state.ts';
import { toDelaySeconds } from '../judge/retry-policy.ts';
import type { DeadOutcome, Outcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { deadLetterOf } from '../settle/dead-letter-of.ts';
import { journalEntriesOf } from '../settle/journal-entries.ts';
import { resultOf } from '../settle/result-of.ts';
import { retryMessageOf } from '../settle/retry-message.ts';
import type { SettleContext, Settlement } from '../settle/settlement.ts';
import { rowsSoFar } from './file-facts.ts';
import { dead, type FileStep, NO_ROOM, rowsAtWork } from './file-step.ts';
import { itemOf } from './import-paths.ts';
import type { FailedRow } from './keep-rows.ts';
import type { FileMessage } from './read-piece.ts';

interface FileSettleContext extends SettleContext {
  /** Where failures are kept. */
  readonly bucket: string;
  /** Time after its first failure for which a message waits for an operation that is paused. */
  readonly retryMaxAgeMs: number;
  /** Of all complete pieces, where rows failed. */
  readonly failedRows: readonly FailedRow[];
}

/** What is to be written for an import: a retry message that remembers how far it came, a dead letter, or nothing. */
function fileSettlement(message: FileMessage, step: FileStep, context: FileSettleContext): Settlement {
  switch (step.kind) {
    case 'goesOn':
      return requeued(message, step, context);
    case 'done':
      if (step.progress.failed > 0) return died(message, { ...rowsFailed(step.progress) }, context);
      // No one call decided it, and another copy of the message may end in the same way.
      return settled(message, { kind: 'delivered' }, step.progress, context);
    case 'dead':
      return died(message, step, context);
  }
}

type GoesOn = Extract<FileStep, { kind: 'goesOn' }>;
type Dead = Extract<FileStep, { kind: 'dead' }>;

function requeued(message: FileMessage, step: GoesOn, context: FileSettleContext): Settlement {
  const { outcome, progress, hasSucceeded } = step;
  const { nowMs } = context;
  const why = tooOld(message.state, step, context);
  if (why !== undefined) return died(message, givenUp('ageExhausted', why, step), context);
  const state = {
    ...(hasSucceeded ? withFreshBudget(message.state) : message.state),
    ...(progress && { file: progress }),
  };
  const known = { ...message, state };
  const delaySeconds = toDelaySeconds(outcome.delayMs);
  const item = itemOf(known);
  const retryMessage = retryMessageOf({
    message: known,
    requeued: [[item, outcome]],
    isPartial: false,
    delaySeconds,
    nowMs,
  });
  if (!fitsAsCopy(retryMessage)) return died(message, givenUp('fileRefused', NO_ROOM, step), context);
  return {
    message,
    retryMessage,
    counts: { delivered: 0, dead: 0, requeued: 1 },
    requeued: { reason: outcome.reason, code: outcome.code },
    entries: journalEntriesOf([[item, outcome]], nowMs),
  };
}

/** Why it waits no longer: for its paused operation as long as the age budget allows, for anything else as long as SQS keeps it. */
function tooOld(
  { firstSeenMs, firstFailedMs }: RelayState,
  { outcome: { code } }: GoesOn,
  { nowMs, retryMaxAgeMs }: FileSettleContext,
): string | undefined {
  if (nowMs - firstSeenMs > DELIVERY_POLICY.maxMessageAgeMs)
    return `given up while waiting (${code}): it is 13 days old`;
  const isPaused = code === 'operationPaused' && nowMs - (firstFailedMs ?? nowMs) >= retryMaxAgeMs;
  return isPaused ? 'its operation has been failing for as long as a message may be retried' : undefined;
}

/** A job that is at work goes on at Marketo, whoever has stopped asking about it. */
function givenUp(code: 'ageExhausted' | 'fileRefused', why: string, { progress }: GoesOn): Dead {
  const unknownRows = rowsAtWork(progress);
  const step = dead(code, why, { progress, outcomeUnknown: unknownRows !== undefined });
  return { ...step, ...(unknownRows !== undefined && { unknownRows }) };
}

/** What worked once shows that the failures before it have passed. */
function withFreshBudget({ firstFailedMs: _, ...state }: RelayState): RelayState {
  return { ...state, attempts: 0, attemptsAlone: 0 };
}

function rowsFailed(progress: FileProgress): Dead {
  const { imported, failed, warned } = progress;
  const text = `${failed} rows failed, ${imported} are in${warned > 0 ? `, ${warned} of them with a warning` : ''}`;
  return dead('rowsFailed', text, { progress });
}

function died(message: FileMessage, step: Dead, context: FileSettleContext): Settlement {
  const { outcome, progress } = step;
  const known = { ...message, state: { ...message.state, ...(progress && { file: progress }) } };
  const letter = deadLetterOf(known, [[itemOf(known), outcome]], context);
  return settled(message, outcome, progress, context, withFile(letter, message, step, context));
}

/** What its end leaves behind: counts, the journal's entry, and the result where one is told. */
function settled(
  message: FileMessage,
  outcome: Exclude<Outcome, { readonly kind: 'requeue' }>,
  progress: FileProgress | undefined,
  context: FileSettleContext,
  deadLetter?: DeadLetter,
): Settlement {
  const { nowMs, sendsResults } = context;
  const item = itemOf(message);
  const ended = { message, settled: [[item, outcome]] as const, waiting: 0, nowMs, ...(deadLetter && { deadLetter }) };
  const rows = rowsOf(progress, context);
  const { failures } = rowsSoFar(message.state, progress ?? {}, context.bucket);
  const result = sendsResults ? resultOf(ended) : undefined;
  const dead = outcome.kind === 'dead' ? Math.max(1, progress?.failed ?? 0) : 0;
  return {
    message,
    ...(deadLetter && { deadLetter }),
    counts: { delivered: progress?.imported ?? 0, dead, requeued: 0 },
    ...(result && { result: { ...result, rows: { ...rows, ...(failures && { failures }) } } }),
    entries: journalEntriesOf([[item, outcome]], nowMs).map((entry) => ({ ...entry, rows })),
  };
}

function rowsOf(progress: FileProgress | undefined, { failedRows }: FileSettleContext): FileRows {
  const { imported = 0, failed = 0, warned = 0 } = progress ?? {};
  const numbers = failedRows.flatMap(({ row }) => row ?? []);
  return { imported, failed, warned, ...(numbers.length > 0 && { failedRows: numbers }) };
}

function withFile(letter: DeadLetter, message: FileMessage, step: Dead, context: FileSettleContext): DeadLetter {
  const { progress, unknownRows, outcome } = step;
  const details = context.failedRows.map(({ row, reason }) => ({
    ...(row === undefined ? {} : { row }),
    code: 'rowsFailed',
    message: reason,
  }));
  const { failure } = letter;
  const added = {
    ...letter,
    failure: { ...failure, ...(details.length > 0 && { details: [...(failure.details ?? []), ...details] }) },
    file: {
      ...message.file,
      ...rowsSoFar(message.state, progress ?? {}, context.bucket),
      ...(unknownRows === undefined ? {} : { unknownRows }),
      ...restOf(outcome, step),
    },
  };
  return redactDeep(added, context.secrets);
}

/** From where on nothing was uploaded; absent where all of it was. */
function restOf({ verdict }: DeadOutcome, { progress, unknownRows }: Dead): { readonly notUploadedFromRow?: number } {
  if (verdict.code === 'rowsFailed' || unknownRows?.endsWith('-')) return {};
  if (progress === undefined) return { notUploadedFromRow: 1 };
  const lastUnknown = Number(unknownRows?.split('-')[1] ?? progress.rowsBefore);
  const isAtEnd = (progress.job?.toByte ?? progress.fromByte) >= progress.bytes;
  return isAtEnd ? {} : { notUploadedFromRow: lastUnknown + 1 };
}

export { fileSettlement };
