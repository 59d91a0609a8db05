import { eraseFrom } from '../../journal/erase.ts';
import type { KeyHash } from '../../journal/key-hash.ts';
import type { JournalLine } from '../../journal/line.ts';
import { packTexts, unpackLines } from '../../journal/object.ts';
import { isWanted, leadIdsIn, type Wanted, wantedBy } from '../../journal/search.ts';
import type { OpenJournal } from './open-journal.ts';
import { readObjects } from './read-objects.ts';

interface JournalErasure {
  readonly objectsRewritten: number;
  readonly objectsDeleted: number;
  /** Lines that are gone. */
  readonly removed: number;
  /** Lines of several people that have lost the hashes of this one. */
  readonly stripped: number;
  /** How many lead ids the journal knew for the address: what names them was erased too. */
  readonly leadIds: number;
  readonly problems: readonly string[];
}

interface EraseInput {
  readonly journal: OpenJournal;
  /** In lower case. */
  readonly address: string;
  readonly hash: KeyHash;
  /** False: only counts. */
  readonly isMeant: boolean;
  readonly stop: AbortSignal;
}

/** Longer than any journal is kept. */
const FROM_THE_START_MS = 0;

/**
 * Erases a person from every object of a journal. First it learns which lead ids the journal has for the address, then it rewrites
 * the objects that hold a line of the address or of those ids. Interrupted, it can be run again.
 */
async function eraseJournal(
  input: EraseInput,
): Promise<{ readonly erasure: JournalErasure; readonly leadIds: readonly string[] }> {
  const { journal, address, hash, stop } = input;
  const byAddress = wantedBy(address, hash);
  const leadIds = await learnLeadIds(input, byAddress);
  const wanted = withLeads(byAddress, leadIds, hash);
  const keys = await journal.locate(wanted, FROM_THE_START_MS, stop);
  const counts = { objectsRewritten: 0, objectsDeleted: 0, removed: 0, stripped: 0 };
  const problems: string[] = [];
  for (const key of keys) {
    if (stop.aborted) break;
    try {
      const done = await eraseObject(key, wanted, input);
      for (const name of ['objectsRewritten', 'objectsDeleted', 'removed', 'stripped'] as const)
        counts[name] += done[name];
    } catch (error) {
      problems.push(`${key}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
    }
  }
  return { erasure: { ...counts, leadIds: leadIds.length, problems }, leadIds };
}

async function learnLeadIds({ journal, stop }: EraseInput, wanted: Wanted): Promise<readonly string[]> {
  const ids = new Set<string>();
  await readObjects({
    archive: journal.archive,
    keys: await journal.locate(wanted, FROM_THE_START_MS, stop),
    stop,
    onObject(_, lines) {
      for (const id of leadIdsIn(
        lines.filter((line) => isWanted(line, wanted)),
        wanted,
      ))
        ids.add(id);
    },
  });
  return [...ids].sort();
}

/**
 * Records that name a lead by its id have that as their key. The id alone is not looked for: an object of another kind may have
 * the same.
 */
function withLeads(wanted: Wanted, leadIds: readonly string[], hash: KeyHash): Wanted {
  return { ...wanted, keys: [...wanted.keys, ...leadIds.map((id) => hash(`lead:id:${id}`))] };
}

async function eraseObject(key: string, wanted: Wanted, { journal, isMeant }: EraseInput) {
  const { archive } = journal;
  const none = { objectsRewritten: 0, objectsDeleted: 0, removed: 0, stripped: 0 };
  const body = await archive.get(key);
  if (body === undefined) return none;
  const { lines, unknown } = unpackLines(body);
  const { lines: kept, removed, stripped } = eraseFrom(lines, wanted);
  if (removed + stripped === 0) return none;
  const isEmpty = kept.length + unknown.length === 0;
  if (isMeant) await (isEmpty ? archive.remove(key) : archive.put(key, packTexts([...kept.map(toText), ...unknown])));
  return { objectsRewritten: isEmpty ? 0 : 1, objectsDeleted: isEmpty ? 1 : 0, removed, stripped };
}

function toText(line: JournalLine): string {
  return JSON.stringify(line);
}

export type { JournalErasure };
export { eraseJournal };
