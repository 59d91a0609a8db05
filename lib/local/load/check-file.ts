import type { JsonObject } from '../../marketo/request.ts';
import { validate } from '../../publisher/validate.ts';
import { failed } from '../verb-failure.ts';
import { type LoadFile, loadMessages } from './load-messages.ts';
import type { Row } from './read-rows.ts';
import type { Rejects } from './rejects.ts';
import type { SourceEnd } from './source-bytes.ts';

interface FileCheck {
  readonly end: SourceEnd;
  /** Below the header, blank ones not counted. */
  readonly rows: number;
  readonly blank: number;
  readonly records: number;
  readonly messages: number;
  readonly rejected: number;
  /** The first records, as Marketo gets them. */
  readonly preview: readonly JsonObject[];
  /** The first rejected rows. */
  readonly firstRejects: readonly { readonly line: number; readonly reason: string }[];
}

interface CheckInput {
  readonly file: LoadFile;
  readonly rejects: Pick<Rejects, 'add'>;
  /** Told of each row that can be loaded. */
  readonly onRow?: (row: Row) => Promise<void>;
  readonly stop: AbortSignal;
  readonly onProgress: (rows: number) => void;
}

const PREVIEW_RECORDS = 3;
const SHOWN_REJECTS = 5;

/**
 * Reads the whole file once and publishes nothing: a fault in its last row shows itself before the first is on the queue.
 * Undefined when it was interrupted.
 */
async function checkFile({ file, rejects, onRow, stop, onProgress }: CheckInput): Promise<FileCheck | undefined> {
  const preview: JsonObject[] = [];
  const firstRejects: { line: number; reason: string }[] = [];
  const counts = { blank: 0, records: 0, messages: 0, rejected: 0 };
  let end: SourceEnd | undefined;
  const tell = (): void => {
    if ((counts.records + counts.rejected) % 1_000 === 0) onProgress(counts.records + counts.rejected);
  };
  const messages = loadMessages(file, () => 'check', {
    async onRecord(record, row) {
      counts.records += 1;
      if (preview.length < PREVIEW_RECORDS) preview.push(record);
      await onRow?.(row);
      tell();
    },
    async onReject(row, reason) {
      counts.rejected += 1;
      if (firstRejects.length < SHOWN_REJECTS) firstRejects.push({ line: row.line, reason });
      await rejects.add(row, reason);
      tell();
    },
    onBlank() {
      counts.blank += 1;
    },
    onEnd(found) {
      end = found;
    },
  });
  for await (const { message } of messages) {
    if (stop.aborted) return undefined;
    // One is as good as all: they differ in their records, which hold nothing that the checks look at.
    if (counts.messages === 0) refuseInvalid(message);
    counts.messages += 1;
  }
  if (end === undefined) throw new Error(`${file.name} ended without its digest`);
  return { end, rows: counts.records + counts.rejected, ...counts, preview, firstRejects };
}

function refuseInvalid(message: Parameters<typeof validate>[0]): void {
  const validation = validate(message);
  if (validation.ok) return;
  const problems = validation.problems.map(({ path, expected }) => `${path}: expected ${expected}`);
  throw failed('usage', `the relay would not take these messages: ${problems.join('; ')}`);
}

export type { FileCheck };
export { checkFile };
