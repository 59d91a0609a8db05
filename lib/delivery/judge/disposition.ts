import type { CallOutcome } from '../../ledger/ledger.ts';
import type { ParsedReply } from '../../marketo/reply.ts';
import type { Random } from '../../ports.ts';
import type { DeliveryLimits } from '../deps.ts';
import type { Exchange, Outcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';
import { retryDelayMs } from './retry-policy.ts';
import type { Verdict } from './verdict.ts';

/** What decides an outcome beside the verdict. */
interface Circumstances {
  readonly exchange: Exchange;
  /** The call probed whether Marketo works again: the message is not to blame for its failure. */
  readonly probe: boolean;
  /** How much longer Marketo may be busy with the call. */
  readonly holdMs: number;
  readonly nowMs: number;
  readonly limits: DeliveryLimits;
  readonly random: Random;
}

/** The outcome of an item, from a verdict that is final for its call. */
function outcomeOf(item: WorkItem, verdict: Verdict, at: Circumstances): Outcome {
  const { rule, code } = verdict;
  if (rule.kind === 'delivered') return { kind: 'delivered' };
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

function retry(
  item: WorkItem,
  verdict: Verdict,
  pace: 'growing' | 'long' | 'soon',
  maxAttempts: number,
  at: Circumstances,
): Outcome {
  const { state } = item.message;
  const { code } = verdict;
  // An idempotent message can be redriven safely, whatever its attempts did: its outcome is not in question.
  const dead = { kind: 'dead', verdict, exchange: at.exchange, tried: true, outcomeUnknown: false } as const;
  if (isUnsafe(item, verdict)) return { ...dead, outcomeUnknown: true };
  if (at.probe) {
    const delayMs = Math.max(DELIVERY_POLICY.failedProbeWaitMs, at.holdMs);
    return { kind: 'requeue', reason: 'wait', code, delayMs };
  }
  const attempts = state.attempts + 1;
  if (attempts >= at.limits.retryMaxAttempts) return { ...dead, gaveUp: 'attempts' };
  // It was tried as often as the catalogue allows for its code, so the dead letter is about that code.
  if (attempts >= maxAttempts) return dead;
  const delayMs = Math.max(retryDelayMs(pace, attempts, at.random), at.holdMs);
  const ageMs = at.nowMs - (state.firstFailedMs ?? at.nowMs);
  if (ageMs >= at.limits.retryMaxAgeMs) return { ...dead, gaveUp: 'age' };
  return { kind: 'requeue', reason: 'retry', code, delayMs };
}

/** Among what is worth a retry: failures of Marketo as a whole, not limits and not faults of one request. */
function isTransient(verdict: Verdict): boolean {
  return verdict.level === 'relay' || verdict.level === 'http' || /^[567]\d\d$/.test(verdict.code);
}

/** What the ledger learns from the heaviest verdict of a call. */
function callOutcomeOf(verdict: Verdict, reauthenticated: boolean): CallOutcome {
  switch (verdict.rule.kind) {
    case 'reauthenticate':
      return reauthenticated ? 'tokenRefused' : 'neutral';
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
export { callOutcomeOf, holdMsOf, outcomeOf };
