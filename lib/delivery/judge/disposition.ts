import type { CallOutcome } from '../../ledger/ledger.ts';
import type { ParsedReply } from '../../marketo/reply.ts';
import type { Random } from '../../ports.ts';
import type { DeliveryLimits } from '../deps.ts';
import type { Exchange, Outcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';
import { type Pace, retryDelayMs } from './retry-policy.ts';
import type { Verdict } from './verdict.ts';

/** What decides an outcome beside the verdict. */
interface Circumstances {
  readonly exchange: Exchange;
  /**
   * Whether a failure counts as an attempt: Marketo is known to work, and the call was not the probe of a stopped line. Of
   * a failure that is not counted the messages are not to blame.
   */
  readonly counts: boolean;
  /** Messages that the failed call carried; 1 where the verdict is about the item's own entry of the reply. */
  readonly sharedBy: number;
  /** What isolation can tell apart in it: messages, or records. */
  readonly units: number;
  /** How much longer Marketo may be busy with the call. */
  readonly holdMs: number;
  readonly nowMs: number;
  readonly limits: DeliveryLimits;
  readonly random: Random;
}

/** The outcome of an item, from a verdict that is final for its call. */
function outcomeOf(item: WorkItem, verdict: Verdict, at: Circumstances): Outcome {
  const { rule, code } = verdict;
  if (rule.kind === 'delivered' || isDoneAlready(item, verdict)) {
    return { kind: 'delivered', answer: { verdict, sentAtMs: at.exchange.sentAtMs } };
  }
  // A part of an indivisible message is done, and a repetition would do it twice.
  if (verdict.executed === 'yes' && !item.message.idempotent) {
    return { kind: 'dead', verdict, exchange: at.exchange, outcomeUnknown: false, tried: true };
  }
  switch (rule.kind) {
    case 'wait':
      return { kind: 'requeue', reason: 'wait', code, delayMs: spentLimitWaitMs(rule.limit, at.random) };
    case 'retry':
      return retry(item, verdict, rule.pace, rule.maxAttempts ?? at.limits.retryMaxAttempts, at);
    case 'stop':
    case 'reauthenticate':
      return retry(item, verdict, 'long', DELIVERY_POLICY.maxDeniedAttempts, at);
    case 'isolate':
      // In a call of its own, a wrong number of results is the fault of the reply, not of the message.
      if (verdict.level === 'relay') return retry(item, verdict, 'growing', at.limits.retryMaxAttempts, at);
      return { kind: 'dead', verdict, exchange: at.exchange, outcomeUnknown: isUnsafe(item, verdict), tried: true };
    case 'reject':
    case 'reshape':
      return { kind: 'dead', verdict, exchange: at.exchange, outcomeUnknown: isUnsafe(item, verdict), tried: true };
  }
}

function spentLimitWaitMs(limit: keyof typeof DELIVERY_POLICY.spentLimitWaitMs, random: Random): number {
  return DELIVERY_POLICY.spentLimitWaitMs[limit] * (1 + random() * DELIVERY_POLICY.spentLimitJitterShare);
}

/** Marketo may have executed the request, and to repeat it is not the same as to make it once. */
function isUnsafe(item: WorkItem, verdict: Verdict): boolean {
  return verdict.executed === 'unknown' && !item.message.idempotent;
}

/**
 * A removal or a create-only that answers "already so", when Marketo may have executed an earlier attempt: it was this
 * message's own attempt, or somebody else's, that made it so, and either way it is so.
 */
function isDoneAlready({ message, record }: WorkItem, { code, level, message: said }: Verdict): boolean {
  const { state, endpoint, request } = message;
  if (state.mayBeDone !== true) return false;
  // Where Marketo answers record by record, a code of the whole call can be about the path.
  const isAboutIt = record === undefined ? level === 'response' || level === 'record' : level === 'record';
  return isAboutIt && endpoint.alreadyDone(code, request, said);
}

/**
 * What follows a failure that may pass. The rules, the first that applies wins:
 *
 * 1. What may not be repeated, and may have been executed, is dead.
 * 2. A failure that does not count (Marketo is not known to work) costs nothing: no attempt, no age, no smaller calls.
 * 3. A counted failure of a call that others shared ends nobody: each comes back to share with fewer, and the records of a
 *    message by itself, where they can be told apart, in calls of fewer.
 * 4. Alone, a message ends when its attempts or its age are spent, and at least two attempts were made alone.
 */
function retry(item: WorkItem, verdict: Verdict, pace: Pace, maxAttempts: number, at: Circumstances): Outcome {
  const { state } = item.message;
  const { code } = verdict;
  // An idempotent message can be redriven safely, whatever its attempts did: its outcome is not in question.
  const dead = { kind: 'dead', verdict, exchange: at.exchange, tried: true, outcomeUnknown: false } as const;
  if (isUnsafe(item, verdict)) return { ...dead, outcomeUnknown: true };
  const requeue = {
    kind: 'requeue',
    code,
    ...(verdict.executed === 'unknown' && { mayBeDone: true as const }),
  } as const;
  if (!at.counts) {
    const delayMs = Math.max(DELIVERY_POLICY.uncountedWaitMs * (1 + at.random()), at.holdMs);
    return { ...requeue, reason: 'wait', delayMs, outage: true };
  }
  const attempts = state.attempts + 1;
  const delayMs = Math.max(retryDelayMs(pace, attempts, at.random), at.holdMs);
  if (at.sharedBy > 1) {
    // Whose fault it was is found out soon, however long the code alone would wait: only the culprit has to.
    const soonMs = Math.max(retryDelayMs('growing', attempts, at.random), at.holdMs);
    return { ...requeue, reason: 'retry', delayMs: soonMs, shareAtMost: fewerThan(at.sharedBy, at) };
  }
  if (at.units > 1) {
    const soonMs = Math.max(retryDelayMs('growing', attempts, at.random), at.holdMs);
    const recordsAtMost = fewerThan(at.units, at);
    return { ...requeue, reason: 'retry', delayMs: soonMs, shareAtMost: 1, recordsAtMost };
  }
  const budget = Math.min(maxAttempts, at.limits.retryMaxAttempts);
  const ageMs = at.nowMs - (state.firstFailedMs ?? at.nowMs);
  if (state.attemptsAlone + 1 >= Math.min(DELIVERY_POLICY.minAttemptsAlone, budget)) {
    if (attempts >= at.limits.retryMaxAttempts) return { ...dead, gaveUp: 'attempts' };
    // It was tried as often as the catalogue allows for its code, so the dead letter is about that code.
    if (attempts >= maxAttempts) return dead;
    if (ageMs >= at.limits.retryMaxAgeMs) return { ...dead, gaveUp: 'age' };
  }
  return { ...requeue, reason: 'retry', delayMs, alone: true };
}

/** So many may share the next call. Where each round takes minutes, fewer rounds are worth more calls. */
function fewerThan(count: number, { exchange, nowMs, holdMs }: Circumstances): number {
  const roundMs = nowMs - exchange.sentAtMs + holdMs;
  const { narrowingFactor, slowRoundMs, slowNarrowingFactor } = DELIVERY_POLICY;
  const factor = roundMs < slowRoundMs ? narrowingFactor : slowNarrowingFactor;
  return Math.max(1, Math.floor(count / factor));
}

/** Among what is worth a retry: failures of Marketo as a whole, not limits and not faults of one request. */
function isTransient(verdict: Verdict): boolean {
  return verdict.level === 'relay' || verdict.level === 'http' || /^[567]\d\d$/.test(verdict.code);
}

/** What the ledger learns from the heaviest verdict of a call. */
function callOutcomeOf(verdict: Verdict): CallOutcome {
  switch (verdict.rule.kind) {
    case 'reauthenticate':
      // Whether the token or the request is at fault takes more than one call to tell: see `refused-token.ts`.
      return 'neutral';
    case 'stop':
      return 'denied';
    case 'wait':
      if (verdict.level === 'record') return 'success';
      if (verdict.rule.limit === 'window') return 'windowSpent';
      if (verdict.rule.limit === 'slot') return 'slotsSpent';
      // 1020 and 1029 spend a quota of their own, not the day's calls.
      return verdict.code === '607' ? 'daySpent' : 'operationQuotaSpent';
    case 'retry':
      return isTransient(verdict) ? 'transient' : 'success';
    case 'delivered':
    case 'reject':
    case 'isolate':
    case 'reshape':
      return verdict.level === 'relay' ? 'transient' : 'success';
  }
}

/**
 * How much longer Marketo may be busy with a call that had no proper reply: until the endpoint's server timeout after
 * the send. Its slot, its keys and its retry wait so long, because a second upsert could overlap the first.
 */
function holdMsOf(reply: ParsedReply, verdict: Verdict, serverTimeoutMs: number, sinceSentMs: number): number {
  const gateway = verdict.code === '502' || verdict.code === '504';
  const lost =
    reply.kind === 'noReply' ? reply.mayHaveExecuted : reply.kind === 'unreadable' && verdict.executed === 'unknown';
  return gateway || lost ? Math.max(0, serverTimeoutMs - sinceSentMs) : 0;
}

export type { Circumstances };
export { callOutcomeOf, holdMsOf, isTransient, outcomeOf };
