import { mayReadByPost, postAsGet } from '../../marketo/http-request.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type Exchange, NO_OUTCOMES, sameOutcome } from '../outcome.ts';
import { bisect } from '../plan/bisect.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type Call, messagesOf } from '../work-item.ts';
import type { CallResult } from './call-result.ts';
import { withoutToken } from './without-token.ts';

interface FailedCall {
  readonly call: Call;
  readonly verdict: Verdict;
  readonly exchange: Exchange;
  /** The token that the call was made with. */
  readonly token: Secret;
}

/**
 * What is made at once instead of a call that failed as a whole: the same with another token, the same as a POST, or its
 * two parts. Undefined when its items get their outcomes from the verdict.
 */
async function replaceCall(failed: FailedCall, deps: DeliveryDeps): Promise<CallResult | undefined> {
  const { call, verdict, exchange } = failed;
  const { rule } = verdict;
  const isUnsafe = verdict.executed === 'unknown' && call.items.some((item) => !item.message.idempotent);
  if (isUnsafe) return undefined;
  switch (rule.kind) {
    case 'reauthenticate':
      return reauthenticated(failed, deps);
    case 'reshape':
      if (rule.how === 'halve' && call.items.length > 1) return replacedBy(bisect(call));
      if (rule.how === 'postAsGet' && exchange.request.method === 'GET' && mayReadByPost(call.request)) {
        return replacedBy([{ ...call, request: postAsGet(call.request) }]);
      }
      return undefined;
    case 'isolate':
      return messagesOf(call.items).length > 1 ? replacedBy(bisect(call)) : undefined;
    default:
      return undefined;
  }
}

/** Once: a second refusal is not the age of the token, so the messages wait as for a stopped line. */
async function reauthenticated(
  { call, verdict, exchange, token }: FailedCall,
  deps: DeliveryDeps,
): Promise<CallResult | undefined> {
  if (call.reauthenticated) {
    const delayMs = DELIVERY_POLICY.stoppedLineWaitMs;
    const outcome = { kind: 'requeue', reason: 'wait', code: verdict.code, delayMs } as const;
    return { kind: 'decided', outcomes: sameOutcome(call.items, outcome) };
  }
  const evidence = { sentAtMs: exchange.sentAtMs, workedSince: false, served: false, confirmed: false };
  const fresh = await deps.tokens.replace(token, evidence);
  if (fresh.kind === 'good') return undefined;
  if (fresh.kind === 'token' || fresh.kind === 'same') return replacedBy([{ ...call, reauthenticated: true }]);
  return { kind: 'decided', outcomes: sameOutcome(call.items, await withoutToken(fresh, deps)) };
}

function replacedBy(calls: readonly Call[]): CallResult {
  return { kind: 'replaced', outcomes: NO_OUTCOMES, calls };
}

export type { FailedCall };
export { replaceCall };
