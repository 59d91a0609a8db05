import { tokenMark } from '../../access-token/token-state.ts';
import type { CallOutcome } from '../../ledger/ledger.ts';
import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import { toHttpRequest } from '../../marketo/http-request.ts';
import { parseReply } from '../../marketo/reply.ts';
import type { MarketoRequest } from '../../marketo/request.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { DeliveryDeps } from '../deps.ts';
import { callOutcomeOf, holdMsOf } from '../judge/disposition.ts';
import { judge } from '../judge/judge.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type Deadline, longestCallMs } from './call-timeout.ts';
import { ownPermit } from './own-permit.ts';
import type { PermitReleases, ReleaseTerms } from './permit-releases.ts';
import { type HttpExchange, permittedCall } from './permitted-call.ts';
import { usageIn } from './usage-reply.ts';

const REQUEST: MarketoRequest = { method: 'GET', path: '/rest/v1/stats/usage.json' };
const ENDPOINT = matchEndpoint(REQUEST);

/**
 * What one call of the usage endpoint told. It belongs to no message, so its failure is nobody's attempt.
 *
 * - `answered`: Marketo works. A 603 or a spent limit says so too: it is Marketo that says it.
 * - `failed`: it looks as if Marketo did not work.
 * - `tokenRefused`: Marketo works, and does not take the token.
 * - `notMade`: there was no permit, no token or no time, so nothing is known.
 */
type UsageAnswer =
  | { readonly kind: 'answered' | 'failed' | 'tokenRefused'; readonly token: Secret; readonly sentAtMs: number }
  | { readonly kind: 'notMade' };

interface UsageAsk {
  /** The call may be let through where others are not, and its end tells the ledger whether Marketo works. */
  readonly healthCheck: boolean;
  /** A permit is waited for so long, as far as the invocation has time for the call. */
  readonly patienceMs: number;
}

const NOT_MADE: UsageAnswer = { kind: 'notMade' };
/** Verdicts that only a working Marketo gives, on a call that is at nobody's fault. */
const ANSWERS: ReadonlySet<CallOutcome> = new Set(['success', 'denied', 'windowSpent', 'slotsSpent', 'daySpent']);

/** Calls the usage endpoint with a permit of its own, and tells the ledger what it learnt. Never throws. */
async function askUsage(
  { healthCheck, patienceMs }: UsageAsk,
  deps: DeliveryDeps,
  releases: PermitReleases,
  deadline: Deadline,
): Promise<UsageAnswer> {
  const { clock, tokens, ledger, log } = deps;
  const longestMs = longestCallMs(ENDPOINT);
  try {
    // The count can wait for an invocation with more time; without a health check, no invocation may make progress.
    const isInTime = healthCheck ? deadline.fits(longestMs) : clock.nowMs() + longestMs <= deadline.atMs;
    if (!isInTime) return NOT_MADE;
    // Before the permit is asked for: a permit does not wait for a token.
    if ((await tokens.current()).kind !== 'token') return NOT_MADE;
    const permit = await ownPermit(
      { operation: ENDPOINT.operation, longestMs, patienceMs, healthCheck },
      deps,
      deadline,
    );
    if (permit === undefined) return NOT_MADE;
    const outgoing = { request: toHttpRequest(deps.baseUrl, REQUEST), timeoutMs: deadline.timeoutMs(longestMs) };
    const result = await permittedCall(
      {
        permit,
        operation: ENDPOINT.operation,
        longestMs,
        // A probe that is no health check is for a message's call: this one's failure would teach the ledger nothing.
        prepare: async () => ({
          prepared: undefined,
          outgoing: !healthCheck && permit.probe !== undefined ? undefined : outgoing,
        }),
        read: (exchange, _, { token }) => readUsageReply(exchange, token, healthCheck, clock.nowMs()),
      },
      deps,
      releases,
    );
    if (result.kind !== 'replied') return NOT_MADE;
    const { exchange, token, value } = result;
    const usage = usageIn(value.reply, token.user);
    if (usage !== undefined) await ledger.learnUsage({ ...usage, atMs: exchange.sentAtMs });
    return { kind: value.kind, token: token.token, sentAtMs: exchange.sentAtMs };
  } catch (error) {
    log.warn('the usage endpoint could not be asked', { error: String(error) });
    return NOT_MADE;
  }
}

function readUsageReply({ reply, sentAtMs }: HttpExchange, token: Secret, healthCheck: boolean, nowMs: number) {
  const parsed = parseReply(reply);
  const judgement = judge({ endpoint: ENDPOINT, method: 'GET', records: undefined, messages: 1 }, parsed);
  // Never by record: the endpoint has no `input`.
  const verdict = judgement.kind === 'whole' ? judgement.verdict : undefined;
  const outcome = verdict === undefined ? 'success' : callOutcomeOf(verdict);
  const kind = kindOf(verdict, outcome);
  const holdMs = verdict === undefined ? 0 : holdMsOf(parsed, verdict, longestCallMs(ENDPOINT), nowMs - sentAtMs);
  const terms: ReleaseTerms = {
    // Asked for the count alone, a failure says nothing that the calls of messages do not say.
    outcome: healthCheck || outcome === 'success' ? outcome : 'neutral',
    counted: verdict?.counted ?? true,
    holdMs,
    ...(kind === 'answered' && { token: tokenMark(token) }),
  };
  return { value: { reply: parsed, kind }, terms };
}

function kindOf(verdict: Verdict | undefined, outcome: CallOutcome): 'answered' | 'failed' | 'tokenRefused' {
  if (verdict?.rule.kind === 'reauthenticate') return 'tokenRefused';
  return ANSWERS.has(outcome) ? 'answered' : 'failed';
}

export type { UsageAnswer };
export { askUsage };
