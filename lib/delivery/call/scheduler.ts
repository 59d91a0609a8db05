import type { PermitAnswer, RefusalReason } from '../../ledger/ledger.ts';
import type { Message } from '../../message/message.ts';
import type { WaitCode } from '../../settings/relay-codes.ts';
import type { Outcomes } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type Call, endpointOf, messagesOf, type WorkItem } from '../work-item.ts';
import { attempt, type Invocation } from './attempt.ts';
import { createBusyKeyWaits } from './busy-key-waits.ts';
import type { CallResult } from './call-result.ts';
import { longestCallMs } from './call-timeout.ts';
import { createCallsInFlight } from './calls-in-flight.ts';
import { createPendingWork, type PendingWork } from './pending-work.ts';
import { createPermitAsks } from './permit-asks.ts';
import { UNUSED } from './permit-releases.ts';
import { rejectNotAllowed, rejectOverdue, rejectTooLarge, tableUnreachable } from './reject-unsent.ts';
import { requeuePaused } from './requeue-paused.ts';
import { complete } from './send-once-session.ts';
import { withoutToken } from './without-token.ts';

type Granted = Extract<PermitAnswer, { kind: 'granted' }>;
type Refused = Extract<PermitAnswer, { kind: 'refused' }>;

/** A startable call with its permit, and those of its items whose keys it has. */
interface Starting {
  readonly call: Call;
  readonly permit: Granted['permit'];
  readonly items: readonly WorkItem[];
}

/**
 * The step "call": asks for permits, makes the planned calls within them, and waits or requeues where there are none,
 * until every item has an outcome. What is to do, in flight and decided stands in `PendingWork`; when something happens
 * is decided here. A ledger, a table or a Marketo that cannot be reached makes items wait on the queue and never throws.
 *
 * @param messages in the order of the queue.
 */
async function makeCalls(messages: readonly Message[], invocation: Invocation): Promise<Outcomes> {
  const { deps, sendOnce } = invocation;
  const work = createPendingWork(messages);
  const scheduler = createScheduler(work, invocation);
  rejectTooLarge(work);
  await rejectNotAllowed(work, invocation);
  if (work.places().pending.length === 0) return work.outcomes();
  // Before any permit is asked for: a permit does not wait for a token.
  const [token] = await Promise.all([deps.tokens.current(), invocation.fields.ready]);
  if (token.kind !== 'token') {
    const { code, delayMs } = await withoutToken(token, deps);
    requeueRest(work, code, delayMs, invocation);
    return work.outcomes();
  }
  scheduler.examine();
  // Known from the last read of this worker: what is stopped for all is tried by a call that belongs to no message.
  if (deps.ledger.healthCheckDue()) await invocation.health.check();
  for (let round = 0; round < DELIVERY_POLICY.maxSchedulerRounds && (await scheduler.round()); round++);
  requeueRest(work, 'deadline', 0, invocation);
  await scheduler.allEnd();
  // A call that ended just now may have left others to make.
  requeueRest(work, 'deadline', 0, invocation);
  // What was claimed and never sent must not look as if it had been.
  const claimed = messages.filter((message) => !message.idempotent);
  await Promise.all(claimed.map((message) => complete(message, work, sendOnce)));
  return work.outcomes();
}

function createScheduler(work: PendingWork, invocation: Invocation) {
  const { deps, sendOnce, deadline, releases, health, order } = invocation;
  const { clock, random, ledger, log, observe } = deps;
  const asks = createPermitAsks(deps.lane);
  const keyWaits = createBusyKeyWaits();
  const inFlight = createCallsInFlight(clock);
  const idlePatienceMs =
    deps.lane === 'backfill' ? DELIVERY_POLICY.backfillIdlePatienceMs : DELIVERY_POLICY.idlePatienceMs;

  /** Starts what may start now, or waits for what may change that. False when nothing is left to start. */
  async function round(): Promise<boolean> {
    const nowMs = clock.nowMs();
    await rejectOverdue(work, nowMs, invocation);
    const wanted = work.startable();
    if (wanted.length === 0) {
      if (inFlight.count() === 0) return false;
      await inFlight.oneEnds();
      return true;
    }
    const timely = wanted.filter((call) => deadline.fits(longestCallMs(endpointOf(call))));
    if (timely.length === 0) return false;
    const waitsMs = timely.map((call) => keyWaits.waitMs(call, nowMs));
    const asking = timely.filter((_, index) => waitsMs[index] === 0).slice(0, DELIVERY_POLICY.maxCallsPerAsk);
    if (asking.length === 0) {
      await pause(Math.min(...waitsMs));
      return true;
    }
    const answers = await acquire(asking);
    if (answers === undefined) return false;
    await useAnswers(asking, answers);
    return true;
  }

  async function acquire(calls: readonly Call[]): Promise<readonly PermitAnswer[] | undefined> {
    try {
      return await ledger.acquire(calls.map(asks.askFor));
    } catch (error) {
      log.error('the ledger cannot be reached: messages go back to the queue', { error: String(error) });
      requeueRest(work, 'ledgerUnreachable', DELIVERY_POLICY.tableUnreachableWaitMs, invocation);
      return undefined;
    }
  }

  async function useAnswers(calls: readonly Call[], answers: readonly PermitAnswer[]): Promise<void> {
    const nowMs = clock.nowMs();
    const refusals: Refused[] = [];
    const granted: Starting[] = [];
    for (const [index, call] of calls.entries()) {
      const answer = answers[index];
      if (answer?.kind === 'granted') granted.push(startingOf(call, answer));
      else if (answer?.reason === 'keys') keyWaits.refused(call, answer.waitMs, nowMs);
      else if (answer?.reason === 'operation') paused(call, answer, nowMs);
      else if (answer !== undefined) refusals.push(answer);
    }
    await startInTurn(granted);
    if (ledger.healthCheckDue()) await health.check();
    await waitOrRequeue(refusals, nowMs);
  }

  /** The calls of other operations do not wait for a paused one. A pause that ends soon is waited out. */
  function paused(call: Call, { waitMs, detail }: Refused, nowMs: number): void {
    if (waitMs <= DELIVERY_POLICY.permitPatienceMs && inFlight.idleMs(nowMs) <= idlePatienceMs) {
      keyWaits.refused(call, waitMs, nowMs);
    } else {
      requeuePaused(work, call, { waitMs, isQuota: detail === 'quotaSpent' }, nowMs, deps);
    }
  }

  /** A short wait is waited out here. A long one, or one without any call in flight for too long, is left to the queue. */
  async function waitOrRequeue(refusals: readonly Refused[], nowMs: number): Promise<void> {
    const [soonest] = refusals.toSorted((a, b) => a.waitMs - b.waitMs);
    if (inFlight.idleMs(nowMs) > idlePatienceMs) {
      const { reason, waitMs } = soonest ?? { reason: 'keys', waitMs: DELIVERY_POLICY.permitPatienceMs };
      return requeueRest(work, waitCodeOf(reason), waitMs, invocation);
    }
    if (soonest === undefined) return;
    const { reason, waitMs } = soonest;
    if (waitMs > DELIVERY_POLICY.permitPatienceMs || nowMs + waitMs > deadline.atMs) {
      return requeueRest(work, waitCodeOf(reason), waitMs, invocation);
    }
    observe({ kind: 'waited', reason, waitMs, calls: refusals.length });
    await pause(waitMs);
  }

  /** Until a call ends or the wait is over. */
  async function pause(waitMs: number): Promise<void> {
    const spreadMs = waitMs * (1 + random() * DELIVERY_POLICY.permitWaitJitterShare);
    await Promise.race([clock.sleep(spreadMs), inFlight.oneEnds()]);
  }

  function startingOf(call: Call, { permit, busyKeys }: Granted): Starting {
    const free = asks.freeItems(call, busyKeys);
    // A whole message with some keys in flight and some not: the ledger cannot know that it is indivisible.
    if (free.length === 0) keyWaits.indivisible(call, clock.nowMs());
    return { call, permit, items: permit.probe === undefined ? free : probeItems(free) };
  }

  /**
   * Starts what no older message waits before. Looked at once the permits are there: nobody else can start an item of their keys
   * any more, and what went back before the grant has its marks.
   */
  async function startInTurn(granted: readonly Starting[]): Promise<void> {
    const wanted = granted.flatMap(({ items }) => items);
    const waits = await order.look(wanted).catch((error: unknown) => tableUnreachable(wanted, error, log));
    for (const { call, permit, items } of granted) {
      start(
        call,
        permit,
        items.filter((item) => !waits.has(item)),
      );
    }
    if (waits.size === 0) return;
    work.withdraw((item) => waits.has(item));
    work.decide(waits);
  }

  function start(planned: Call, permit: Granted['permit'], items: readonly WorkItem[]): void {
    if (items.length === 0) {
      releases.release(permit, endpointOf(planned).operation, UNUSED);
      return;
    }
    const call = work.start(planned, items);
    inFlight.add(make(call, permit));
  }

  async function make(call: Call, permit: Granted['permit']): Promise<void> {
    const made = await attempt(call, permit, invocation).catch(
      (error: unknown): CallResult => ({ kind: 'decided', outcomes: tableUnreachable(call.items, error, log) }),
    );
    const result = await invocation.fields.afterCall(call, made);
    work.end(call, result);
    if (result !== made) examine();
    // Written at once: what is known must outlive this worker.
    for (const message of messagesOf([...result.outcomes.keys()])) {
      if (!message.idempotent && work.isDecided(message)) await complete(message, work, sendOnce);
    }
  }

  /** What is looked up counts as in flight: the invocation waits for it, and others go on. */
  function examine(): void {
    const examined = invocation.fields.examine(work);
    if (examined !== undefined) inFlight.add(examined);
  }

  return { round, allEnd: inFlight.allEnd, examine };
}

/**
 * What tries a stopped line or a paused operation: few messages, so that little is risked, and those that failed least, so
 * that they take turns and one that always fails does not keep the others waiting.
 */
function probeItems(items: readonly WorkItem[]): readonly WorkItem[] {
  const byTurn = messagesOf(items).toSorted(
    (one, other) => one.state.attemptsAlone - other.state.attemptsAlone || one.state.attempts - other.state.attempts,
  );
  const chosen = new Set(byTurn.slice(0, DELIVERY_POLICY.probeMessages));
  return items.filter((item) => chosen.has(item.message));
}

/** The relay's own code for what a permit is waited for. */
function waitCodeOf(reason: RefusalReason): WaitCode {
  return reason === 'operation' ? 'operationPaused' : reason;
}

/** Requeues all that is not in flight, spread over the time that the window needs for it. */
function requeueRest(
  work: PendingWork,
  code: WaitCode,
  waitMs: number,
  { deps: { limits, random } }: Invocation,
): void {
  const eachMs = limits.windowMs / limits.windowCalls;
  // When a stop is over one call is let through: the others need not come with it.
  const isStopped = code === 'circuit' || code === 'day' || code === 'credentialsRefused';
  work.requeueRest((turn) => {
    const spreadMs =
      isStopped && turn > 0 ? Math.max(waitMs, turn * eachMs) * DELIVERY_POLICY.stoppedWaitJitterShare : 0;
    const delayMs = waitMs + turn * eachMs + random() * Math.max(spreadMs, DELIVERY_POLICY.requeueSpreadMs);
    return { kind: 'requeue', reason: 'wait', code, delayMs };
  });
}

export { makeCalls };
