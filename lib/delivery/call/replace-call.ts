import { mayReadByPost, otherRead, postAsGet } from '../../marketo/http-request.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type Exchange, NO_OUTCOMES } from '../outcome.ts';
import { bisect } from '../plan/bisect.ts';
import type { Call } from '../work-item.ts';
import type { Invocation } from './attempt.ts';
import type { CallResult } from './call-result.ts';
import { afterRefusedToken } from './refused-token.ts';

interface FailedCall {
  readonly call: Call;
  readonly verdict: Verdict;
  readonly exchange: Exchange;
  /** The token that the call was made with. */
  readonly token: Secret;
}

/**
 * What is made at once instead of a call that failed as a whole: the same with another token, the same in another form, or
 * its two halves when it is too large. Undefined when its items get their outcomes from the verdict.
 */
async function replaceCall(failed: FailedCall, invocation: Invocation): Promise<CallResult | undefined> {
  const { call, verdict, exchange } = failed;
  const { rule } = verdict;
  const isUnsafe = verdict.executed === 'unknown' && call.items.some((item) => !item.message.idempotent);
  if (isUnsafe) return undefined;
  if (isShapeRefused(failed)) return inOtherForm(failed);
  switch (rule.kind) {
    case 'reauthenticate':
      return reauthenticated(failed, invocation);
    case 'reshape':
      if (rule.how === 'halve' && call.items.length > 1) return replacedBy(bisect(call));
      if (rule.how === 'postAsGet' && exchange.request.method === 'GET' && mayReadByPost(call.request)) {
        if (call.isOtherRead) return undefined;
        return replacedBy([{ ...call, request: postAsGet(call.request) }]);
      }
      return undefined;
    default:
      return undefined;
  }
}

/** Marketo's codes for a method, and for a content type, that it does not take. */
const SHAPE_CODES: readonly string[] = ['605', '612'];

/** The relay itself made a POST of the read. */
function isShapeRefused({ call, verdict, exchange }: FailedCall): boolean {
  const isRead = call.items.every(({ message }) => message.request.method === 'GET');
  return isRead && exchange.request.method === 'POST' && SHAPE_CODES.includes(verdict.code);
}

function inOtherForm({ call }: FailedCall): CallResult | undefined {
  const [item] = call.items;
  if (item === undefined || call.isOtherRead) return undefined;
  // As planned, a read is a GET; a 414 has made a POST of it. Then a page is not asked for a second time: it is not the
  // message's own request.
  const wasRefused = call.request.method === 'POST';
  if (wasRefused && call.page !== undefined) return undefined;
  const other = otherRead(wasRefused ? item.message.request : call.request, wasRefused);
  return other && replacedBy([{ ...call, request: other, isOtherRead: true }]);
}

async function reauthenticated(
  { call, exchange: { sentAtMs }, token }: FailedCall,
  invocation: Invocation,
): Promise<CallResult | undefined> {
  const next = await afterRefusedToken(call, { token, sentAtMs }, invocation);
  switch (next.kind) {
    case 'again':
      return replacedBy([{ ...call, tokenTries: call.tokenTries + 1 }]);
    case 'ownFault':
      return undefined;
    case 'decided':
      return next;
  }
}

function replacedBy(calls: readonly Call[]): CallResult {
  return { kind: 'replaced', outcomes: NO_OUTCOMES, calls };
}

export type { FailedCall };
export { replaceCall };
