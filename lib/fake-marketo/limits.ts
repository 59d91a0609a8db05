import { type FakeLimits, OTHER_USER_ID } from './options.ts';
import { RollingWindow } from './rolling-window.ts';
import type { DayUsage, Usage } from './usage.ts';

/** Marketo: error-codes, starred: not counted against the daily quota or the rate limit. */
const FREE_CODES: ReadonlySet<string> = new Set(['601', '602', '604', '605', '608', '611']);

interface Refusal {
  readonly code: '606' | '607' | '615';
  readonly message: string;
}

/** Calls that others made of a day, for {@link Limits.spendDay}. */
interface SpentDay {
  /** Whether that day is gone. */
  isOver(): boolean;
  /** Takes the calls back; nothing once the day is gone. */
  undo(): void;
}

/** One call that was counted when it arrived, let in or not. */
interface Admission {
  readonly arrivedAtMs: number;
  readonly userId: string;
  readonly day: DayUsage;
  readonly refusal: Refusal | undefined;
  holdsSlot: boolean;
  counted: boolean;
}

/** The three limits as the server counts them: by arrival, refused calls included. */
class Limits {
  #limits: FakeLimits;
  readonly #usage: Usage;
  /** What the rate limit looks at: starred replies are taken back. */
  readonly #counted: RollingWindow;
  /** Every API call that arrived over HTTP, whatever became of it. */
  readonly #arrivals: RollingWindow;
  #slots = 0;
  readonly #forced = new Set<'606' | '615'>();
  #worstConcurrency = 0;

  constructor(limits: FakeLimits, usage: Usage) {
    this.#limits = limits;
    this.#usage = usage;
    // Rule: limits-rolling
    this.#counted = new RollingWindow(limits.rateLimitWindowSeconds * 1000);
    this.#arrivals = new RollingWindow(limits.rateLimitWindowSeconds * 1000);
  }

  get slots(): number {
    return this.#slots;
  }

  get worstConcurrency(): number {
    return this.#worstConcurrency;
  }

  get worstWindow(): number {
    return this.#counted.worst;
  }

  get worstArrivals(): number {
    return this.#arrivals.worst;
  }

  /** The window's length stays: it is measured from the first call on. */
  change(limits: Partial<Omit<FakeLimits, 'rateLimitWindowSeconds'>>): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  /** A call came in, before anything is known of it. */
  arrive(nowMs: number): void {
    this.#arrivals.add(nowMs);
  }

  admit(userId: string, nowMs: number): Admission {
    const day = this.#usage.day(nowMs);
    // Rule: limits-refused-count
    this.#usage.count(day, userId, 1);
    const inWindow = this.#counted.add(nowMs);
    this.#worstConcurrency = Math.max(this.#worstConcurrency, this.#slots + 1);
    const refusal = this.#refusal(day.total, inWindow);
    if (refusal === undefined) this.#slots += 1;
    return { arrivedAtMs: nowMs, userId, day, refusal, holdsSlot: refusal === undefined, counted: true };
  }

  #refusal(today: number, inWindow: number): Refusal | undefined {
    // Rule: limits-precedence
    const { dailyQuota, rateLimitCalls, rateLimitWindowSeconds, maxConcurrentCalls } = this.#limits;
    // Rule: limits-quota
    if (today > dailyQuota) return { code: '607', message: `Daily quota '${dailyQuota}' reached` };
    // Rule: limits-rate
    if (inWindow > rateLimitCalls || this.#forced.has('606')) {
      const message = `Max rate limit '${rateLimitCalls}' exceeded with in '${rateLimitWindowSeconds}' secs`;
      return { code: '606', message };
    }
    // Rule: limits-concurrency
    if (this.#slots >= maxConcurrentCalls || this.#forced.has('615')) {
      return { code: '615', message: `Concurrent access limit '${maxConcurrentCalls}' reached` };
    }
    return undefined;
  }

  /** The reply is known: a starred code takes the call back. Once only. */
  settle(admission: Admission, code: string | undefined): void {
    // Rule: limits-free-codes
    if (!admission.counted || code === undefined || !FREE_CODES.has(code)) return;
    admission.counted = false;
    this.#usage.count(admission.day, admission.userId, -1);
    this.#counted.remove(admission.arrivedAtMs);
  }

  /** The server is done with the call. Once only. */
  leave(admission: Admission): void {
    if (!admission.holdsSlot) return;
    admission.holdsSlot = false;
    this.#slots -= 1;
  }

  /** Calls of somebody who asks nobody: counted, whatever the limits say. */
  countOthers(userId: string, calls: number, nowMs: number): void {
    this.#usage.count(this.#usage.day(nowMs), userId, calls);
    for (let call = 0; call < calls; call += 1) this.#counted.add(nowMs);
  }

  /** Refuses every call with the code, as if others filled the limit, until the returned function is called. */
  refuseAll(code: '606' | '615'): () => void {
    this.#forced.add(code);
    return () => void this.#forced.delete(code);
  }

  /** Others use what is left of the day, over many windows. */
  spendDay(nowMs: () => number): SpentDay {
    const day = this.#usage.day(nowMs());
    const calls = Math.max(0, this.#limits.dailyQuota - day.total);
    this.#usage.count(day, OTHER_USER_ID, calls);
    const isOver = (): boolean => this.#usage.day(nowMs()) !== day;
    return { isOver, undo: () => this.#usage.count(day, OTHER_USER_ID, -calls) };
  }

  /** Takes slots for somebody else, until the returned function is called. */
  holdSlots(slots: number): () => void {
    this.#slots += slots;
    this.#worstConcurrency = Math.max(this.#worstConcurrency, this.#slots);
    let held = true;
    return () => {
      if (held) this.#slots -= slots;
      held = false;
    };
  }
}

export type { Admission, Refusal };
export { FREE_CODES, Limits };
