import type { Clock } from '../../../lib/ports.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Everything that promises can do without more time is done when the event loop comes round. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Time that passes only when nothing is left to do now. Timers fire one by one, in the order of their time and then of
 * their setting, and all that follows from one is done before the next: a run depends on nothing but its seed.
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

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.#push({ atMs: this.#nowMs + durationMs, order: this.#set++, fire: resolve }));
  }

  /** Runs until nothing is left to do, or until the given time. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    await settled();
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#pop();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fire();
      await settled();
    }
  }

  /** Runs until a promise has its value: for a test's own calls. */
  async finish<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const watched = promise.finally(() => {
      over = true;
    });
    watched.catch(() => undefined);
    await settled();
    while (!over && this.#heap[0] !== undefined) await this.run(this.#heap[0].atMs);
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

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfLater(parent, index)) break;
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const least = this.#earlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfLater(index, least)) return;
      index = least;
    }
  }

  #earlier(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return false;
    return first.atMs < second.atMs || (first.atMs === second.atMs && first.order < second.order);
  }

  #swapIfLater(parent: number, child: number): boolean {
    if (!this.#earlier(child, parent)) return false;
    const [first, second] = [this.#heap[parent], this.#heap[child]];
    if (first === undefined || second === undefined) return false;
    this.#heap[parent] = second;
    this.#heap[child] = first;
    return true;
  }
}

export { VirtualTime };
