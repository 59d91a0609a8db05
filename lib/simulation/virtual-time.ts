import type { Clock } from '../ports.ts';

/** Something that is due at an instant. */
interface Timer {
  readonly atMs: number;
  readonly order: number;
  fire: (() => void) | undefined;
}

/**
 * Node does everything that promises can do without more time between any two of the immediates of one turn of the event
 * loop. A turn costs several times what such a step does, so each turn gets many.
 */
const STEPS_A_TURN = 100;

/**
 * Time that passes only when nothing is left to do now: idle hours cost nothing. Timers fire one by one, by their time
 * and then by the order of their setting, and all that follows from one is done before the next fires. Nothing else in a
 * run waits for anything, so a run depends on nothing but its seed.
 */
class VirtualTime {
  #nowMs: number;
  #set = 0;
  readonly #heap: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls back after so long. The result takes it back. */
  after(durationMs: number, fire: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, durationMs), order: this.#set++, fire };
    this.#push(timer);
    return () => {
      timer.fire = undefined;
    };
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.after(durationMs, resolve));
  }

  /** Runs until it is over, nothing is left to do, or the given instant. */
  run(isOver: () => boolean = () => false, untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    return new Promise((resolve, reject) => {
      let isRunning = true;
      const step = (): void => {
        if (!isRunning) return;
        try {
          isRunning = !isOver() && this.#fireNext(untilMs);
          if (!isRunning) resolve();
        } catch (error) {
          isRunning = false;
          reject(error);
        }
      };
      const turn = (): void => {
        if (!isRunning) return;
        for (let count = 0; count < STEPS_A_TURN; count++) setImmediate(step);
        setImmediate(turn);
      };
      turn();
    });
  }

  /** Runs until a promise has its value: for a test's own calls. */
  async finish<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const watched = promise.finally(() => {
      over = true;
    });
    watched.catch(() => undefined);
    await this.run(() => over);
    if (!over) throw new Error('nothing left to happen, and the promise still waits');
    return watched;
  }

  /** A clock that is ahead of this time by an offset and gains on it, in whole milliseconds as `Date.now()`. */
  clock(offsetMs = 0, driftPpm = 0): Clock {
    const startMs = this.#nowMs;
    const rate = 1 + driftPpm / 1_000_000;
    return {
      nowMs: () => Math.floor(startMs + (this.#nowMs - startMs) * rate + offsetMs),
      sleep: (durationMs) => this.sleep(Math.ceil(Math.max(0, durationMs) / rate)),
    };
  }

  /** Fires the timer that is due first, if one is by then. Those that were taken back are passed over. */
  #fireNext(untilMs: number): boolean {
    for (;;) {
      const timer = this.#heap[0];
      if (timer === undefined || timer.atMs > untilMs) return false;
      this.#pop();
      if (timer.fire === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.fire();
      return true;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isEarlier(timer, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      let least = heap[left];
      if (least === undefined) break;
      let child = left;
      const right = heap[left + 1];
      if (right !== undefined && isEarlier(right, least)) {
        least = right;
        child = left + 1;
      }
      if (!isEarlier(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

function isEarlier(one: Timer, other: Timer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

export { VirtualTime };
