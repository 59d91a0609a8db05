import type { Checks } from './checks.ts';
import { keysByMark } from './model/arrived-call.ts';
import type { StoredMessage } from './model/queue.ts';
import { messageMark, type Publication } from './publications.ts';

/** A record that a living worker has put back, and that has had no end since. */
interface Waiting {
  /** When its message was published, by SQS's clock. */
  readonly publishedAtMs: number;
  /** Since when its copy is on the queue. */
  readonly sinceMs: number;
  /** Until when the copy says that newer messages of its keys wait behind it. Undefined: nothing was promised. */
  readonly untilMs: number | undefined;
}

interface Sight {
  readonly checks: Checks;
  readonly publications: ReadonlyMap<string, Publication>;
  readonly nowMs: () => number;
  /** Half of the greatest difference between two clocks. */
  readonly clockSkewMs: number;
  /** Whether a worker knows that it is done. */
  readonly isKnown: (mark: string) => boolean;
  /** Whether the table has ever failed a request, or a worker stood still over one, so that a mark may be missing. */
  readonly mayLackMarks: () => boolean;
}

/** What a copy says of itself. */
interface CopyState {
  readonly firstSeen?: string;
  readonly lastCode?: string;
  readonly marked?: string;
}

/**
 * The promise of order, as far as it goes: once a record has gone back to the queue, no newer record of its keys is sent
 * before it has an end. By what the copies and the calls hold, and not by the code under test.
 *
 * Not promised, and so not looked at:
 *
 * - what no living worker has put back: two first receives at once, a worker that ended, what SQS brings again by itself;
 * - a call whose permit was granted before the older record's copy was on the queue;
 * - a record of which some worker knows the success, or a dead letter: another copy of it has had its end;
 * - what lies longer on the queue than its copy says, and a copy that says nothing because the table took no mark in time.
 */
class OrderWatch {
  readonly #sight: Sight;
  /** By mark. */
  readonly #waiting = new Map<string, Waiting>();
  /** Those that had an end, each with the time of its publication: copies of them may be left. */
  readonly #ended = new Set<string>();
  /** Marks of waiting records, by key. */
  readonly #byKey = new Map<string, Set<string>>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /** A worker has put these records back. */
  wentBack(marks: readonly string[], state: CopyState): void {
    // Suspects go back as they came, unread.
    if (state.lastCode === undefined || state.firstSeen === undefined) return;
    const { checks, mayLackMarks, nowMs } = this.#sight;
    const untilMs = state.marked === undefined ? undefined : Date.parse(state.marked);
    const keyed = marks.filter((mark) => this.#keysOf(mark).length > 0);
    if (keyed.length > 0 && untilMs === undefined && !mayLackMarks()) {
      checks.fail('newestWins', `${keyed.join(' ')} went back (${state.lastCode}), and nothing waits behind it`, keyed);
    }
    const publishedAtMs = Date.parse(state.firstSeen);
    for (const mark of keyed) {
      if (this.#ended.has(`${mark} ${publishedAtMs}`)) continue;
      const before = this.#waiting.get(mark);
      const isSame = before?.publishedAtMs === publishedAtMs && before.untilMs !== undefined;
      this.#waiting.set(mark, { publishedAtMs, untilMs, sinceMs: isSame ? before.sinceMs : nowMs() });
      for (const key of this.#keysOf(mark)) {
        const others = this.#byKey.get(key) ?? new Set();
        this.#byKey.set(key, others.add(mark));
      }
    }
  }

  /** Some worker knows that these are delivered, or a dead letter has them. */
  ended(marks: readonly string[]): void {
    for (const mark of marks) {
      const waiting = this.#waiting.get(mark);
      if (waiting === undefined) continue;
      this.#ended.add(`${mark} ${waiting.publishedAtMs}`);
      this.#waiting.delete(mark);
      for (const key of this.#keysOf(mark)) this.#byKey.get(key)?.delete(mark);
    }
  }

  /**
   * A worker sends a call with these records.
   *
   * @param grantedAtMs no permit that the worker holds was granted before this.
   * @returns older records that the worker has itself: they have had their turn, and must not go back after this.
   */
  sent(marks: readonly string[], received: readonly StoredMessage[], grantedAtMs: number): readonly string[] {
    const { checks, nowMs, clockSkewMs, isKnown } = this.#sight;
    const passed: string[] = [];
    for (const mark of marks) {
      const publishedAtMs = Math.min(
        ...received.filter((one) => one.marks.includes(mark)).map((one) => publishedAtMsOf(one)),
      );
      for (const key of this.#keysOf(mark)) {
        for (const other of this.#byKey.get(key) ?? []) {
          const older = this.#waiting.get(other);
          if (older === undefined || messageMark(other) === messageMark(mark) || isKnown(other)) continue;
          const isPromised = older.untilMs !== undefined && nowMs() < older.untilMs - 2 * clockSkewMs;
          const wasThere = older.sinceMs < grantedAtMs;
          if (older.publishedAtMs >= publishedAtMs || !isPromised || !wasThere) continue;
          if (received.some((one) => one.marks.includes(other))) passed.push(other);
          else {
            const detail = `${mark} is sent while ${other}, published before it, waits on the queue (${key})`;
            checks.fail('newestWins', detail, [mark, other]);
          }
        }
      }
    }
    return passed;
  }

  #keysOf(mark: string): readonly string[] {
    const publication = this.#sight.publications.get(messageMark(mark));
    return publication === undefined ? [] : (keysByMark(publication).get(mark) ?? []);
  }
}

/** A letter that was put back is published anew; a copy of it that nobody has read since is no second time. */
function publishedAtMsOf({ attributes, body, sentAtMs }: StoredMessage): number {
  const text = attributes.relay?.stringValue;
  const { firstSeen, unread } = text === undefined ? {} : (JSON.parse(text) as CopyState & { unread?: boolean });
  const isAnew = body.includes('"deadLetter"') && unread !== true;
  return firstSeen === undefined || isAnew ? Math.floor(sentAtMs) : Date.parse(firstSeen);
}

export type { CopyState };
export { OrderWatch };
