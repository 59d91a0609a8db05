import type { Message } from '../../message/message.ts';
import { BEHIND_ANOTHER, type Outcome, type Outcomes, type RequeueOutcome, sameOutcome } from '../outcome.ts';
import { withItems } from '../plan/bisect.ts';
import { createKnownKinds } from '../plan/known-kinds.ts';
import { type Plan, plan } from '../plan/plan.ts';
import { type Call, createKeysAhead, toWorkItems, type WorkItem } from '../work-item.ts';
import type { CallResult } from './call-result.ts';
import { keptApart } from './kept-apart.ts';
import { createParts } from './parts.ts';

/**
 * The work list of one invocation: which items are still to send, which are in flight, and what became of the others.
 * It has neither clock nor I/O; the scheduler says when something happens.
 *
 *     pending --start--> in flight --end--> decided
 *     in flight --end, replaced--> ready: a call to make again, which goes before anything new; --start--> in flight
 *     in flight --end, failed--> ready, held: parts of it, and what waits for what becomes of them; held --> ready
 *     in flight --end, not sent--> pending
 *     pending, ready --withdraw--> withdrawn --decide--> decided
 *     withdrawn --restore--> pending
 *
 * Invariants: an item is in exactly one of these places; its first outcome stands, but for a doubt about it; items of one key are started in the
 * order of the queue, one after the other; when an item is requeued, the pending ones of its keys are requeued with it.
 */
interface PendingWork {
  /** The calls that could be made now: those to make again, the plan of what is pending, and last what will likely fail. */
  startable(): readonly Call[];
  /** Takes `items` of a startable call, all of them unless told otherwise; what is left of the call stays to do. */
  start(call: Call, items?: readonly WorkItem[]): Call;
  /** Once for every call that was started. */
  end(call: Call, result: CallResult): void;
  /** Takes items that are not in flight out of the list. The caller decides each of them. */
  withdraw(isGone: (item: WorkItem) => boolean): readonly WorkItem[];
  decide(outcomes: Outcomes): void;
  /** Puts withdrawn items back into the list, each as itself or as another that stands for it. */
  restore(items: ReadonlyMap<WorkItem, WorkItem>): void;
  /**
   * Requeues all that is pending or ready.
   *
   * @param outcomeOf is told how many calls would have been made before the item's own.
   */
  requeueRest(outcomeOf: (turn: number) => RequeueOutcome): void;
  isDecided(message: Message): boolean;
  /** What is dead of a message may have been executed all the same. */
  doubt(message: Message): void;
  outcomes(): Outcomes;
  /** Of one message, in the order of its records. */
  outcomesOf(message: Message): Outcomes;
  /** Where the items without an outcome are. */
  places(): Record<'pending' | 'ready' | 'held' | 'inFlight' | 'withdrawn', readonly WorkItem[]>;
}

/** The outcome of what comes after an item of its key that is requeued. The delay follows from that item's, in settle. */
const FOLLOWS: RequeueOutcome = { kind: 'requeue', reason: 'wait', code: BEHIND_ANOTHER, delayMs: 0 };

/** @param messages in the order of the queue. */
function createPendingWork(messages: readonly Message[]): PendingWork {
  const itemsOf = new Map(messages.map((message) => [message, toWorkItems(message)]));
  const undecided = new Map([...itemsOf].map(([message, items]) => [message, items.length]));
  const decided = new Map<WorkItem, Outcome>();
  const inFlight = new Set<Call>();
  /** With the call that was to be made again, where there was one: what is known from it must not get lost. */
  const withdrawn = new Map<WorkItem, Call | undefined>();
  const kinds = createKnownKinds();
  const parts = createParts(kinds);
  let pending: readonly WorkItem[] = [...itemsOf.values()].flat();
  let ready: readonly Call[] = [];
  let planned: { readonly pending: readonly WorkItem[]; readonly kinds: number; readonly plan: Plan } | undefined;

  function startable(): readonly Call[] {
    // While no key holds anything up, a plan is good until the pending items change: a call that ends only frees keys.
    if (planned?.pending !== pending || planned.kinds !== kinds.version() || planned.plan.later.length > 0) {
      const busyKeys = keysOf([...itemsIn(inFlight), ...itemsIn(ready), ...parts.held(), ...withdrawn.keys()]);
      planned = { pending, kinds: kinds.version(), plan: plan(pending, new Set(busyKeys), kinds.shownBy(pending)) };
    }
    const calls = [...ready, ...planned.plan.calls];
    return calls.some(isApart) ? [...calls.filter((call) => !isApart(call)), ...calls.filter(isApart)] : calls;
  }

  function start(call: Call, items: readonly WorkItem[] = call.items): Call {
    const started = withItems(call, items);
    const going = new Set(items);
    const left = call.items.filter((item) => !going.has(item));
    if (ready.includes(call)) {
      const others = ready.filter((one) => one !== call);
      const both = parts.divided(started, withItems(call, left));
      ready = left.length > 0 ? [...others, both.rest] : others;
      inFlight.add(both.started);
      return both.started;
    } else {
      const own = new Set(call.items);
      const before = pending;
      pending = [...left, ...before.filter((item) => !own.has(item))];
      if (left.length === 0) keepPlan(call, before);
    }
    inFlight.add(started);
    return started;
  }

  /** Without a call that was started whole, the rest of a plan is a plan of the rest: a long queue is planned once. */
  function keepPlan(started: Call, before: readonly WorkItem[]): void {
    if (planned?.pending !== before || planned.plan.later.length > 0) return;
    planned = { ...planned, pending, plan: { calls: planned.plan.calls.filter((one) => one !== started), later: [] } };
  }

  function end(call: Call, result: CallResult): void {
    inFlight.delete(call);
    if (result.kind === 'replaced') ready = [...ready, ...result.calls];
    if (result.kind === 'notSent' && result.items.length > 0) {
      // Planned anew, a part would be put together again with what it was parted from.
      if (call.isPart) ready = [...ready, withItems(call, result.items)];
      else pending = [...result.items, ...pending];
    }
    const after = parts.after(call, result);
    ready = [...ready, ...after.calls];
    const outcomes = [...result.outcomes, ...(after.isFinal && result.kind === 'failed' ? result.final : [])];
    decide(new Map(outcomes.map(([item, outcome]) => [item, keptApart(outcome, call)])));
  }

  function withdraw(isGone: (item: WorkItem) => boolean): readonly WorkItem[] {
    const gone = new Set([...itemsIn(ready), ...parts.held(), ...pending].filter(isGone));
    if (gone.size === 0) return [];
    for (const item of gone) withdrawn.set(item, undefined);
    for (const call of ready) for (const item of call.items) if (gone.has(item)) withdrawn.set(item, call);
    const stays = (item: WorkItem): boolean => !gone.has(item);
    pending = pending.filter(stays);
    parts.withdraw((item) => gone.has(item));
    const left = ready.map((call) => withItems(call, call.items.filter(stays)));
    ready = left.filter(({ items }) => items.length > 0);
    for (const call of left) if (call.items.length === 0) ready = [...ready, ...parts.gone(call)];
    return [...gone];
  }

  /** In the order of the queue, as if they had never been away: what has gone back meanwhile takes those behind it along. */
  function restore(items: ReadonlyMap<WorkItem, WorkItem>): void {
    for (const [item, successor] of items) {
      withdrawn.delete(item);
      if (successor === item) continue;
      const own = itemsOf.get(item.message) ?? [];
      itemsOf.set(
        item.message,
        own.map((one) => (one === item ? successor : one)),
      );
    }
    const [back, open] = [new Set(items.values()), new Set([...items.values(), ...pending])];
    const ahead = createKeysAhead();
    const followers = new Set<WorkItem>();
    const inOrder = [...itemsOf.values()].flat();
    for (const item of inOrder) {
      if (back.has(item) && ahead.hold(item)) followers.add(item);
      if (followers.has(item) || decided.get(item)?.kind === 'requeue') ahead.add(item);
    }
    pending = inOrder.filter((item) => open.has(item) && !followers.has(item));
    decide(sameOutcome([...followers], FOLLOWS));
  }

  function decide(outcomes: Outcomes): void {
    const requeued: WorkItem[] = [];
    for (const [item, outcome] of outcomes) {
      const from = withdrawn.get(item);
      withdrawn.delete(item);
      if (decided.has(item)) continue;
      decided.set(item, from ? keptApart(outcome, from) : outcome);
      undecided.set(item.message, (undecided.get(item.message) ?? 0) - 1);
      if (outcome.kind === 'requeue') requeued.push(item);
    }
    if (requeued.length > 0) requeueFollowers(requeued);
  }

  /** What is pending of their keys, and then of its other keys: left here, it would overtake. */
  function requeueFollowers(requeued: readonly WorkItem[]): void {
    const ahead = createKeysAhead();
    for (const item of requeued) ahead.add(item);
    const followers = pending.filter((item) => ahead.hold(item));
    if (followers.length === 0) return;
    const gone = new Set(followers);
    pending = pending.filter((item) => !gone.has(item));
    decide(sameOutcome(followers, FOLLOWS));
  }

  function requeueRest(outcomeOf: (turn: number) => RequeueOutcome): void {
    const made = [...ready, ...parts.take(ready)];
    const calls = [...made, ...plan(pending, new Set(), kinds.shownBy(pending)).calls];
    const requeued = calls.flatMap((call, turn) =>
      call.items.map((item) => [item, keptApart(outcomeOf(turn), call)] as const),
    );
    const planned = new Set(requeued.map(([item]) => item));
    const later = pending.filter((item) => !planned.has(item)).map((item) => [item, outcomeOf(calls.length)] as const);
    ready = [];
    pending = [];
    decide(new Map([...requeued, ...later]));
  }

  function outcomesOf(message: Message): Outcomes {
    const entries = (itemsOf.get(message) ?? []).flatMap((item): [WorkItem, Outcome][] => {
      const outcome = decided.get(item);
      return outcome === undefined ? [] : [[item, outcome]];
    });
    return new Map(entries);
  }

  function doubt(message: Message): void {
    for (const [item, outcome] of outcomesOf(message)) {
      if (outcome.kind === 'dead') decided.set(item, { ...outcome, outcomeUnknown: true });
    }
  }

  return {
    startable,
    start,
    end,
    doubt,
    withdraw,
    decide,
    restore,
    requeueRest,
    isDecided: (message) => undecided.get(message) === 0,
    outcomes: () => decided,
    outcomesOf,
    places: () => ({
      pending,
      ready: itemsIn(ready),
      held: parts.held(),
      inFlight: itemsIn(inFlight),
      withdrawn: [...withdrawn.keys()],
    }),
  };
}

function isApart(call: Call): boolean {
  return call.isApart === true;
}

function itemsIn(calls: Iterable<Call>): readonly WorkItem[] {
  return [...calls].flatMap((call) => call.items);
}

function keysOf(items: readonly WorkItem[]): readonly string[] {
  return items.flatMap((item) => item.keys);
}

export type { PendingWork };
export { createPendingWork };
