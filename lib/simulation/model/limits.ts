import type { World } from '../world.ts';
import { nextResetMs } from './central-day.ts';

/** Marketo's own limits, shared by all integrations (Marketo: marketo-integration-best-practices). */
const MARKETO_WINDOW_CALLS = 100;
const MARKETO_SLOTS = 10;
const WINDOW_MS = 20_000;

/** A call as Marketo counts it. */
interface CountedCall {
  readonly marks: readonly string[];
  readonly keys: readonly string[];
}

/**
 * Counts arrivals as Marketo does, by true time, and judges: whether this relay stays within its own share, whatever
 * others do. Says which limit a call meets when all integrations are counted together.
 */
class ModelLimits {
  readonly #world: World;
  readonly #window: number[] = [];
  readonly #inFlight = new Set<CountedCall>();
  #day = { startsAtMs: 0, resetsAtMs: 0, own: 0, others: 0, isSpent: false };
  #central = { startsAtMs: 0, resetsAtMs: 0, own: 0, probes: 0 };

  constructor(world: World) {
    this.#world = world;
  }

  arrive(call: CountedCall): void {
    const { time, checks, scenario } = this.#world;
    const { windowCalls, slots, dayCalls } = scenario.limits;
    const nowMs = time.nowMs;
    while ((this.#window[0] ?? nowMs) <= nowMs - WINDOW_MS) this.#window.shift();
    this.#window.push(nowMs);
    if (this.#window.length > windowCalls) {
      checks.fail('windowKept', `${this.#window.length} calls in 20 s, ${windowCalls} allowed`, call.marks);
    }
    for (const other of this.#inFlight) {
      const shared = call.keys.filter((key) => other.keys.includes(key));
      if (shared.length > 0) {
        checks.fail('keysApart', `two calls at once about ${shared.join(', ')}`, [...call.marks, ...other.marks]);
      }
    }
    this.#inFlight.add(call);
    if (this.#inFlight.size > slots) {
      checks.fail('slotsKept', `${this.#inFlight.size} calls at once, ${slots} allowed`, call.marks);
    }
    this.#roll();
    this.#day.own += 1;
    this.#central.own += 1;
    // Where Marketo reads its "CST" otherwise than the relay is told, it answers 607, and nobody can know in advance.
    const allowed = dayCalls + this.#central.probes;
    if (this.#central.own > allowed && !scenario.readsCstAsWritten) {
      checks.fail('dayKept', `${this.#central.own} calls today, ${allowed} allowed`, call.marks);
    }
  }

  /** What the usage endpoint says of today. */
  usageOf(userId: string): object {
    this.#roll();
    const { own, others } = this.#day;
    const users = [
      { userId, count: own },
      { userId: 'other@example.com', count: others },
    ];
    return { date: '2027-01-01', total: own + others, users };
  }

  leave(call: CountedCall): void {
    this.#inFlight.delete(call);
  }

  /** A starred reply: the call is not counted, unless the day that it was counted in is over. */
  giveBack(arrivedAtMs: number): void {
    this.#roll();
    for (const day of [this.#day, this.#central]) if (arrivedAtMs >= day.startsAtMs) day.own -= 1;
  }

  /** The limit that all integrations together have spent, by the code that says so. */
  met(othersInWindow: number, othersInFlight: number): '606' | '607' | '615' | undefined {
    const { scenario } = this.#world;
    // Spent is spent, even if a call of before is given back.
    if (this.#day.own + this.#day.others > scenario.limits.dayCalls) this.#day.isSpent = true;
    if (this.#day.isSpent) {
      // One call may then find out whether "CST" is meant as it is written.
      this.#central.probes = 1;
      return '607';
    }
    if (this.#window.length + othersInWindow > MARKETO_WINDOW_CALLS) return '606';
    if (this.#inFlight.size + othersInFlight > MARKETO_SLOTS) return '615';
    return undefined;
  }

  #roll(): void {
    const nowMs = this.#world.time.nowMs;
    if (nowMs >= this.#day.resetsAtMs) {
      const { readsCstAsWritten, othersToday } = this.#world.scenario;
      // What others have used of a day stays used until its end.
      const others = this.#world.faulty ? othersToday : 0;
      const resetsAtMs = nextResetMs(nowMs, readsCstAsWritten);
      this.#day = { startsAtMs: this.#day.resetsAtMs, resetsAtMs, own: 0, others, isSpent: false };
    }
    if (nowMs >= this.#central.resetsAtMs) {
      this.#central = {
        startsAtMs: this.#central.resetsAtMs,
        resetsAtMs: nextResetMs(nowMs, false),
        own: 0,
        probes: 0,
      };
    }
  }
}

export type { CountedCall };
export { ModelLimits };
