import type { IncomingMessage } from 'node:http';

type ReadBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'tooLarge' }
  /** The client left before the end. */
  | { readonly kind: 'aborted' };

/** More than this is not even drained: the connection is closed. */
const MAX_DRAINED_BYTES = 64 * 1_048_576;

/** Reads to the end in any case, so that the client can read its reply; keeps no more than `maxBytes`. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > MAX_DRAINED_BYTES) request.destroy();
    });
    request.once('end', () =>
      resolve(size > maxBytes ? { kind: 'tooLarge' } : { kind: 'body', bytes: Buffer.concat(chunks) }),
    );
    request.once('error', () => resolve({ kind: 'aborted' }));
    request.once('close', () => resolve({ kind: 'aborted' }));
  });
}

export type { ReadBody };
export { readBody };
