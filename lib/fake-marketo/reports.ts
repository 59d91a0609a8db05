import type { CallReport, Counters } from './stats.ts';

type Listener = (report: CallReport) => void;

/** Where the end of each call is told: counted, logged as far as asked for, and passed on. */
class Reports {
  readonly #counters: Counters;
  readonly #logSize: number;
  readonly #listeners = new Set<Listener>();
  readonly #log: CallReport[] = [];
  #sequence = 0;

  constructor(counters: Counters, logSize: number) {
    this.#counters = counters;
    this.#logSize = logSize;
  }

  add(report: Omit<CallReport, 'sequence'>): void {
    this.#sequence += 1;
    const numbered: CallReport = { sequence: this.#sequence, ...report };
    if (numbered.kind === 'api') this.#counters.countReply(numbered);
    for (const listener of this.#listeners) listener(numbered);
    if (this.#logSize === 0) return;
    this.#log.push(numbered);
    if (this.#log.length > this.#logSize) this.#log.shift();
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  log(): readonly CallReport[] {
    return [...this.#log];
  }
}

export { Reports };
