import { Dice } from './dice.ts';
import type { Publication } from './publications.ts';

/** Files that a run imports, and what Marketo makes of imports in it. */
interface FilesPlan {
  readonly files: number;
  /** Bytes of one upload, in place of Marketo's 10 MB: so small that a file of a few rows has several pieces. */
  readonly uploadBytes: number;
  /** Others hold all places of imports (1016), from the first to the second, after the start. */
  readonly fullMs: readonly [number, number];
  /** Somebody imports to the list of the files (1019). */
  readonly listBusyMs: readonly [number, number];
  /** Share of the jobs that Marketo gives up, with some of their rows done. */
  readonly givenUp: number;
  /** Without failed rows Marketo gives an empty file, not a 404. */
  readonly hasEmptyFiles: boolean;
}

/** A message that names a file. Its rows have marks of their own: the third is `p7.3`. */
interface FilePublication {
  readonly publication: Publication;
  readonly key: string;
  readonly csv: string;
  readonly rows: number;
  /** By number, from 1: Marketo refuses them, or takes them with a warning. */
  readonly bad: ReadonlySet<number>;
  readonly warned: ReadonlySet<number>;
  readonly hasList: boolean;
}

const FILES_SHARE = 0.12;
const MINUTE_MS = 60_000;
const NEVER: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
const LIST = 7;

/** By chances of its own, so that all other seeds stay as they are. Each question is a call: a short day is no place for files. */
function drawFilesPlan(seed: number, faultsMs: number, shortDay: boolean): FilesPlan | undefined {
  const dice = new Dice(seed).stream('files');
  if (!dice.chance(FILES_SHARE) || shortDay) return undefined;
  const span = (chance: number, mostMs: number): readonly [number, number] => {
    if (!dice.chance(chance)) return NEVER;
    const fromMs = dice.between(0, faultsMs / 2);
    return [fromMs, Math.min(faultsMs, fromMs + dice.between(0.1, 1) * mostMs)];
  };
  return {
    files: dice.whole(1, 3),
    uploadBytes: dice.pick([1_400, 1_700, 10_000]),
    fullMs: span(0.3, 10 * MINUTE_MS),
    listBusyMs: span(0.3, 10 * MINUTE_MS),
    givenUp: dice.pick([0, 0, 0, 0.2]),
    hasEmptyFiles: dice.chance(0.3),
  };
}

interface When {
  readonly startMs: number;
  readonly publishMs: number;
}

/** The files of a run, numbered behind its other messages. */
function drawFiles(plan: FilesPlan | undefined, first: number, when: When, dice: Dice): FilePublication[] {
  return Array.from({ length: plan?.files ?? 0 }, (_, index) => drawFile(first + index, when, dice));
}

function drawFile(index: number, { startMs, publishMs }: When, dice: Dice): FilePublication {
  const mark = `p${index}`;
  const rows = dice.whole(1, 24);
  const numbers = Array.from({ length: rows }, (_, row) => row + 1);
  const some = (chance: number, share: number): ReadonlySet<number> =>
    new Set(dice.chance(chance) ? numbers.filter(() => dice.chance(share)) : []);
  const bad = some(0.5, 0.3);
  const warned = new Set([...some(0.3, 0.3)].filter((row) => !bad.has(row)));
  const safe = dice.chance(0.1);
  const hasList = dice.chance(0.4);
  const key = `in/mk-${mark}-.csv`;
  const body = JSON.stringify({
    path: '/bulk/v1/leads.json',
    query: { format: 'csv', ...(hasList && { listId: LIST }) },
    file: { bucket: 'files-of-ours', key },
    id: `order-${index}`,
    ...(safe && { idempotent: true }),
    ...(dice.chance(0.1) && { notAfter: new Date(startMs + dice.between(0, publishMs * 2)).toISOString() }),
  });
  const publication: Publication = {
    ...{ mark, body, safe, marks: [mark], kind: undefined, attributes: 0 },
    twinAfterMs: dice.chance(0.15) ? dice.between(0, publishMs) : undefined,
    ...{ poison: false, ownFault: undefined, faultyMarks: [], isHealthy: false },
  };
  const lines = numbers.map((row) => `user${dice.whole(1, 15)}@example.com,mk-${mark}.${row}-`);
  return { publication, key, csv: `email,note\n${lines.join('\n')}\n`, rows, bad, warned, hasList };
}

export type { FilePublication, FilesPlan };
export { drawFiles, drawFilesPlan };
