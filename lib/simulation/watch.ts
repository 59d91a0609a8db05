import type { DeliveryDeps } from '../delivery/deps.ts';
import type { PermitAsk } from '../ledger/ledger.ts';
import type { Lane } from '../settings/lane.ts';
import { checkFieldLetter } from './field-checks.ts';
import { checkImportWait, noteFileLetter } from './file-checks.ts';
import { checkAsks, checkLane } from './lanes.ts';
import type { ArrivedCall } from './model/arrived-call.ts';
import type { StoredMessage } from './model/queue.ts';
import type { Play } from './model/replies.ts';
import { marksIn, messageMark } from './publications.ts';
import { type Attributes, stateOf } from './seen-state.ts';
import { scan } from './watched-log.ts';
import { parseLetter, type World } from './world.ts';

const LONG_CODES = new Set(['614', '1016', '1019', '1029', '603', '401', '600', '601', '602']);
/** Replies that tell of each record what became of it, and those that tell it only where there is nothing to tell apart. */
const TELLING = new Set(['ok', 'records', 'cut after the end']);
const TELLING_OF_ALL = new Set(['no result', 'nulls', 'other count']);
const SOON_CODES = new Set(['1014', '1022', '1004', '1013']);
const LONGEST_DELAY_SECONDS = 900;

/** The least delay after the so-manieth failure (design: 5 s or 60 s doubling, to 20 s or 900 s). */
function leastDelaySeconds(code: string, attempt: number): number {
  const doubled = 2 ** (attempt - 1);
  if (SOON_CODES.has(code)) return Math.min(20, 5 * doubled);
  return Math.min(LONGEST_DELAY_SECONDS, (LONG_CODES.has(code) ? 60 : 5) * doubled);
}

/** What one invocation was given, learns and is granted: what it does is judged by that. */
class Invocation {
  readonly #world: World;
  readonly #received: readonly StoredMessage[];
  /** Marks that Marketo told this worker it has, and how many of the messages received hold each. */
  readonly #known = new Set<string>();
  /** Marks of which newer ones of their keys were sent after them. */
  readonly #passed = new Set<string>();
  readonly #permits = new Map<string, { readonly sinceMs: number; readonly state: 'open' | 'returned' }>();

  constructor(world: World, received: readonly StoredMessage[]) {
    this.#world = world;
    this.#received = received;
  }

  /** A reply of Marketo's has reached the worker. */
  told(call: ArrivedCall, play: Play): void {
    // That an upload is taken says nothing of its rows.
    if (call.file !== undefined) return;
    const isWhole = !call.kind?.aligned;
    if (!TELLING.has(play.code) && !(isWhole && TELLING_OF_ALL.has(play.code))) return;
    if (isWhole && play.executed.length === 0) return;
    this.#world.order.ended(play.alreadySo.flatMap((index) => call.marks[index] ?? []));
    for (const mark of play.executed.flatMap((index) => call.marks[index] ?? [])) {
      this.#known.add(mark);
      this.#world.known.add(mark);
    }
    this.#world.order.ended(play.executed.flatMap((index) => call.marks[index] ?? []));
  }

  /** The worker sends a call. */
  sends(text: string): void {
    const marks = marksIn(text);
    const passed = this.#world.order.sent(marks, this.#received, Math.min(...this.#openSinceMs()));
    for (const mark of passed) this.#passed.add(mark);
    for (const mark of marks) {
      const isOnlyHere = this.#received.filter((message) => message.marks.includes(mark)).length === 1;
      if (isOnlyHere && this.#known.has(mark)) {
        this.#world.checks.fail('deliveredOnce', `${mark} is sent again by the worker that knows its success`, [mark]);
      }
    }
  }

  /** SQS has taken a message from the worker. */
  wrote(queue: Lane | 'dlq', body: string, attributes: Attributes, delaySeconds: number): void {
    const { checks, tally } = this.#world;
    scan(this.#world, 'a message on a queue', body + JSON.stringify(attributes));
    const marks = this.#world.contentsOf(body);
    const known = marks.filter((mark) => this.#known.has(mark));
    const isOnlyHere =
      this.#received.filter((message) => message.marks.some((mark) => known.includes(mark))).length === 1;
    // A suspect that could not be settled goes back as it came, as it would by itself after its visibility timeout.
    const isPassedOn = queue !== 'dlq' && stateOf(attributes)?.group !== undefined && this.#came(body);
    if (known.length > 0 && isOnlyHere && !isPassedOn) {
      checks.fail('deliveredOnce', `${known.join(' ')} was delivered and is written to the ${queue}`, known);
    }
    if (queue === 'dlq') {
      tally.letters += 1;
      this.#letter(body, marks);
    } else {
      tally.copies += 1;
      checkLane(this.#world, 'a copy', queue, marks);
      this.#copy(body, attributes, delaySeconds, marks);
    }
  }

  /** Received as two messages: one can have its end, and the other go back. */
  #isTwice(mark: string): boolean {
    return this.#received.filter((message) => message.marks.includes(mark)).length > 1;
  }

  #came(body: string): boolean {
    return this.#received.some((message) => message.body === body);
  }

  get marks(): readonly string[] {
    return this.#received.flatMap((message) => message.marks);
  }

  asks(asks: readonly PermitAsk[]): void {
    checkAsks(this.#world, asks, this.marks);
  }

  granted(id: string): void {
    this.#permits.set(id, { sinceMs: this.#world.time.nowMs, state: 'open' });
  }

  released(id: string): void {
    const known = this.#permits.get(id);
    if (known?.state === 'returned') {
      this.#world.checks.fail('permitsReturned', `permit ${id} is given back twice`);
    }
    this.#permits.set(id, { sinceMs: known?.sinceMs ?? 0, state: 'returned' });
  }

  /** Since when the worker has had its permits at least. */
  #openSinceMs(): readonly number[] {
    return [...this.#permits.values()].flatMap(({ state, sinceMs }) => (state === 'open' ? [sinceMs] : []));
  }

  /** The handler has answered. */
  ended(): void {
    const open = [...this.#permits].filter(([, { state }]) => state === 'open').map(([id]) => id);
    if (open.length > 0) this.#world.checks.fail('permitsReturned', `never given back: ${open.join(' ')}`);
  }

  #letter(body: string, marks: readonly string[]): void {
    const { checks } = this.#world;
    const letter = parseLetter(body);
    if (letter === undefined) {
      checks.fail('lettersAreOwn', 'a letter that is none', marks);
      return;
    }
    noteFileLetter(this.#world, letter, marks);
    checkFieldLetter(this.#world, letter.failure, marks);
    checkLane(this.#world, 'a letter', letter.lane ?? 'live', marks);
    this.#world.note(marks, () => `dead letter ${letter.failure.code}: ${letter.failure.message.slice(0, 120)}`);
    this.#world.order.ended(marks);
    const owners = new Set(marks.map(messageMark));
    const shown = marksIn(JSON.stringify([letter.request ?? '', letter.response ?? '']));
    const strangers = shown.filter((mark) => !owners.has(messageMark(mark)));
    if (strangers.length > 0)
      checks.fail('lettersAreOwn', `a letter about ${[...owners].join(' ')} shows ${strangers.join(' ')}`, marks);
    // Judged in the end: another copy can have been delivered meanwhile, or its letter says that nobody knows.
    for (const mark of marks) {
      this.#world.noteDead(mark, letter.failure.code);
      if (letter.failure.outcomeUnknown) this.#world.unknownTold.add(mark);
      else if (this.#world.executed.has(mark) && this.#world.publicationOf(mark)?.safe === false) {
        this.#world.hidden.push({ mark, code: letter.failure.code });
      }
    }
  }

  #copy(body: string, attributes: Attributes, delaySeconds: number, marks: readonly string[]): void {
    const after = stateOf(attributes);
    this.#world.note(
      marks,
      () => `copy on the queue, ${delaySeconds} s: ${attributes.relay?.stringValue ?? 'no state'} ${marks.join(' ')}`,
    );
    if (after === undefined) {
      this.#world.checks.fail('delayKept', `a copy without the relay's state: ${body.slice(0, 80)}`, marks);
      return;
    }
    this.#world.order.wentBack(marks, after.order);
    const late = marks.filter((mark) => this.#passed.has(mark) && !this.#isTwice(mark));
    if (late.length > 0) {
      this.#world.checks.fail(
        'newestWins',
        `${late.join(' ')} go back after newer records of their keys were sent`,
        late,
      );
    }
    const before = this.#received
      .filter((message) => message.marks.some((mark) => marks.includes(mark)))
      .map((message) => stateOf(message.attributes));
    if (before.some((state) => (state?.attempt ?? 0) >= after.attempt)) return;
    checkImportWait(this.#world, after.lastCode, marks);
    // What goes back to share with fewer, or in fewer records, waits as for a code that passes soon: the culprit is to be
    // found first.
    const failedAlone = before.every((state) => (state?.alone ?? 0) < after.alone);
    const wasWhole = before.every((state) => state?.records === undefined);
    const isNarrowed = (after.share !== undefined && !failedAlone) || (after.records !== undefined && wasWhole);
    const demanded = leastDelaySeconds(isNarrowed ? '' : after.lastCode, after.attempt);
    // At SQS's longest delay the first of a line of followers goes sooner by a second for each of the others.
    const least = demanded === LONGEST_DELAY_SECONDS ? demanded - this.#received.length : demanded;
    if (delaySeconds < least) {
      this.#world.checks.fail(
        'delayKept',
        `attempt ${after.attempt} after ${after.lastCode} waits ${delaySeconds} s, ${least} s at least`,
        marks,
      );
    }
  }
}

/**
 * The ledger, with every permit's way noted in the invocation that runs. Usage is due now and then, and not only after
 * 500 calls, of which no run has so many.
 */
function watchedLedger(deps: DeliveryDeps, current: () => Invocation, isUsageDue: () => boolean): DeliveryDeps {
  const { ledger } = deps;
  return {
    ...deps,
    ledger: {
      ...ledger,
      usageDue: () => ledger.usageDue() || isUsageDue(),
      acquire: async (asks) => {
        current().asks(asks);
        const answers = await ledger.acquire(asks);
        for (const answer of answers) if (answer.kind === 'granted') current().granted(answer.permit.id);
        return answers;
      },
      release: (ends) => {
        for (const end of ends) current().released(end.permit.id);
        return ledger.release(ends);
      },
    },
  };
}

export { Invocation, watchedLedger };
