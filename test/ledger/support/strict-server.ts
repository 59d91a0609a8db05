import { nextMidnightMs } from '../../../lib/ledger/day.ts';
import type { LedgerLimits } from '../../../lib/ledger/limits.ts';
import type { VirtualTime } from '../../../lib/simulation/virtual-time.ts';

type Code = '606' | '607' | '615';

/** Marketo as it enforces its limits on everybody: refused calls count as well (Marketo: error-codes, no star). */
class StrictServer {
  readonly #time: VirtualTime;
  readonly #limits: LedgerLimits;
  /** Midnight as this server understands it. */
  readonly #resetAfter: (nowMs: number) => number;
  readonly #window: number[] = [];
  #inFlight = 0;
  #day = { endsAtMs: 0, calls: 0 };

  constructor(time: VirtualTime, limits: LedgerLimits, resetAfter?: (nowMs: number) => number) {
    this.#time = time;
    this.#limits = limits;
    this.#resetAfter = resetAfter ?? ((nowMs) => nextMidnightMs(limits.quotaTimeZone, nowMs));
  }

  /** A call's whole way; undefined when it was let in. */
  async call(workMs: number): Promise<Code | undefined> {
    const nowMs = this.#time.nowMs;
    if (nowMs >= this.#day.endsAtMs) this.#day = { endsAtMs: this.#resetAfter(nowMs), calls: 0 };
    this.#day.calls += 1;
    this.#window.push(nowMs);
    while ((this.#window[0] ?? nowMs) <= nowMs - this.#limits.windowMs) this.#window.shift();
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      await this.#time.sleep(50);
      return refusal;
    }
    this.#inFlight += 1;
    await this.#time.sleep(workMs);
    this.#inFlight -= 1;
    return undefined;
  }

  #refusal(): Code | undefined {
    if (this.#day.calls > this.#limits.dayCalls) return '607';
    if (this.#window.length > this.#limits.windowCalls) return '606';
    return this.#inFlight >= this.#limits.slots ? '615' : undefined;
  }
}

export type { Code };
export { StrictServer };
