import { nextMidnightMs } from '../../ledger/day.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** What the model of Marketo enforces nothing of, and counts for itself. */
interface ServerLimits {
  readonly windowCalls: number;
  readonly windowMs: number;
  readonly slots: number;
  readonly dayCalls: number;
  readonly quotaTimeZone: string;
}

type Violation = 'window' | 'slots' | 'day' | 'keys' | 'probes';

interface ModelCall {
  readonly keys: readonly number[];
  /** What the call probes, if anything: one at a time for each. */
  readonly probe: string | undefined;
  /** How long the server works on it. */
  readonly workMs: number;
  /** Whether the reply counts against the day: starred replies do not. */
  readonly counted: boolean;
}

/**
 * Marketo as it counts arrivals, by a clock of its own that no worker can read: the judge of the properties.
 * Two arrivals a whole window apart are in no common window.
 */
class ModelServer {
  readonly violations: Violation[] = [];
  arrivals = 0;
  worstWindow = 0;
  worstSlots = 0;
  readonly #time: VirtualTime;
  readonly #limits: ServerLimits;
  readonly #window: number[] = [];
  readonly #keys = new Map<number, number>();
  #slots = 0;
  readonly #probes = new Map<string, number>();
  #day = { endsAtMs: 0, counted: 0 };

  constructor(time: VirtualTime, limits: ServerLimits) {
    this.#time = time;
    this.#limits = limits;
  }

  /** Calls counted today. */
  get countedToday(): number {
    return this.#day.counted;
  }

  get dayEndsAtMs(): number {
    return this.#day.endsAtMs;
  }

  /** From a call's arrival until the server is done with it. */
  async serve(call: ModelCall): Promise<void> {
    this.#arrive(call);
    await this.#time.sleep(call.workMs);
    this.#leave(call);
  }

  #arrive(call: ModelCall): void {
    const { windowCalls, windowMs, slots, dayCalls } = this.#limits;
    const nowMs = this.#time.nowMs;
    this.arrivals += 1;
    this.#window.push(nowMs);
    while ((this.#window[0] ?? nowMs) <= nowMs - windowMs) this.#window.shift();
    this.worstWindow = Math.max(this.worstWindow, this.#window.length);
    if (this.#window.length > windowCalls) this.violations.push('window');

    this.#slots += 1;
    this.worstSlots = Math.max(this.worstSlots, this.#slots);
    if (this.#slots > slots) this.violations.push('slots');

    if (this.#today().counted >= dayCalls) this.violations.push('day');
    this.#day.counted += 1;

    for (const key of call.keys) {
      const holders = this.#keys.get(key) ?? 0;
      if (holders > 0) this.violations.push('keys');
      this.#keys.set(key, holders + 1);
    }
    if (call.probe !== undefined && this.#probe(call.probe, 1) > 1) this.violations.push('probes');
  }

  #leave(call: ModelCall): void {
    this.#slots -= 1;
    for (const key of call.keys) this.#keys.set(key, (this.#keys.get(key) ?? 1) - 1);
    if (call.probe !== undefined) this.#probe(call.probe, -1);
    // A call that arrived before the reset is given back to a day that is over.
    if (!call.counted && this.#time.nowMs - call.workMs >= this.#dayStartedAtMs) this.#day.counted -= 1;
  }

  #probe(name: string, change: number): number {
    const underWay = (this.#probes.get(name) ?? 0) + change;
    this.#probes.set(name, underWay);
    return underWay;
  }

  #dayStartedAtMs = 0;

  #today(): { counted: number } {
    if (this.#time.nowMs >= this.#day.endsAtMs) {
      this.#dayStartedAtMs = this.#day.endsAtMs;
      this.#day = { endsAtMs: nextMidnightMs(this.#limits.quotaTimeZone, this.#time.nowMs), counted: 0 };
    }
    return this.#day;
  }
}

export type { ModelCall, ServerLimits, Violation };
export { ModelServer };
