/** Sleeps that end for good with the server. */
class Timers {
  readonly #running = new Set<NodeJS.Timeout>();
  #isStopped = false;

  /** Never resolves once stopped: what waits then has nobody left to answer. */
  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped) return;
      const timer = setTimeout(() => {
        this.#running.delete(timer);
        resolve();
      }, durationMs);
      this.#running.add(timer);
    });
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}

export { Timers };
