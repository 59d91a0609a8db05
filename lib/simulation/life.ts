import type { Clock } from '../ports.ts';
import type { Dice } from './dice.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Mortality {
  /** Chance to end at a step; asked again at every step, for faults come and go. */
  death(): number;
  freeze(): number;
  /** Every I/O of the worker comes by here twice: before and after. True: the worker ends now. */
  strike?(step: number): boolean;
  onDeath(reason: string): void;
  onFreeze(durationMs: number): void;
}

const LONGEST_FREEZE_MS = 60_000;

/**
 * One execution environment. Each of its awaits of the world goes through here: it may end or stand still before and
 * after, and when it has ended nothing of it ever runs again. Between invocations it stands still, as Lambda's do.
 */
class Life {
  readonly clock: Clock;
  dead = false;
  /** Set when the world did something to this invocation that excuses its being late. */
  disturbed = false;
  steps = 0;
  readonly #time: VirtualTime;
  readonly #dice: Dice;
  readonly #mortality: Mortality;
  #frozenUntilMs = 0;
  #active = true;
  readonly #waiting: (() => void)[] = [];

  constructor(time: VirtualTime, dice: Dice, skewMs: number, mortality: Mortality) {
    this.#time = time;
    this.#dice = dice;
    this.#mortality = mortality;
    this.clock = {
      nowMs: () => Math.floor(time.nowMs + skewMs),
      sleep: (durationMs) => this.through(() => time.sleep(Math.max(0, durationMs))),
    };
  }

  /**
   * The world's work, with this worker waiting for it.
   *
   * @param atOnce the worker has just looked at its clock: it may end here, and does not stand still. No program can
   * exclude that, and microseconds are all there is of it.
   */
  through<T>(work: () => Promise<T>, atOnce = false): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#step(() => {
        work().then(
          (value) => this.#step(() => resolve(value)),
          (error: unknown) => this.#step(() => reject(error)),
        );
      }, atOnce);
    });
  }

  kill(reason: string): void {
    if (this.dead) return;
    this.dead = true;
    this.#waiting.length = 0;
    this.#mortality.onDeath(reason);
  }

  /** An invocation begins. */
  thaw(): void {
    this.#active = true;
    this.disturbed = this.#time.nowMs < this.#frozenUntilMs;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** An invocation has ended. */
  rest(): void {
    this.#active = false;
  }

  #step(go: () => void, atOnce = false): void {
    if (this.dead) return;
    if (!this.#active) {
      this.#waiting.push(() => this.#step(go, atOnce));
      return;
    }
    this.steps += 1;
    if (this.#mortality.strike?.(this.steps) || this.#dice.chance(this.#mortality.death())) {
      this.kill(`at step ${this.steps}`);
      return;
    }
    if (!atOnce && this.#dice.chance(this.#mortality.freeze())) {
      const durationMs = this.#dice.between(0, LONGEST_FREEZE_MS);
      this.#frozenUntilMs = this.#time.nowMs + durationMs;
      this.disturbed = true;
      this.#mortality.onFreeze(durationMs);
    }
    this.#go(go);
  }

  #go(go: () => void): void {
    if (this.dead) return;
    const leftMs = this.#frozenUntilMs - this.#time.nowMs;
    if (leftMs > 0) this.#time.after(leftMs, () => this.#go(go));
    else if (this.#active) go();
    else this.#waiting.push(() => this.#go(go));
  }
}

export type { Mortality };
export { Life };
