import type { JournalLine } from '../../journal/line.ts';
import { type JournalArchive, unpackLines } from '../../journal/object.ts';

interface ReadObjectsInput {
  readonly archive: JournalArchive;
  readonly keys: readonly string[];
  readonly stop: AbortSignal;
  /** In no order of the objects. */
  readonly onObject: (key: string, lines: readonly JournalLine[]) => void;
  readonly onProgress?: (read: number) => void;
}

interface ObjectsRead {
  readonly objects: number;
  /** Texts that are no line of a version that is known here. */
  readonly unknownLines: number;
  /** Objects that could not be unpacked, with the reason. */
  readonly broken: readonly string[];
  readonly isStopped: boolean;
}

/** Unpacked, an object has 12 MB at most: so many are in hand at a time. */
const PARALLEL = 16;
const DAY_MS = 86_400_000;
const MOST_LISTED_DAYS = 400;

/** The days from one instant to another, both included, as a journal's partitions name them. */
function daysBetween(fromMs: number, toMs: number): readonly string[] {
  const first = Math.floor(fromMs / DAY_MS);
  const last = Math.floor(toMs / DAY_MS);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    new Date((first + index) * DAY_MS).toISOString().slice(0, 10),
  );
}

/** The objects from the day of an instant on, the oldest first. */
async function listSince(archive: JournalArchive, sinceMs: number, nowMs: number): Promise<readonly string[]> {
  const days = daysBetween(sinceMs, nowMs);
  // A request for each day is more than a listing of all, where most of the days have nothing.
  if (days.length > MOST_LISTED_DAYS) return archive.list();
  const keys: string[] = [];
  for (let start = 0; start < days.length; start += PARALLEL) {
    const found = await Promise.all(days.slice(start, start + PARALLEL).map((day) => archive.list(day)));
    keys.push(...found.flat());
  }
  return keys;
}

/** Reads objects, several at a time. One that cannot be unpacked is told and left out: it must not hide the others. */
async function readObjects({ archive, keys, stop, onObject, onProgress }: ReadObjectsInput): Promise<ObjectsRead> {
  const left = keys.values();
  const broken: string[] = [];
  let objects = 0;
  let unknownLines = 0;

  async function readSome(): Promise<void> {
    for (const key of left) {
      if (stop.aborted) return;
      const body = await archive.get(key);
      if (body === undefined) continue;
      objects += 1;
      onProgress?.(objects);
      try {
        const { lines, unknown } = unpackLines(body);
        unknownLines += unknown.length;
        onObject(key, lines);
      } catch (error) {
        broken.push(`${key}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, readSome));
  return { objects, unknownLines, broken, isStopped: stop.aborted };
}

export type { ObjectsRead };
export { daysBetween, listSince, readObjects };
