import { keyHash } from '../../ledger/keys.ts';
import type { Permit, PermitAnswer, PermitAsk } from '../../ledger/ledger.ts';
import type { Message } from '../../message/message.ts';
import type { DeliveryDeps } from '../deps.ts';
import { spent, tooLarge } from '../judge/unsent.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Outcome } from '../outcome.ts';
import { withItems } from '../plan/bisect.ts';
import { type Plan, plan } from '../plan/plan.ts';
import { type Call, messagesOf, toWorkItems, type WorkItem } from '../work-item.ts';
import { perform, type Step, withoutToken } from './attempt.ts';
import { longestCallMs } from './call-timeout.ts';
import type { SendOnceSession } from './send-once-session.ts';
import { checkUsage } from './usage-check.ts';

/** Calls for which one write of the ledger may ask. More would hold the others' openings. */
const MAX_ASKS = 10;
/** A wait up to this long is waited out; a longer one is cheaper on the queue than in a running function. */
const PATIENCE_MS = 5_000;
/** So long without any call of its own under way, an invocation gives its messages back. */
const IDLE_PATIENCE_MS = 20_000;
/** The part of an invocation that a call is given whose endpoint may take longer than the whole. */
const ENOUGH_SHARE = 0.5;
/** What settling needs before the function's end. */
const SETTLE_MS = 15_000;
/** Behind an earlier record of its key, that goes back to the queue. */
const FOLLOWS: Outcome = { kind: 'requeue', reason: 'wait', code: 'order', delayMs: 0 };
const BUSY_WAIT_MS = 500;
const MAX_KEY_WAIT_MS = 2_000;
const UNREACHABLE_WAIT_MS = 30_000;
/** Every round starts, ends or gives back a call, or waits: far beyond what one invocation can do. */
const MAX_ROUNDS = 100_000;

/** Runs the calls of one invocation's messages until each item has an outcome. */
class Run {
  readonly outcomes = new Map<WorkItem, Outcome>();
  readonly releases: Promise<void>[] = [];
  readonly #deps: DeliveryDeps;
  readonly #claims: SendOnceSession;
  readonly #deadlineMs: number;
  /** From the start to the deadline. */
  readonly #wholeMs: number;
  #pending: readonly WorkItem[];
  #planned: { readonly pending: readonly WorkItem[]; readonly plan: Plan } | undefined;
  readonly #hashes = new Map<string, number>();
  /** Calls to make again: with another token, or as halves. They go before anything new. */
  #ready: readonly Call[] = [];
  readonly #underWay = new Map<Promise<void>, Call>();
  #lastProgressMs: number;
  readonly #itemsOf = new Map<Message, readonly WorkItem[]>();
  /** Items of a message that have no outcome yet. */
  readonly #undecided = new Map<Message, number>();
  /** When calls that met a busy key ask again. */
  readonly #askAgainAtMs = new Map<WorkItem, number>();
  /** How long they waited last: longer each time. */
  readonly #keyWaitMs = new Map<WorkItem | undefined, number>();

  constructor(messages: readonly Message[], claims: SendOnceSession, deps: DeliveryDeps, deadlineMs: number) {
    this.#deps = deps;
    this.#claims = claims;
    this.#deadlineMs = deadlineMs - SETTLE_MS;
    this.#lastProgressMs = deps.clock.nowMs();
    this.#wholeMs = this.#deadlineMs - this.#lastProgressMs;
    for (const message of messages) this.#itemsOf.set(message, toWorkItems(message));
    for (const [message, items] of this.#itemsOf) this.#undecided.set(message, items.length);
    this.#pending = [...this.#itemsOf.values()].flat();
    this.#drop(tooLarge);
  }

  async finish(): Promise<ReadonlyMap<WorkItem, Outcome>> {
    if (this.#pending.length === 0) return this.outcomes;
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
    // What was claimed and never sent must not look as if it had been.
    await Promise.all([...this.#itemsOf.keys()].map((message) => this.#tell(message)));
    return this.outcomes;
  }

  /** False when nothing is left to start. */
  async #round(): Promise<boolean> {
    const nowMs = this.#deps.clock.nowMs();
    await this.#giveUp(nowMs);
    const busy = [...this.#underWay.values(), ...this.#ready].flatMap((call) => keysOf(call.items));
    const wanted = [...this.#ready, ...this.#plan(busy).calls];
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

  /** While nothing is blocked, the plan is good until what it planned changes: calls that end only free keys. */
  #plan(busyKeys: readonly string[]): Plan {
    const isGood = this.#planned?.pending === this.#pending && this.#planned.plan.later.length === 0;
    if (this.#planned === undefined || !isGood) {
      this.#planned = { pending: this.#pending, plan: plan(this.#pending, new Set(busyKeys)) };
    }
    return this.#planned.plan;
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
        // A key stays busy as long as Marketo may be with a call that nobody answers for: asking often is of no use.
        const waitMs = Math.min(
          MAX_KEY_WAIT_MS,
          Math.max(answer.waitMs, (this.#keyWaitMs.get(call.items[0]) ?? 0) * 1.5),
        );
        for (const item of call.items) {
          this.#keyWaitMs.set(item, waitMs);
          this.#askAgainAtMs.set(item, nowMs + waitMs);
        }
      } else if (answer?.reason === 'operation') {
        this.#giveBackPaused(call, answer.waitMs);
      } else if (answer !== undefined) {
        refused += 1;
        if (refusal === undefined || answer.waitMs < refusal.waitMs) refusal = answer;
      }
    }
    const idleMs = this.#underWay.size > 0 ? 0 : nowMs - this.#lastProgressMs;
    if (idleMs > IDLE_PATIENCE_MS) return this.#giveBack(refusal?.reason ?? 'keys', refusal?.waitMs ?? PATIENCE_MS);
    // A half-open circuit waits for a call that belongs to no message.
    if (this.#deps.ledger.healthCheckDue()) await checkUsage(this.#deps, this.#deadlineMs);
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
    const isBusy = (item: WorkItem): boolean => busy.size > 0 && item.keys.some((key) => busy.has(this.#hashOf(key)));
    const items = call.items.filter((item) => !isBusy(item));
    const going = withItems(call, items);
    if (items.length === 0) {
      // A whole message with some keys busy and some not: the ledger cannot know that it is indivisible.
      this.releases.push(this.#unused(permit, call));
      for (const item of call.items) this.#askAgainAtMs.set(item, this.#deps.clock.nowMs() + BUSY_WAIT_MS);
      return;
    }
    const left = call.items.filter(isBusy);
    if (this.#ready.includes(call)) {
      const rest = left.length > 0 ? [withItems(call, left)] : [];
      this.#ready = [...this.#ready.filter((one) => one !== call), ...rest];
    } else {
      const own = new Set(call.items);
      this.#pending = [...left, ...this.#pending.filter((item) => !own.has(item))];
    }
    this.#lastProgressMs = this.#deps.clock.nowMs();
    const context = {
      deps: this.#deps,
      claims: this.#claims,
      releases: this.releases,
      callTimeoutMs: (one: Call) => this.#callTimeoutMs(one),
    };
    const promise = perform(going, permit, context)
      .then((step) => this.#take(step, going))
      .catch((error: unknown) => this.#fail(going.items, error, going))
      .then(() => {
        this.#underWay.delete(promise);
        this.#lastProgressMs = this.#deps.clock.nowMs();
      });
    this.#underWay.set(promise, going);
  }

  #unused(permit: Permit, call: Call): Promise<void> {
    const endedAtMs = this.#deps.clock.nowMs();
    const operation = operationOf(call);
    return this.#deps.ledger.release([{ permit, operation, outcome: 'unused', counted: false, endedAtMs }]);
  }

  async #take({ outcomes, calls, unsent }: Step, from: Call): Promise<void> {
    this.#ready = [...this.#ready, ...calls];
    if (unsent.length > 0) this.#pending = [...unsent, ...this.#pending];
    this.#decide([...outcomes].map(([item, outcome]) => [item, keepParted(outcome, from)]));
    // Told at once: what is known must outlive this worker.
    for (const message of messagesOf([...outcomes.keys()])) {
      if (this.#undecided.get(message) === 0) await this.#tell(message);
    }
  }

  #tell(message: Message): Promise<void> {
    return this.#claims.complete(message, this.#outcomesOf(message));
  }

  #outcomesOf(message: Message): readonly (readonly [WorkItem, Outcome])[] {
    return (this.#itemsOf.get(message) ?? []).flatMap((item): [WorkItem, Outcome][] => {
      const outcome = this.outcomes.get(item);
      return outcome === undefined ? [] : [[item, outcome]];
    });
  }

  #fail(items: readonly WorkItem[], error: unknown, call?: Call): void {
    this.#deps.log.error('call not made', { error: String(error) });
    const outcome: Outcome = {
      kind: 'requeue',
      reason: 'wait',
      code: 'tableUnreachable',
      delayMs: UNREACHABLE_WAIT_MS,
    };
    const open = items.filter((item) => !this.outcomes.has(item));
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
        return [item, keepParted({ kind: 'requeue', reason: 'wait', code, delayMs }, callOf.get(item))];
      }),
    );
  }

  /** The calls of other operations do not wait for a paused one. */
  #giveBackPaused(call: Call, waitMs: number): void {
    const own = new Set(call.items);
    this.#withdraw((item) => own.has(item));
    const outcome: Outcome = { kind: 'requeue', reason: 'wait', code: 'operation', delayMs: waitMs };
    this.#decide(call.items.map((item) => [item, keepParted(outcome, call)]));
  }

  #drop(faultOf: (item: WorkItem) => Verdict | undefined): void {
    const faulty = this.#withdraw((item) => faultOf(item) !== undefined);
    for (const item of faulty) {
      const verdict = faultOf(item);
      if (verdict !== undefined) this.#decide([[item, { kind: 'dead', verdict, outcomeUnknown: false, tried: false }]]);
    }
  }

  /** A message past its time or its tries; of one that may not be sent twice an earlier copy may have been sent. */
  async #giveUp(nowMs: number): Promise<void> {
    const late = this.#withdraw((item) => spent(item, nowMs) !== undefined);
    if (late.length === 0) return;
    try {
      const { items, outcomes } = await this.#claims.claim({ items: late });
      this.#decide([...outcomes]);
      for (const item of items) {
        const verdict = spent(item, nowMs);
        if (verdict !== undefined)
          this.#decide([[item, { kind: 'dead', verdict, outcomeUnknown: false, tried: false }]]);
      }
    } catch (error) {
      this.#fail(late, error);
    }
  }

  /** Takes items out of what is still to do. */
  #withdraw(isGone: (item: WorkItem) => boolean): readonly WorkItem[] {
    const all = [...this.#ready.flatMap((call) => call.items), ...this.#pending];
    const gone = new Set(all.filter(isGone));
    if (gone.size === 0) return [];
    const stays = (item: WorkItem): boolean => !gone.has(item);
    this.#pending = this.#pending.filter(stays);
    this.#ready = this.#ready
      .map((call) => withItems(call, call.items.filter(stays)))
      .filter((call) => call.items.length > 0);
    return [...gone];
  }

  #decide(decided: readonly (readonly [WorkItem, Outcome])[]): void {
    for (const [item, outcome] of decided) {
      if (!this.outcomes.has(item)) this.#undecided.set(item.message, (this.#undecided.get(item.message) ?? 0) - 1);
      this.outcomes.set(item, outcome);
    }
    this.#holdFollowers(decided.flatMap(([item, outcome]) => (outcome.kind === 'requeue' ? item.keys : [])));
  }

  /**
   * A record that goes back to the queue takes along the later ones of its key, and those the later ones of theirs, or
   * they would overtake it. By how much they come later is worked out in the end, see `return-delays.ts`.
   */
  #holdFollowers(returned: readonly string[]): void {
    if (returned.length === 0) return;
    const keys = new Set(returned);
    const stay: WorkItem[] = [];
    const follow: WorkItem[] = [];
    for (const item of this.#pending) {
      const follows = item.keys.some((key) => keys.has(key));
      (follows ? follow : stay).push(item);
      if (follows) for (const key of item.keys) keys.add(key);
    }
    if (follow.length === 0) return;
    this.#pending = stay;
    this.#decide(follow.map((item) => [item, FOLLOWS]));
  }

  #askFor(call: Call): PermitAsk {
    const keys = [...new Set(keysOf(call.items).map((key) => this.#hashOf(key)))];
    const hasKeyless = call.items.some((item) => item.keys.length === 0);
    // Not this worker's timeout: Marketo goes on with the call of a function that has come to its end.
    return { operation: operationOf(call), keys, hasKeyless, callTimeoutMs: fullTimeMs(call) };
  }

  #hashOf(key: string): number {
    const known = this.#hashes.get(key) ?? keyHash(key);
    this.#hashes.set(key, known);
    return known;
  }

  /** Longer than Marketo's own, so that a call given up here is over there too; never longer than the function lives. */
  #callTimeoutMs(call: Call): number {
    return Math.max(1_000, Math.min(fullTimeMs(call), this.#deadlineMs - this.#deps.clock.nowMs()));
  }

  #fitsBeforeDeadline(call: Call): boolean {
    const leftMs = this.#deadlineMs - this.#deps.clock.nowMs();
    // A function too short for an endpoint must not starve its messages: most of its time is enough for most calls.
    const isTooShort = fullTimeMs(call) > this.#wholeMs * ENOUGH_SHARE;
    return leftMs >= (isTooShort ? this.#wholeMs * ENOUGH_SHARE : fullTimeMs(call));
  }
}

/** What goes back in the middle of isolation goes on from there. */
function keepParted(outcome: Outcome, call: Call | undefined): Outcome {
  if (outcome.kind !== 'requeue' || call?.isPart !== true) return outcome;
  return { ...outcome, shareAtMost: messagesOf(call.items).length };
}

function fullTimeMs({ items: [first] }: Call): number {
  return first === undefined ? 0 : longestCallMs(first.message.endpoint);
}

function operationOf({ items: [first] }: Call): string {
  return first?.message.endpoint.operation ?? 'unknown';
}

function keysOf(items: readonly WorkItem[]): readonly string[] {
  return items.flatMap((item) => item.keys);
}

export { Run };
