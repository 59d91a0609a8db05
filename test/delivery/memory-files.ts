import { createHash } from 'node:crypto';
import type { FileStore } from '../../lib/delivery/files/file-store.ts';

interface MemoryFiles extends FileStore {
  /** What publishers have put there, by key. */
  readonly objects: Map<string, Buffer>;
  /** What the relay keeps. */
  readonly keptTexts: Map<string, string>;
}

/** A store of files in memory, with S3's ETags. */
function createMemoryFiles(): MemoryFiles {
  const objects = new Map<string, Buffer>();
  const keptTexts = new Map<string, string>();
  return {
    objects,
    keptTexts,
    async read({ bucket, key }, { fromByte, mostBytes, etag }) {
      const object = objects.get(key);
      if (object === undefined) return { kind: 'unreadable', detail: `s3://${bucket}/${key} is not there` };
      const current = createHash('md5').update(object).digest('hex');
      if (etag !== undefined && etag !== current) {
        return { kind: 'unreadable', detail: `s3://${bucket}/${key} is not what it was when its import began` };
      }
      const bytes = object.subarray(fromByte, fromByte + mostBytes);
      return { kind: 'bytes', bytes, etag: current, objectBytes: object.length };
    },
    async keep(key, text) {
      keptTexts.set(key, text);
      return { bucket: 'letters', key };
    },
    kept: async (key) => keptTexts.get(key),
  };
}

export type { MemoryFiles };
export { createMemoryFiles };
