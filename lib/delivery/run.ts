import { keyHash } from '../ledger/keys.ts';
import type { Permit, PermitAnswer, PermitAsk } from '../ledger/ledger.ts';
import { MAX_BODY_BYTES } from '../marketo/limits.ts';
import { wireSize } from '../marketo/wire.ts';
import type { Message } from '../message/message.ts';
import type { Claims } from './claims.ts';
import type { DeliveryDeps } from './deps.ts';
import { bytesAlone } from './group.ts';
import { type Call, type Item, messagesOf, toItems } from './item.ts';
import type { Outcome } from './outcome.ts';
import { perform, type Step, withoutToken } from './perform.ts';
import { plan } from './plan.ts';
import { narrow } from './split.ts';
import type { Verdict } from './verdict.ts';

/** Calls for which one write of the ledger may ask. More would hold the others' openings. */
const MAX_ASKS = 10;
/** A wait up to this long is waited out; a longer one is cheaper on the queue than in a running function. */
const PATIENCE_MS = 5_000;
/** So long without any call of its own under way, an invocation gives its messages back. */
const IDLE_PATIENCE_MS = 20_000;
const CLIENT_MARGIN_MS = 10_000;
/** What settling needs before the function's end. */
const SETTLE_MS = 15_000;
/** Behind an earlier record of its key, that goes back to the queue. */
const FOLLOWS: Outcome = { kind: 'again', reason: 'wait', code: 'order', delayMs: 0 };
const BUSY_WAIT_MS = 500;
const UNREACHABLE_WAIT_MS = 30_000;
/** Every round starts, ends or gives back a call, or waits: far beyond what one invocation can do. */
const MAX_ROUNDS = 100_000;

/** A fault that the relay itself finds, before anything is sent. */
function ownVerdict(code: 'expired' | 'recordTooLarge', message: string): Verdict {
  return { rule: { kind: 'reject' }, code, level: 'relay', message, errors: [], executed: 'no', counted: false };
}

/** Runs the calls of one invocation's messages until each item has an outcome. */
class Run {
  readonly outcomes = new Map<Item, Outcome>();
  readonly releases: Promise<void>[] = [];
  readonly #deps: DeliveryDeps;
  readonly #claims: Claims;
  readonly #deadlineMs: number;
  readonly #longestCallMs: number;
  #pending: readonly Item[];
  /** Calls to make again: with another token, or as halves. They go before anything new. */
  #ready: readonly Call[] = [];
  readonly #underWay = new Map<Promise<void>, Call>();
  #lastProgressMs: number;
  #hasStarted = false;
  readonly #itemsOf = new Map<Message, readonly Item[]>();
  /** Items of a message that have no outcome yet. */
  readonly #undecided = new Map<Message, number>();
  /** When calls that met a busy key ask again. */
  readonly #askAgainAtMs = new Map<Item, number>();

  constructor(messages: readonly Message[], claims: Claims, deps: DeliveryDeps, deadlineMs: number) {
    this.#deps = deps;
    this.#claims = claims;
    this.#deadlineMs = deadlineMs - SETTLE_MS;
    this.#lastProgressMs = deps.clock.nowMs();
    this.#longestCallMs = Math.max(1_000, this.#deadlineMs - this.#lastProgressMs);
    for (const message of messages) this.#itemsOf.set(message, toItems(message));
    for (const [message, items] of this.#itemsOf) this.#undecided.set(message, items.length);
    this.#pending = [...this.#itemsOf.values()].flat();
    this.#drop(tooLarge);
  }

  async finish(): Promise<ReadonlyMap<Item, Outcome>> {
    // Before any permit is asked for: a permit does not wait for a token.
    const token = await this.#deps.tokens.current();
    if (token.kind !== 'token') {
      const outcome = await withoutToken(token, this.#deps);
      this.#giveBack(outcome.code, outcome.delayMs);
      return this.outcomes;
    }
    for (let round = 0; round < MAX_ROUNDS && (await this.#round()); round++);
    this.#giveBack('deadline', 0);
    await Promise.all(this.#underWay.keys());
    this.#giveBack('deadline', 0);
    return this.outcomes;
  }

  /** False when nothing is left to start. */
  async #round(): Promise<boolean> {
    const nowMs = this.#deps.clock.nowMs();
    this.#drop((item) => expired(item, nowMs));
    const busy = [...this.#underWay.values(), ...this.#ready].flatMap((call) => keysOf(call.items));
    const wanted = [...this.#ready, ...plan(this.#pending, new Set(busy)).calls];
    if (wanted.length === 0) {
      if (this.#underWay.size === 0) return false;
      await Promise.race(this.#underWay.keys());
      return true;
    }
    const timely = wanted.filter((call) => this.#fitsBeforeDeadline(call));
    if (timely.length === 0) return false;
    const asked = timely.filter((call) => this.#waitOf(call, nowMs) === 0).slice(0, MAX_ASKS);
    if (asked.length === 0) {
      await this.#pause(Math.min(...timely.map((call) => this.#waitOf(call, nowMs))));
      return true;
    }
    const answers = await this.#acquire(asked);
    if (answers === undefined) return false;
    await this.#act(asked, answers);
    return true;
  }

  async #acquire(calls: readonly Call[]): Promise<readonly PermitAnswer[] | undefined> {
    try {
      return await this.#deps.ledger.acquire(calls.map((call) => this.#askFor(call)));
    } catch (error) {
      this.#deps.log.error('ledger out of reach: messages go back to the queue', { error: String(error) });
      this.#giveBack('ledgerUnreachable', UNREACHABLE_WAIT_MS);
      return undefined;
    }
  }

  async #act(calls: readonly Call[], answers: readonly PermitAnswer[]): Promise<void> {
    let refusal: Extract<PermitAnswer, { kind: 'refused' }> | undefined;
    let refused = 0;
    const nowMs = this.#deps.clock.nowMs();
    for (const [index, call] of calls.entries()) {
      const answer = answers[index];
      if (answer?.kind === 'granted') {
        this.#start(call, answer);
      } else if (answer?.reason === 'keys') {
        for (const item of call.items) this.#askAgainAtMs.set(item, nowMs + answer.waitMs);
      } else if (answer !== undefined) {
        refused += 1;
        if (refusal === undefined || answer.waitMs < refusal.waitMs) refusal = answer;
      }
    }
    const idleMs = this.#underWay.size > 0 ? 0 : nowMs - this.#lastProgressMs;
    if (idleMs > IDLE_PATIENCE_MS) return this.#giveBack(refusal?.reason ?? 'keys', refusal?.waitMs ?? PATIENCE_MS);
    if (refusal === undefined) return;
    const { reason, waitMs } = refusal;
    if (waitMs > PATIENCE_MS || nowMs + waitMs > this.#deadlineMs) return this.#giveBack(reason, waitMs);
    this.#deps.observe({ kind: 'waited', reason, waitMs, calls: refused });
    await this.#pause(waitMs);
  }

  /** Until a call ends or the wait is over. Waiters that were told the same opening do not all come for it at once. */
  async #pause(waitMs: number): Promise<void> {
    const spreadMs = waitMs * (1 + this.#deps.random() / 2);
    await Promise.race([this.#deps.clock.sleep(spreadMs), ...this.#underWay.keys()]);
  }

  #waitOf(call: Call, nowMs: number): number {
    return Math.max(0, ...call.items.map((item) => (this.#askAgainAtMs.get(item) ?? 0) - nowMs));
  }

  #start(call: Call, { permit, busyKeys }: Extract<PermitAnswer, { kind: 'granted' }>): void {
    const busy = new Set(busyKeys);
    const isBusy = (item: Item): boolean => item.keys.some((key) => busy.has(keyHash(key)));
    const items = call.items.filter((item) => !isBusy(item));
    const going = narrow(call, items);
    if (items.length === 0) {
      // A whole message with some keys busy and some not: the ledger cannot know that it is indivisible.
      this.releases.push(this.#unused(permit));
      for (const item of call.items) this.#askAgainAtMs.set(item, this.#deps.clock.nowMs() + BUSY_WAIT_MS);
      return;
    }
    this.#ready = this.#ready.filter((one) => one !== call);
    const own = new Set(call.items);
    const left = call.items.filter(isBusy);
    const isPart = call.isPart && left.length > 0;
    if (isPart) this.#ready = [...this.#ready, narrow(call, left)];
    this.#pending = [...(isPart ? [] : left), ...this.#pending.filter((item) => !own.has(item))];
    this.#hasStarted = true;
    this.#lastProgressMs = this.#deps.clock.nowMs();
    const context = {
      deps: this.#deps,
      claims: this.#claims,
      releases: this.releases,
      callTimeoutMs: (one: Call) => this.#callTimeoutMs(one),
    };
    const promise = perform(going, permit, context)
      .then((step) => this.#take(step, going))
      .catch((error: unknown) => this.#fail(going, error))
      .then(() => {
        this.#underWay.delete(promise);
        this.#lastProgressMs = this.#deps.clock.nowMs();
      });
    this.#underWay.set(promise, going);
  }

  #unused(permit: Permit): Promise<void> {
    const endedAtMs = this.#deps.clock.nowMs();
    return this.#deps.ledger.release([{ permit, outcome: 'unused', counted: false, endedAtMs }]);
  }

  async #take({ outcomes, calls, unsent }: Step, from: Call): Promise<void> {
    this.#ready = [...this.#ready, ...calls];
    this.#pending = [...unsent, ...this.#pending];
    this.#decide([...outcomes].map(([item, outcome]) => [item, keepParted(outcome, from)]));
    // Told at once: what is known must outlive this worker.
    for (const message of messagesOf([...outcomes.keys()])) {
      if (this.#undecided.get(message) === 0) await this.#claims.settle(message, this.#outcomesOf(message));
    }
  }

  #outcomesOf(message: Message): ReadonlyMap<Item, Outcome> {
    const items = this.#itemsOf.get(message) ?? [];
    return new Map(items.flatMap((item): [Item, Outcome][] => {
      const outcome = this.outcomes.get(item);
      return outcome === undefined ? [] : [[item, outcome]];
    }));
  }

  #fail(call: Call, error: unknown): void {
    this.#deps.log.error('call not made', { error: String(error) });
    const outcome: Outcome = { kind: 'again', reason: 'wait', code: 'tableUnreachable', delayMs: UNREACHABLE_WAIT_MS };
    const open = call.items.filter((item) => !this.outcomes.has(item));
    this.#decide(open.map((item) => [item, keepParted(outcome, call)]));
  }

  /** Sends everything that is not under way back to the queue, spread over the time that the window needs for it. */
  #giveBack(code: string, waitMs: number): void {
    const { limits, random } = this.#deps;
    const calls = [...this.#ready, ...plan(this.#pending, new Set()).calls];
    const eachMs = limits.windowMs / limits.windowCalls;
    const items = [...this.#ready.flatMap((call) => call.items), ...this.#pending];
    const turn = new Map(calls.flatMap((call, index) => call.items.map((item) => [item, index] as const)));
    const callOf = new Map(this.#ready.flatMap((call) => call.items.map((item) => [item, call] as const)));
    this.#ready = [];
    this.#pending = [];
    this.#decide(
      items.map((item) => {
        const delayMs = waitMs + (turn.get(item) ?? calls.length) * eachMs + random() * 1_000;
        return [item, keepParted({ kind: 'again', reason: 'wait', code, delayMs }, callOf.get(item))];
      }),
    );
  }

  #drop(faultOf: (item: Item) => Verdict | undefined): void {
    this.#pending = this.#pending.filter((item) => {
      const verdict = faultOf(item);
      if (verdict !== undefined) this.#decide([[item, { kind: 'dead', verdict, outcomeUnknown: false, tried: false }]]);
      return verdict === undefined;
    });
  }

  #decide(decided: readonly (readonly [Item, Outcome])[]): void {
    for (const [item, outcome] of decided) {
      if (!this.outcomes.has(item)) this.#undecided.set(item.message, (this.#undecided.get(item.message) ?? 0) - 1);
      this.outcomes.set(item, outcome);
    }
    this.#holdFollowers(decided.flatMap(([item, outcome]) => (outcome.kind === 'again' ? item.keys : [])));
  }

  /**
   * A record that goes back to the queue takes along the later ones of its key, and those the later ones of theirs, or
   * they would overtake it. By how much they come later is worked out in the end, see `return-delays.ts`.
   */
  #holdFollowers(returned: readonly string[]): void {
    if (returned.length === 0) return;
    const keys = new Set(returned);
    const stay: Item[] = [];
    const follow: Item[] = [];
    for (const item of this.#pending) {
      const follows = item.keys.some((key) => keys.has(key));
      (follows ? follow : stay).push(item);
      if (follows) for (const key of item.keys) keys.add(key);
    }
    this.#pending = stay;
    if (follow.length > 0) this.#decide(follow.map((item) => [item, FOLLOWS]));
  }

  #askFor(call: Call): PermitAsk {
    const keys = [...new Set(keysOf(call.items).map(keyHash))];
    const hasKeyless = call.items.some((item) => item.keys.length === 0);
    return { keys, hasKeyless, callTimeoutMs: this.#callTimeoutMs(call) };
  }

  /** Longer than Marketo's own, so that a call given up here is over there too; never longer than the function lives. */
  #callTimeoutMs(call: Call): number {
    const [first] = call.items;
    const serverTimeoutMs = (first?.message.endpoint.serverTimeoutSeconds ?? 0) * 1_000;
    return Math.min(serverTimeoutMs + CLIENT_MARGIN_MS, this.#longestCallMs);
  }

  #fitsBeforeDeadline(call: Call): boolean {
    const startsMs = this.#deps.clock.nowMs();
    // The first calls of an invocation always fit: a function too short for an endpoint must not starve its messages.
    return !this.#hasStarted || startsMs + this.#callTimeoutMs(call) <= this.#deadlineMs;
  }
}

/** What goes back in the middle of isolation goes on from there. */
function keepParted(outcome: Outcome, call: Call | undefined): Outcome {
  if (outcome.kind !== 'again' || call?.isPart !== true) return outcome;
  return { ...outcome, shareAtMost: messagesOf(call.items).length };
}

function keysOf(items: readonly Item[]): readonly string[] {
  return items.flatMap((item) => item.keys);
}

function expired({ message: { notAfterMs } }: Item, nowMs: number): Verdict | undefined {
  if (notAfterMs === undefined || nowMs <= notAfterMs) return undefined;
  const [limit, now] = [notAfterMs, nowMs].map((ms) => new Date(ms).toISOString());
  return ownVerdict('expired', `notAfter was ${limit}, it is ${now}`);
}

function tooLarge(item: Item): Verdict | undefined {
  const bodyBytes = item.record === undefined ? wireSize(item.message.request).bodyBytes : bytesAlone(item);
  if (bodyBytes <= MAX_BODY_BYTES) return undefined;
  return ownVerdict('recordTooLarge', `${bodyBytes} bytes as sent, of at most ${MAX_BODY_BYTES}`);
}

export { Run };
