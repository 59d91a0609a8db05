import type { FilePointer } from '../../message/file-pointer.ts';

/**
 * Bytes of an object, or why there are none: the object is not there or may not be read, or it is not the one that was
 * begun with.
 */
type FileReading =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly etag: string; readonly objectBytes: number }
  | { readonly kind: 'unreadable'; readonly detail: string };

/** Files that publishers name, and what the relay keeps beside them. Every method throws when the store cannot be reached. */
interface FileStore {
  /** Bytes from `fromByte` on, `mostBytes` at most. With `etag`, of that content alone. */
  read(
    file: FilePointer,
    range: { readonly fromByte: number; readonly mostBytes: number; readonly etag?: string },
  ): Promise<FileReading>;
  /** Keeps a text, under the same key the same again, and says where. */
  keep(key: string, text: string): Promise<FilePointer>;
  /** What was kept; undefined when it is gone. */
  kept(key: string): Promise<string | undefined>;
}

export type { FileReading, FileStore };
