import type { Latency } from './options.ts';

/** How long calls take, drawn evenly from a range. */
class LatencySource {
  readonly #random: () => number;
  #latency: Latency;

  constructor(latency: Latency, random: () => number) {
    this.#latency = latency;
    this.#random = random;
  }

  set(latency: Latency): void {
    this.#latency = latency;
  }

  drawMs(): number {
    const latency = this.#latency;
    if (typeof latency === 'number') return latency;
    return latency.minMs + this.#random() * (latency.maxMs - latency.minMs);
  }
}

export { LatencySource };
