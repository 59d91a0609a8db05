import { MAX_BATCH_ENTRIES } from '../settings/policy.ts';

/** Fills each batch in order: ten entries, and as many as its bytes allow. An entry that is larger by itself stands alone. */
function packBatches<T>(
  entries: readonly T[],
  bytesOf: (entry: T) => number,
  maxBytes: number,
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = bytesOf(entry);
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === MAX_BATCH_ENTRIES || bytes + size > maxBytes) {
      batches.push([entry]);
      bytes = size;
    } else {
      batch.push(entry);
      bytes += size;
    }
  }
  return batches;
}

export { packBatches };
