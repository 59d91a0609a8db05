import type { JournalEntry } from '../../journal/entry.ts';
import type { Message } from '../../message/message.ts';
import { fitsAsCopy } from '../../message/message-size.ts';
import { RELAY_ATTRIBUTE } from '../../message/relay-state.ts';
import type { Invocation } from '../call/attempt.ts';

import type { Batch } from '../intake/receive-batch.ts';

import { notAllowedVerdict, overdueVerdict } from '../judge/preflight.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { writeSettlements } from '../settle/write.ts';
import { askAboutJob } from './ask-about-job.ts';
import { waiting } from './file-call.ts';
import { fileSettlement } from './file-settlement.ts';
import { dead, type FileStep, NO_ROOM } from './file-step.ts';
import { itemOf } from './import-paths.ts';
import { type FailedRow, keptRows } from './keep-rows.ts';
import type { FileMessage } from './read-piece.ts';
import { isUploadedByAnother, uploadPiece } from './upload-piece.ts';

interface FilesDelivered {
  /** The ids of the messages that must not be acknowledged. */
  readonly unsettled: ReadonlySet<string>;
  readonly entries: readonly JournalEntry[];
}

/**
 * Imports of files, beside all other messages: one step for each in one invocation, an upload or a question, and then back
 * to the queue with what is known (docs/decisions/016-files.md). Each is settled by itself and at once, since nothing but
 * its retry message knows the job. Never throws: a message of which nothing is known stays on the queue.
 */
async function deliverFiles(
  messages: readonly FileMessage[],
  duplicates: Batch['duplicates'],
  invocation: Invocation,
): Promise<FilesDelivered> {
  const unsettled = new Set<string>();
  const entries: JournalEntry[] = [];
  for (const message of messages) {
    try {
      const written = await deliverFile(message, duplicates, invocation);
      for (const id of written.unsettled) unsettled.add(id);
      entries.push(...written.entries);
    } catch (error) {
      invocation.deps.log.error('an import could not be settled', {
        relayId: message.state.relayId,
        error: String(error),
      });
      const sameFate = duplicates.get(message.received.messageId) ?? [];
      for (const { messageId } of [message.received, ...sameFate]) unsettled.add(messageId);
    }
  }
  return { unsettled, entries };
}

async function deliverFile(message: FileMessage, duplicates: Batch['duplicates'], invocation: Invocation) {
  const { deps } = invocation;
  const step = await stepOf(message, invocation).catch((error: unknown): FileStep => {
    deps.log.error('a step of an import was not made', { relayId: message.state.relayId, error: String(error) });
    const outcome = waiting('fileUnreachable', DELIVERY_POLICY.tableUnreachableWaitMs);
    return { kind: 'goesOn', outcome, progress: message.state.file };
  });
  const settlement = fileSettlement(message, step, {
    nowMs: deps.clock.nowMs(),
    secrets: deps.secrets(),
    sendsResults: deps.results !== undefined,
    bucket: deps.overflow.bucket,
    retryMaxAgeMs: deps.limits.retryMaxAgeMs,
    failedRows: await rowsOf(message, step, deps),
  });
  return writeSettlements([settlement], duplicates, deps);
}

async function stepOf(message: FileMessage, invocation: Invocation): Promise<FileStep> {
  const { file } = message.state;
  const { clock, limits } = invocation.deps;
  if (file?.job !== undefined) return askAboutJob(message, { ...file, job: file.job }, invocation);
  const item = itemOf(message);
  const refused = limits.allowedOperations && notAllowedVerdict(item, limits.allowedOperations);
  const verdict = overdueVerdict(item, clock.nowMs()) ?? refused;
  if (verdict !== undefined) {
    // At an earlier receive a worker may have uploaded the piece and ended.
    const isSuspect = message.received.receiveCount > 1 || message.state.group !== undefined;
    const outcomeUnknown = !message.idempotent && (isSuspect || (await isUploadedByAnother(message, invocation)));
    const outcome = { kind: 'dead', verdict, outcomeUnknown, tried: false } as const;
    const unknownRows = `${(file?.rowsBefore ?? 0) + 1}-`;
    return { kind: 'dead', outcome, progress: file, ...(outcomeUnknown && { unknownRows }) };
  }
  if (!hasRoom(message)) {
    return dead('fileRefused', NO_ROOM, { progress: file });
  }
  return uploadPiece(message, invocation);
}

/** Most that the state of a message with a file comes to: a history, and the pieces of which rows failed. */
const MAX_STATE_BYTES = 16_384;

/** What is uploaded must be remembered, so a message that could not be copied with its state is not begun with. */
function hasRoom({ originalBody, received }: FileMessage): boolean {
  const value = { dataType: 'String', stringValue: 'x'.repeat(MAX_STATE_BYTES) };
  return fitsAsCopy({ body: originalBody, attributes: { ...received.attributes, [RELAY_ATTRIBUTE]: value } });
}

/** Where it ends, the rows that failed are listed; without them the letter still points to their file. */
async function rowsOf(
  message: FileMessage,
  step: FileStep,
  { files, log }: Invocation['deps'],
): Promise<readonly FailedRow[]> {
  if (step.kind === 'goesOn' || step.progress === undefined || step.progress.failed === 0) return [];
  return keptRows(message, step.progress, files).catch((error: unknown) => {
    log.warn('rows that failed cannot be listed', { relayId: message.state.relayId, error: String(error) });
    return [];
  });
}

/** Those of a job that name a file, and the others. */
function filesApart(messages: readonly Message[]): {
  readonly files: readonly FileMessage[];
  readonly others: readonly Message[];
} {
  return {
    files: messages.filter((message): message is FileMessage => message.file !== undefined),
    others: messages.filter(({ file }) => file === undefined),
  };
}

export { deliverFiles, filesApart };
