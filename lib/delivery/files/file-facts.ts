import type { DeadLetter } from '../../dead-letter/types.ts';
import type { FileProgress, RelayState } from '../../message/relay-state.ts';
import { keyOf } from './keep-rows.ts';

type FileFacts = NonNullable<DeadLetter['file']>;

/** What a dead letter says of the rows of complete pieces. */
function rowsSoFar(
  state: Pick<RelayState, 'relayId'>,
  { imported = 0, failed = 0, warned = 0, failedPieces = [] }: Partial<FileProgress>,
  bucket: string,
): FileFacts {
  const failures = failedPieces.map((piece) => ({ bucket, key: keyOf(state, piece, 'failures.csv') }));
  return { imported, failed, warned, ...(failures.length > 0 && { failures }) };
}

/**
 * The same for a message that nobody dares to read any more: what its state knows. The piece that is at work is in doubt, or the
 * next one, which may have been uploaded, and how far it goes is not known. Undefined where nothing of a file is remembered.
 */
function unreadFileFacts(state: RelayState, bucket: string): FileFacts | undefined {
  const { file } = state;
  if (file === undefined) return undefined;
  const { job, rowsBefore, bytes } = file;
  const last = job === undefined ? undefined : rowsBefore + job.rows;
  const isAllUploaded = job !== undefined && job.toByte >= bytes;
  return {
    ...rowsSoFar(state, file, bucket),
    unknownRows: `${rowsBefore + 1}-${last ?? ''}`,
    ...(last !== undefined && !isAllUploaded && { notUploadedFromRow: last + 1 }),
  };
}

export { rowsSoFar, unreadFileFacts };
