import { createHash } from 'node:crypto';
import { isObject } from '../../marketo/request.ts';
import type { FileProgress } from '../../message/relay-state.ts';
import type { Invocation } from '../call/attempt.ts';
import { longestCallMs } from '../call/call-timeout.ts';
import type { HeldClaim } from '../call/send-once.ts';
import { OTHER_REQUEST } from '../call/send-once-session.ts';
import { unclear } from '../judge/judge.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type FileCallResult, fileCall, waiting } from './file-call.ts';
import { dead, type FileStep, growingMs } from './file-step.ts';
import { callOf } from './import-paths.ts';
import { multipartUpload } from './multipart.ts';
import { type FileMessage, type PieceReading, readPiece } from './read-piece.ts';

/** What all uploads hold in the ledger. */
const UPLOAD_KEY = 'import:upload';
/** No place for another import; the list is being imported to (Marketo: error-codes). */
const IMPORTS_FULL: ReadonlySet<string> = new Set(['1016', '1019']);

/**
 * Uploads the next piece of a file, once: its position in the send-once record is claimed before, and ended after with the
 * job beside it. A copy of the message, or a letter put back, that finds the piece uploaded goes on with that job.
 */
async function uploadPiece(message: FileMessage, invocation: Invocation): Promise<FileStep> {
  const { deps } = invocation;
  const piece = await readPiece(message, deps.files, deps.limits.uploadBytes);
  if (piece.kind === 'refused') return dead('fileRefused', piece.why, { progress: message.state.file });
  if (piece.kind === 'end') return { kind: 'done', progress: piece.progress };
  const guard = createGuard(message, piece.progress, invocation);
  try {
    const result = await fileCall(
      {
        call: callOf(message),
        key: UPLOAD_KEY,
        async prepare() {
          if (!(await guard.claim())) return undefined;
          const name = `piece-${piece.progress.piece + 1}.csv`;
          return multipartUpload(deps.baseUrl, message.request, piece.content, name);
        },
      },
      invocation,
    );
    return await concluded(result, message, piece, guard, deps);
  } catch (error) {
    await guard.end('unknown');
    throw error;
  }
}

type Piece = Extract<PieceReading, { kind: 'piece' }>;

async function concluded(
  result: FileCallResult,
  message: FileMessage,
  piece: Piece,
  guard: Guard,
  { random, limits }: Invocation['deps'],
): Promise<FileStep> {
  const { progress, toByte, rows } = piece;
  if (result.kind === 'nothing') return guard.refusal() ?? unknownPiece(piece, undefined);
  if (result.kind === 'waits') {
    await guard.end('free');
    return { kind: 'goesOn', outcome: result.outcome, progress };
  }
  const { outcome, verdict, parsed, exchange } = result;
  const id = parsed.kind === 'marketo' ? jobIdIn(parsed.result?.[0]) : undefined;
  if (outcome.kind === 'delivered' && id !== undefined) {
    const job = { id, toByte, rows };
    await guard.end('done', job);
    return atWork(progress, job);
  }
  if (IMPORTS_FULL.has(verdict.code)) {
    await guard.end('free');
    const { importsFullMs, maxImportsFullMs } = DELIVERY_POLICY;
    const delayMs =
      growingMs(importsFullMs, progress.waits, maxImportsFullMs) * (1 + random() * DELIVERY_POLICY.retryJitterShare);
    const waits = { ...progress, waits: progress.waits + 1 };
    return {
      kind: 'goesOn',
      outcome: { kind: 'requeue', reason: 'wait', code: verdict.code, delayMs },
      progress: waits,
    };
  }
  const isUnknown = verdict.executed === 'unknown' || outcome.kind === 'delivered';
  if (isUnknown && !message.idempotent) {
    await guard.end('unknown');
    const known = outcome.kind === 'delivered' ? unclear('an upload was answered without a job id') : verdict;
    return unknownPiece(piece, {
      kind: 'dead',
      verdict: { ...known, executed: 'unknown' },
      exchange,
      outcomeUnknown: true,
      tried: true,
    });
  }
  await guard.end('free');
  if (outcome.kind === 'dead') return { kind: 'dead', outcome, progress };
  if (outcome.kind === 'requeue') return { kind: 'goesOn', outcome, progress };
  // Answered without a job id, by a message that may be repeated.
  if (message.state.attempts + 1 >= limits.retryMaxAttempts) return unknownPiece(piece, undefined);
  const { code } = unclear('');
  const delayMs = DELIVERY_POLICY.maxImportPollMs;
  return { kind: 'goesOn', outcome: { kind: 'requeue', reason: 'retry', code, delayMs, alone: true }, progress };
}

function atWork(progress: FileProgress, job: Job): FileStep {
  return {
    kind: 'goesOn',
    outcome: waiting('importInProgress', DELIVERY_POLICY.importPollMs),
    progress: { ...progress, job, waits: 0 },
    hasSucceeded: true,
  };
}

function unknownPiece(
  { progress, rows }: Piece,
  outcome: Extract<FileStep, { kind: 'dead' }>['outcome'] | undefined,
): FileStep {
  const [first, last] = [progress.rowsBefore + 1, progress.rowsBefore + rows];
  const text = `piece ${progress.piece + 1} of the file, rows ${first} to ${last}: it may have been uploaded, and its job is not known`;
  const unknownRows = `${first}-${last}`;
  if (outcome === undefined) return { ...dead('outcomeUnknown', text, { progress }), unknownRows };
  const verdict = { ...outcome.verdict, message: `${text}; ${outcome.verdict.message}` };
  return { kind: 'dead', outcome: { ...outcome, verdict }, progress, unknownRows };
}

function jobIdIn(result: unknown): string | undefined {
  const id = isObject(result as never) ? (result as { batchId?: unknown }).batchId : undefined;
  return typeof id === 'number' || (typeof id === 'string' && id !== '') ? String(id) : undefined;
}

/**
 * Whether another copy of the message has uploaded the piece that comes next, or does so now.
 *
 * @throws when the table cannot be reached.
 */
async function isUploadedByAnother(message: FileMessage, { deps, deadline }: Invocation): Promise<boolean> {
  if (message.idempotent) return false;
  const piece = message.state.file?.piece ?? 0;
  const leaseMs = deadline.atMs - deps.clock.nowMs() + DELIVERY_POLICY.sendOnceLeaseMarginMs;
  const claim = await deps.sendOnce.claim(message.state.relayId, [piece], leaseMs, nameOf(message));
  if (claim.kind !== 'held') return claim.kind === 'busy';
  if (!claim.send.includes(piece)) return true;
  return !(await deps.sendOnce.complete(claim, { done: [], unknown: [] }));
}

type Job = NonNullable<FileProgress['job']>;

/** The send-once record of one piece. Of a message that may be repeated there is none. */
interface Guard {
  /** Whether the piece may be uploaded. @throws when the table cannot be reached. */
  claim(): Promise<boolean>;
  /** What comes instead, where that is not that an earlier upload is in doubt. */
  refusal(): FileStep | undefined;
  /** @param job - of a piece that is done */
  end(how: 'done' | 'unknown' | 'free', job?: Job): Promise<void>;
}

function createGuard(message: FileMessage, progress: FileProgress, { deps, deadline }: Invocation): Guard {
  const { sendOnce, clock, log } = deps;
  const { piece, etag } = progress;
  const { relayId } = message.state;
  let held: HeldClaim | undefined;
  let refused: FileStep | undefined;
  return {
    async claim() {
      if (message.idempotent || held !== undefined) return true;
      const leaseMs =
        deadline.atMs - clock.nowMs() + longestCallMs(message.endpoint) + DELIVERY_POLICY.sendOnceLeaseMarginMs;
      const claim = await sendOnce.claim(relayId, [piece], leaseMs, nameOf(message));
      if (claim.kind === 'busy') {
        refused = { kind: 'goesOn', outcome: waiting('busy', claim.waitMs), progress: message.state.file };
      } else if (claim.kind === 'otherRequest') {
        const outcome = { kind: 'dead', verdict: OTHER_REQUEST, outcomeUnknown: false, tried: false } as const;
        refused = { kind: 'dead', outcome, progress: message.state.file };
      } else if (claim.send.includes(piece)) {
        held = claim;
        return true;
      } else {
        const job = claim.done.includes(piece) ? jobIn(claim.notes?.[piece], etag) : undefined;
        if (job !== undefined) refused = atWork(progress, job);
      }
      return false;
    },
    refusal: () => refused,
    async end(how, job) {
      const claim = held;
      held = undefined;
      if (claim === undefined) return;
      const ended = { done: how === 'done' ? [piece] : [], unknown: how === 'unknown' ? [piece] : [] };
      const notes = job && { [piece]: JSON.stringify({ etag, ...job }) };
      await sendOnce.complete(claim, ended, notes).catch((error: unknown) => {
        // Left as it is, it keeps later copies from uploading the piece again, which is safe.
        log.warn('a send-once record could not be completed', { relayId, error: String(error) });
      });
    },
  };
}

/** The job of a piece of this very content: under the same key another may have been put since. */
function jobIn(note: string | undefined, etag: string): Job | undefined {
  if (note === undefined) return undefined;
  const { etag: of, ...job } = JSON.parse(note) as Job & { readonly etag: string };
  return of === etag ? job : undefined;
}

function nameOf({ request, file }: FileMessage): string {
  return createHash('sha256')
    .update(JSON.stringify([request, file]))
    .digest('hex')
    .slice(0, 32);
}

export { isUploadedByAnother, uploadPiece };
