/**
 * Counts events in any window of a fixed length that ends now: an event counts from its time until, not including,
 * one window later. Holds one number for each event in the window. Times must not decrease.
 */
class RollingWindow {
  readonly #lengthMs: number;
  #timesMs: number[] = [];
  #head = 0;
  #worst = 0;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** The most events that were ever in one window, counted when each arrived. */
  get worst(): number {
    return this.#worst;
  }

  count(nowMs: number): number {
    this.#forgetBefore(nowMs - this.#lengthMs);
    return this.#timesMs.length - this.#head;
  }

  /** Returns how many are in the window with this one. */
  add(nowMs: number): number {
    this.#timesMs.push(nowMs);
    const count = this.count(nowMs);
    this.#worst = Math.max(this.#worst, count);
    return count;
  }

  /** Takes one event of that time back, if it still counts. */
  remove(atMs: number): void {
    const index = this.#timesMs.indexOf(atMs, this.#head);
    if (index >= 0) this.#timesMs.splice(index, 1);
  }

  #forgetBefore(limitMs: number): void {
    while (this.#head < this.#timesMs.length && (this.#timesMs[this.#head] ?? 0) <= limitMs) this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#timesMs.length) {
      this.#timesMs = this.#timesMs.slice(this.#head);
      this.#head = 0;
    }
  }
}

export { RollingWindow };
