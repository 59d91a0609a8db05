import type { JsonObject } from '../../marketo/request.ts';
import type { PublisherMessage } from '../../publisher/publisher-message.ts';
import type { Destination } from './destination.ts';
import type { Delimiter } from './read-rows.ts';
import { type Row, readRows } from './read-rows.ts';
import type { SourceEnd } from './source-bytes.ts';
import { MAX_RECORD_BYTES, type RecordPlan, toRecord } from './to-record.ts';

/** A message of a file: rows that follow one another, without those that were rejected. */
interface LoadMessage {
  readonly message: PublisherMessage;
  /** Numbers of its first and last row: the first below the header is 1. */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly records: number;
  /** Of the records, as JSON. */
  readonly bytes: number;
}

interface LoadFile {
  readonly path: string;
  readonly name: string;
  readonly delimiter: Delimiter;
  readonly plan: RecordPlan;
}

interface LoadWatch {
  onRecord?(record: JsonObject, row: Row): Promise<void> | void;
  onReject?(row: Row, reason: string): Promise<void>;
  onBlank?(): void;
  onEnd?(end: SourceEnd): void;
}

/**
 * The messages of a file, one at a time: each as full as one call is, and the same ones each time, so that a load which is
 * repeated or taken up again publishes them under the same ids.
 *
 * @param idOf - the id of the message with these rows
 */
async function* loadMessages(
  { path, name, delimiter, plan }: LoadFile,
  idOf: (firstRow: number, lastRow: number) => string,
  watch: LoadWatch = {},
): AsyncGenerator<LoadMessage> {
  const { destination } = plan;
  let group = emptyGroup();
  let number = -1;
  for await (const row of readRows({ path, name, delimiter, ...(watch.onEnd && { onEnd: watch.onEnd }) })) {
    number += 1;
    if (number === 0) continue; // the header
    const read = toRecord(row, plan);
    if (read.kind === 'blank') watch.onBlank?.();
    else if (read.kind === 'reject') await watch.onReject?.(row, read.reason);
    else {
      await watch.onRecord?.(read.record, row);
      const isFull = group.records.length >= destination.recordLimit || group.bytes + read.bytes > MAX_RECORD_BYTES;
      if (isFull && group.records.length > 0) {
        yield closed(group, destination, idOf);
        group = emptyGroup();
      }
      group.records.push(read.record);
      // A comma between two.
      group.bytes += read.bytes + 1;
      group.firstRow ??= number;
      group.lastRow = number;
    }
  }
  if (group.records.length > 0) yield closed(group, destination, idOf);
}

interface Group {
  readonly records: JsonObject[];
  bytes: number;
  firstRow?: number;
  lastRow: number;
}

function emptyGroup(): Group {
  return { records: [], bytes: 0, lastRow: 0 };
}

function closed(
  group: Group,
  destination: Destination,
  idOf: (firstRow: number, lastRow: number) => string,
): LoadMessage {
  const { records, bytes, firstRow = 0, lastRow } = group;
  const message = destination.message(records, { id: idOf(firstRow, lastRow) });
  return { message, firstRow, lastRow, records: records.length, bytes };
}

export type { LoadFile, LoadMessage, LoadWatch };
export { loadMessages };
