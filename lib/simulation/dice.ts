import type { Random } from '../ports.ts';
import { seeded } from './seeded.ts';

/**
 * The one source of randomness of a run, as a dice. Streams are drawn from it by name, so that one more throw in one
 * place does not change what happens everywhere else, and a planted bug meets the same world as the sound code.
 */
class Dice {
  readonly random: Random;
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.random = seeded(this.#seed);
  }

  stream(name: string): Dice {
    let hash = this.#seed ^ 0x9e3779b9;
    for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
    return new Dice((hash ^ (hash >>> 15)) >>> 0);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.random() < probability;
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low);
  }

  /** Whole, both ends included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.random() * values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  /** Mostly near `low`, now and then far above: the shape of latencies. */
  tailed(low: number, usual: number, longest: number, tail: number): number {
    return this.chance(tail) ? this.between(usual, longest) : this.between(low, usual);
  }

  shuffle<T>(values: readonly T[]): T[] {
    const copy = [...values];
    for (let index = copy.length - 1; index > 0; index--) {
      const other = Math.floor(this.random() * (index + 1));
      [copy[index], copy[other]] = [copy[other] as T, copy[index] as T];
    }
    return copy;
  }
}

export { Dice };
