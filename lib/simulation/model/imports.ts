import type { HttpReply, HttpRequest } from '../../marketo/http.ts';
import type { Dice } from '../dice.ts';
import type { FilePublication } from '../files.ts';
import { marksIn, messageMark } from '../publications.ts';
import type { World } from '../world.ts';
import { failure, type Play, type PlayedCall } from './replies.ts';

/** A call of the bulk API, as the model of Marketo reads it. */
type FileCall =
  | { readonly kind: 'upload'; readonly mark: string; readonly rows: readonly number[] }
  | {
      readonly kind: 'question';
      readonly about: 'status' | 'failures' | 'warnings';
      readonly job: ImportJob | undefined;
    };

/** Marketo's work on one upload, and what it was asked about it. */
interface ImportJob {
  readonly id: string;
  readonly mark: string;
  readonly rows: readonly number[];
  readonly arrivedAtMs: number;
  readonly startsAtMs: number;
  readonly finishesAtMs: number;
  readonly isGivenUp: boolean;
  isOver: boolean;
  /** Questions about it, and when the first came. */
  asked: number;
  firstAskedAtMs: number;
}

/** Marketo: bulk-import. */
const WORKERS = 2;
const KEPT_MS = 7 * 86_400_000;
const LONGEST_IMPORT_MS = 600_000;

/** Imports of files as Marketo does them: jobs, two at work, and what is said of their rows. */
class ModelImports {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #freeAtMs = Array.from({ length: WORKERS }, () => 0);
  /** The id that an upload was answered with. */
  readonly #given = new WeakMap<FileCall, string>();
  #ids = 1_000;

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice.stream('imports');
  }

  read(request: HttpRequest): FileCall | undefined {
    const { pathname } = new URL(request.url);
    if (request.method === 'POST' && pathname === '/bulk/v1/leads.json') {
      const rows = marksIn(request.body ?? '');
      return { kind: 'upload', mark: messageMark(rows[0] ?? ''), rows: rows.map((one) => Number(one.split('.')[1])) };
    }
    const asked = /^\/bulk\/v1\/leads\/batch\/(\w+)(?:\/(failures|warnings))?\.json$/.exec(pathname);
    if (asked === null) return undefined;
    const about = (asked[2] ?? 'status') as 'status' | 'failures' | 'warnings';
    const job = this.#world.imports.find(({ id }) => id === asked[1]);
    const { nowMs } = this.#world.time;
    if (job !== undefined) {
      if (job.asked === 0) job.firstAskedAtMs = nowMs;
      job.asked += 1;
    }
    return { kind: 'question', about, job: job && nowMs < job.arrivedAtMs + KEPT_MS ? job : undefined };
  }

  play(call: PlayedCall, file: FileCall): Play {
    return file.kind === 'upload' ? this.#playUpload(call, file) : this.#playQuestion(call, file);
  }

  /** The upload is taken, whether or not its sender gets to know. */
  accept(file: Extract<FileCall, { kind: 'upload' }>, arrivedAtMs: number): void {
    const { imports, time, scenario } = this.#world;
    this.#checkUpload(file);
    const worker = this.#freeAtMs.indexOf(Math.min(...this.#freeAtMs));
    const startsAtMs = Math.max(time.nowMs, this.#freeAtMs[worker] ?? 0);
    const finishesAtMs = startsAtMs + this.#dice.tailed(3_000, 90_000, LONGEST_IMPORT_MS, 0.2);
    this.#freeAtMs[worker] = finishesAtMs;
    const job: ImportJob = {
      ...{ id: this.#given.get(file) ?? String(++this.#ids), mark: file.mark, rows: file.rows },
      ...{ arrivedAtMs, startsAtMs, finishesAtMs },
      isGivenUp: this.#dice.chance(scenario.files?.givenUp ?? 0),
      ...{ isOver: false, asked: 0, firstAskedAtMs: 0 },
    };
    imports.push(job);
    this.#world.note([job.mark], () => `Marketo: job ${job.id} of rows ${job.rows.join(' ')}`);
    time.after(finishesAtMs - time.nowMs, () => this.#finish(job));
  }

  #finish(job: ImportJob): void {
    job.isOver = true;
    this.#world.note([job.mark], () => `Marketo: job ${job.id} is over${job.isGivenUp ? ', given up' : ''}`);
    if (job.isGivenUp) {
      this.#world.count('import given up');
      return;
    }
    const file = this.#world.files.get(job.mark);
    const { imports, executed } = this.#world;
    const taken = new Set(imports.flatMap((one) => (isComplete(one) && one.mark === job.mark ? one.rows : [])));
    if (file === undefined || taken.size < file.rows || file.bad.size > 0) return;
    executed.set(job.mark, 1);
    this.#world.noteDone(job.mark);
  }

  #checkUpload({ mark, rows }: Extract<FileCall, { kind: 'upload' }>): void {
    const { imports, checks } = this.#world;
    if (this.#world.publicationOf(mark)?.safe !== false) return;
    const before = imports.filter((job) => job.mark === mark);
    const twice = rows.filter((row) => before.some((job) => job.rows.includes(row)));
    if (twice.length > 0) checks.fail('filesUploadedOnce', `rows ${twice.join(' ')} of ${mark} come twice`, [mark]);
    const open = before.filter((job) => !job.isOver);
    if (open.length > 0) checks.fail('importsBounded', `${mark} has ${open.length + 1} jobs at once`, [mark]);
  }

  #playUpload(call: PlayedCall, file: Extract<FileCall, { kind: 'upload' }>): Play {
    const { scenario } = this.#world;
    const { fullMs, listBusyMs } = scenario.files ?? {};
    const refused =
      fullMs !== undefined && this.#world.within(fullMs)
        ? '1016'
        : listBusyMs !== undefined && this.#world.within(listBusyMs) && this.#world.files.get(file.mark)?.hasList
          ? '1019'
          : undefined;
    if (refused !== undefined) {
      this.#world.count(`imports ${refused}`);
      return failure(call, refused, this.#dice);
    }
    const id = String(++this.#ids);
    this.#given.set(file, id);
    return succeeded([{ batchId: Number(id), importId: id, status: 'Queued' }], [0]);
  }

  #playQuestion(call: PlayedCall, { about, job }: Extract<FileCall, { kind: 'question' }>): Play {
    if (job === undefined) return failure(call, '1013', this.#dice);
    const file = this.#world.files.get(job.mark);
    if (about === 'status') return succeeded([statusOf(job, file, this.#world.time.nowMs)], []);
    const rows = isComplete(job) ? rowsOf(job, about === 'failures' ? file?.bad : file?.warned) : [];
    if (rows.length === 0) {
      return this.#world.scenario.files?.hasEmptyFiles ? text(200, '') : text(404, '');
    }
    const column = about === 'failures' ? 'Import Failure Reason' : 'Import Warning Reason';
    const lines = rows.map((row) => `${file?.csv.split('\n')[row] ?? ''},reason of mk-${job.mark}.${row}-`);
    return text(200, `email,note,${column}\n${lines.join('\n')}\n`);
  }
}

function isComplete({ isOver, isGivenUp }: ImportJob): boolean {
  return isOver && !isGivenUp;
}

function rowsOf({ rows }: ImportJob, among: ReadonlySet<number> | undefined): readonly number[] {
  return rows.filter((row) => among?.has(row));
}

function statusOf(job: ImportJob, file: FilePublication | undefined, nowMs: number): object {
  const batch = { batchId: Number(job.id), importId: job.id };
  if (!job.isOver) return { ...batch, status: nowMs < job.startsAtMs ? 'Queued' : 'Importing' };
  if (job.isGivenUp) return { ...batch, status: 'Failed', message: 'model: given up' };
  const failed = rowsOf(job, file?.bad).length;
  return {
    ...{ ...batch, status: 'Complete', numOfLeadsProcessed: job.rows.length - failed },
    ...{ numOfRowsFailed: failed, numOfRowsWithWarning: rowsOf(job, file?.warned).length },
  };
}

function succeeded(result: readonly object[], executed: readonly number[]): Play {
  const body = JSON.stringify({ requestId: 'a1#7', success: true, result });
  const headers = { 'content-type': 'application/json;charset=UTF-8' };
  return { reply: { kind: 'reply', status: 200, headers, body, complete: true }, executed, alreadySo: [], code: 'ok' };
}

function text(status: number, body: string): Play {
  const reply: HttpReply = { kind: 'reply', status, headers: { 'content-type': 'text/csv' }, body, complete: true };
  return { reply, executed: [], alreadySo: [], code: 'ok' };
}

export type { FileCall, ImportJob };
export { isComplete, ModelImports };
