import type { CallOutcome } from '../../ledger/ledger.ts';
import type { ParsedReply } from '../../marketo/reply.ts';
import type { Random } from '../../ports.ts';
import type { DeliveryLimits } from '../deps.ts';
import type { Exchange, Outcome } from '../outcome.ts';
import type { WorkItem } from '../work-item.ts';
import { retryDelayMs } from './retry-policy.ts';
import type { Verdict } from './verdict.ts';

/** What decides beside the verdict. */
interface Circumstances {
  readonly exchange: Exchange;
  /** The call was let through to see whether Marketo works again: its failure is not the message's. */
  readonly probe: boolean;
  /** How much longer Marketo may be busy with the call. */
  readonly holdMs: number;
  readonly nowMs: number;
  readonly limits: DeliveryLimits;
  readonly random: Random;
}

/** A limit that Marketo itself reported, seen from the message: the ledger knows better when it asks again. */
const WAIT_MS = { window: 20_000, slot: 2_000, day: 900_000 } as const;
const PROBE_WAIT_MS = 60_000;
/** One 603 can be a missing permission for one endpoint; a run of them stops the line, and no message is lost. */
const DENIED_MAX_ATTEMPTS = 3;

/** What becomes of an item after a verdict that is final for its call. */
function outcomeOf(item: WorkItem, verdict: Verdict, at: Circumstances): Outcome {
  const { rule, code } = verdict;
  if (rule.kind === 'delivered') return { kind: 'delivered' };
  // Some of an indivisible message is done, and would be done twice.
  if (verdict.executed === 'yes' && !item.message.idempotent) {
    return { kind: 'dead', verdict, exchange: at.exchange, outcomeUnknown: false, tried: true };
  }
  switch (rule.kind) {
    case 'wait':
      return { kind: 'requeue', reason: 'wait', code, delayMs: WAIT_MS[rule.limit] * (1 + at.random() / 2) };
    case 'retry':
      return retry(item, verdict, rule.pace, rule.maxAttempts ?? at.limits.retryMaxAttempts, at);
    case 'stop':
    case 'reauthenticate':
      return retry(item, verdict, 'long', DENIED_MAX_ATTEMPTS, at);
    case 'isolate':
      // Alone, another number of results than records is nobody's fault but the reply's.
      if (verdict.level === 'relay') return retry(item, verdict, 'growing', at.limits.retryMaxAttempts, at);
      return { kind: 'dead', verdict, exchange: at.exchange, outcomeUnknown: isUnsafe(item, verdict), tried: true };
    case 'reject':
    case 'reshape':
      return { kind: 'dead', verdict, exchange: at.exchange, outcomeUnknown: isUnsafe(item, verdict), tried: true };
  }
}

/** Marketo may have done it, and doing it again would not be the same. */
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
  // What may be repeated can be put back safely, whatever became of its tries: its outcome is not in question.
  const dead = { kind: 'dead', verdict, exchange: at.exchange, tried: true, outcomeUnknown: false } as const;
  if (isUnsafe(item, verdict)) return { ...dead, outcomeUnknown: true };
  if (at.probe) return { kind: 'requeue', reason: 'wait', code, delayMs: Math.max(PROBE_WAIT_MS, at.holdMs) };
  const attempts = state.attempts + 1;
  if (attempts >= at.limits.retryMaxAttempts) return { ...dead, gaveUp: 'attempts' };
  // Tried as often as its code is worth, it is what the code says.
  if (attempts >= maxAttempts) return dead;
  const delayMs = Math.max(retryDelayMs(pace, attempts, at.random), at.holdMs);
  const ageMs = at.nowMs - (state.firstFailedMs ?? at.nowMs);
  if (ageMs >= at.limits.retryMaxAgeMs) return { ...dead, gaveUp: 'age' };
  return { kind: 'requeue', reason: 'retry', code, delayMs };
}

/** Of what is worth a retry: failures of Marketo as a whole, as opposed to limits and to faults of one request. */
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
 * the send. Its slot, its keys and its retry wait for that, or a second upsert could overlap the first.
 */
function holdMsOf(reply: ParsedReply, verdict: Verdict, serverTimeoutMs: number, sinceSentMs: number): number {
  const gateway = verdict.code === '502' || verdict.code === '504';
  const lost =
    reply.kind === 'noReply' ? reply.mayHaveExecuted : reply.kind === 'unreadable' && verdict.executed === 'unknown';
  return gateway || lost ? Math.max(0, serverTimeoutMs - sinceSentMs) : 0;
}

export type { Circumstances };
export { callOutcomeOf, holdMsOf, outcomeOf };
