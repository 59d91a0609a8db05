import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { toJsonText } from '../../message/json-text.ts';
import { failed } from '../verb-failure.ts';

/**
 * How far a load came, in a small file beside the CSV: written after each batch that SQS accepted. What was published and
 * not yet noted when a load ends hard is published again under the same ids.
 */
const stateSchema = z.strictObject({
  version: z.literal(1),
  /** Of the file and of everything that decides what its rows become. */
  load: z.string().regex(/^[0-9a-f]{16}$/),
  relay: z.string(),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Rows up to this one are published, or cannot be. */
  throughRow: z.int().min(0),
  messages: z.int().min(0),
  records: z.int().min(0),
  done: z.boolean(),
});

type LoadState = z.infer<typeof stateSchema>;

/** @throws {VerbFailure} for a file that is none of these. */
async function readLoadState(path: string): Promise<LoadState | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const read = stateSchema.safeParse(parseOrUndefined(text));
  if (read.success) return read.data;
  throw failed('usage', `${path} is not what a load writes: move it away, and the load begins anew`);
}

/** Whole or not at all: a crash leaves the one before. */
async function writeLoadState(path: string, state: LoadState): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  await writeFile(draft, `${toJsonText(state, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/**
 * What a load is known by: equal for the same bytes loaded in the same way, so that its messages have the same ids.
 *
 * @param way - everything that decides what a row becomes
 */
function loadDigest(fileDigest: string, way: unknown): string {
  return createHash('sha256')
    .update(toJsonText([fileDigest, way]))
    .digest('hex')
    .slice(0, 16);
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type { LoadState };
export { loadDigest, readLoadState, writeLoadState };
