import { isUtf8 } from 'node:buffer';
import { FILE_FORMATS } from '../../marketo/endpoints/bulk.ts';
import { MAX_BULK_FILE_BYTES } from '../../marketo/limits.ts';
import type { FilePointer } from '../../message/file-pointer.ts';
import type { Message } from '../../message/message.ts';
import type { FileProgress } from '../../message/relay-state.ts';
import { MAX_FILE_PIECES } from '../../settings/policy.ts';
import { cutPiece } from './cut-piece.ts';
import type { FileStore } from './file-store.ts';
import { AROUND_BYTES } from './multipart.ts';

type FileMessage = Message & { readonly file: FilePointer };

/** What is uploaded next, what there is not any more, or why nothing can be. */
type PieceReading =
  | {
      readonly kind: 'piece';
      readonly content: string;
      readonly progress: FileProgress;
      readonly toByte: number;
      readonly rows: number;
    }
  | { readonly kind: 'end'; readonly progress: FileProgress }
  | { readonly kind: 'refused'; readonly why: string };

/** No header of a thousand columns is longer. */
const MAX_HEADER_BYTES = 100_000;
/** A piece of a file is a row at least: a header and one row must fit. */
const MAX_OBJECT_BYTES = MAX_FILE_PIECES * (MAX_BULK_FILE_BYTES - MAX_HEADER_BYTES - AROUND_BYTES);
const BYTE_ORDER_MARK = '\uFEFF';

/** Reads the next piece of a file: its header, and as many whole rows as Marketo takes at once. */
async function readPiece(
  message: FileMessage,
  store: FileStore,
  uploadBytes: number = MAX_BULK_FILE_BYTES,
): Promise<PieceReading> {
  const begun = message.state.file ?? (await begin(message, store));
  if ('why' in begun) return begun;
  const { etag, bytes, headerBytes, fromByte } = begun;
  if (fromByte >= bytes) return { kind: 'end', progress: begun };
  const header = await store.read(message.file, { fromByte: 0, mostBytes: headerBytes, etag });
  if (header.kind === 'unreadable') return refused(header.detail);
  const mostBytes = uploadBytes - headerBytes - AROUND_BYTES;
  const body = await store.read(message.file, { fromByte, mostBytes, etag });
  if (body.kind === 'unreadable') return refused(body.detail);
  const isLast = fromByte + body.bytes.length >= bytes;
  const cut = cutPiece({ bytes: body.bytes, delimiter: delimiterOf(message), isLast });
  const content = Buffer.concat([header.bytes, body.bytes.subarray(0, cut.toByte)]);
  const rowsFrom = begun.rowsBefore + cut.rows + 1;
  if (cut.toByte === 0)
    return refused(`row ${rowsFrom} is larger than ${mostBytes} bytes, or a quote in it is never closed`);
  // Marketo would take all rows behind it for one cell.
  if (cut.isUnclosed) return refused(`row ${rowsFrom - 1}: the file ends inside a quoted cell`);
  // What is written in UTF-16 is UTF-8 too, as long as it is plain Latin.
  if (content.includes(0))
    return refused(`rows from ${begun.rowsBefore + 1} to ${rowsFrom - 1}: NUL bytes, as UTF-16 has: not UTF-8`);
  if (!isUtf8(content)) return refused(`rows from ${begun.rowsBefore + 1} to ${rowsFrom - 1}: not UTF-8`);
  const toByte = fromByte + cut.toByte;
  if (cut.rows === 0) return { kind: 'end', progress: { ...begun, fromByte: toByte } };
  return { kind: 'piece', content: textOf(content), progress: begun, toByte, rows: cut.rows };
}

/** The first look: pins the content, and finds where its rows begin. */
async function begin(
  message: FileMessage,
  store: FileStore,
): Promise<FileProgress | Extract<PieceReading, { kind: 'refused' }>> {
  const head = await store.read(message.file, { fromByte: 0, mostBytes: MAX_HEADER_BYTES });
  if (head.kind === 'unreadable') return refused(head.detail);
  const { bytes, etag, objectBytes } = head;
  if (objectBytes > MAX_OBJECT_BYTES) {
    return refused(`the object has ${objectBytes} bytes, and ${MAX_OBJECT_BYTES} are taken: split it`);
  }
  const isLast = bytes.length >= objectBytes;
  const { toByte: headerBytes, rows } = cutPiece({ bytes, delimiter: delimiterOf(message), isLast, mostRows: 1 });
  if (rows === 0) {
    return refused(objectBytes === 0 ? 'the object is empty' : `no header row within ${MAX_HEADER_BYTES} bytes`);
  }
  if (headerBytes >= objectBytes) return refused('there is no row below the header');
  return {
    ...{ etag, bytes: objectBytes, headerBytes, piece: 0, fromByte: headerBytes, rowsBefore: 0, waits: 0 },
    ...{ imported: 0, failed: 0, warned: 0, failedPieces: [] },
  };
}

function delimiterOf({ request: { query = {} } }: FileMessage): number {
  return (FILE_FORMATS.get(String(query.format)) ?? ',').charCodeAt(0);
}

function textOf(content: Buffer): string {
  const text = content.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function refused(why: string) {
  return { kind: 'refused', why } as const;
}

export type { FileMessage, PieceReading };
export { delimiterOf, readPiece };
