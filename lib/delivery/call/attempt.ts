import type { Permit } from '../../ledger/ledger.ts';
import { fitUri, toHttpRequest } from '../../marketo/http-request.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { DeliveryDeps } from '../deps.ts';
import { type Circumstances, outcomeOf } from '../judge/disposition.ts';
import { unclear } from '../judge/judge.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type Exchange, type Outcomes, sameOutcome } from '../outcome.ts';
import { withItems } from '../plan/bisect.ts';
import { type Call, endpointOf } from '../work-item.ts';
import type { CallResult } from './call-result.ts';
import { type Deadline, longestCallMs } from './call-timeout.ts';
import type { PermitReleases } from './permit-releases.ts';
import { permittedCall } from './permitted-call.ts';
import { type JudgedReply, observeReply, readReply } from './read-reply.ts';
import { replaceCall } from './replace-call.ts';
import type { SendOnceSession } from './send-once-session.ts';
import { withoutToken } from './without-token.ts';

/** What all calls of one invocation share. */
interface Invocation {
  readonly deps: DeliveryDeps;
  readonly sendOnce: SendOnceSession;
  readonly releases: PermitReleases;
  readonly deadline: Deadline;
}

/**
 * Makes one call with one permit, and says what became of its items.
 *
 * @throws when the send-once table cannot be reached: then nothing was sent.
 */
async function attempt(planned: Call, permit: Permit, invocation: Invocation): Promise<CallResult> {
  const { deps, sendOnce, releases } = invocation;
  const result = await permittedCall(
    {
      permit,
      operation: endpointOf(planned).operation,
      longestMs: longestCallMs(endpointOf(planned)),
      async prepare() {
        const { items, outcomes } = await sendOnce.claim(planned);
        const call = withItems(planned, items);
        return { prepared: { call, outcomes }, outgoing: items.length > 0 ? outgoingOf(call, invocation) : undefined };
      },
      read: (exchange, { call }) => readReply(call, exchange, deps.clock.nowMs()),
    },
    deps,
    releases,
  );
  if (result.kind === 'noToken') {
    return { kind: 'decided', outcomes: sameOutcome(planned.items, await withoutToken(result.answer, deps)) };
  }
  const { call, outcomes } = result.prepared;
  if (result.kind === 'notSent') {
    return call.items.length > 0 ? { kind: 'notSent', outcomes, items: call.items } : { kind: 'decided', outcomes };
  }
  const exchange: Exchange = { ...result.exchange, items: call.items };
  const { clock, limits, random } = deps;
  // Of a paused operation it is known that Marketo works: its probe's failure is an attempt.
  const probe = permit.probe === 'line' || permit.probe === 'day';
  const at = { exchange, probe, holdMs: result.holdMs, nowMs: clock.nowMs(), limits, random };
  const concluded =
    result.kind === 'replied'
      ? await conclude({ call, token: result.token.token, reply: result.value }, at, deps)
      : withoutVerdict(call, result.error, at, deps);
  return { ...concluded, outcomes: new Map([...outcomes, ...concluded.outcomes]) };
}

function outgoingOf(call: Call, { deps, deadline }: Invocation) {
  return { request: toHttpRequest(deps.baseUrl, fitUri(call.request)), timeoutMs: deadline.timeoutMs(call) };
}

interface RepliedCall {
  readonly call: Call;
  readonly token: Secret;
  readonly reply: JudgedReply;
}

async function conclude(
  { call, token, reply }: RepliedCall,
  at: Circumstances,
  deps: DeliveryDeps,
): Promise<CallResult> {
  const { judgement, verdict } = reply;
  try {
    observeReply(call, reply, deps.observe);
    if (judgement.kind === 'whole') {
      const replacement = await replaceCall({ call, verdict, exchange: at.exchange, token }, deps);
      if (replacement !== undefined) return replacement;
    }
    const verdictAt = (index: number): Verdict =>
      judgement.kind === 'each' ? (judgement.verdicts[index] ?? verdict) : verdict;
    return { kind: 'decided', outcomes: outcomesOf(call, verdictAt, at) };
  } catch (error) {
    return withoutVerdict(call, error, at, deps);
  }
}

/** Sent is sent: whatever is wrong with the relay or with a reply, it must not look like a call that was not made. */
function withoutVerdict(call: Call, error: unknown, at: Circumstances, { log }: DeliveryDeps): CallResult {
  log.error('the relay could not deal with a reply', { operation: endpointOf(call).operation, error: String(error) });
  const verdict = unclear('the relay could not deal with the reply');
  return { kind: 'decided', outcomes: outcomesOf(call, () => verdict, at) };
}

function outcomesOf({ items }: Call, verdictAt: (index: number) => Verdict, at: Circumstances): Outcomes {
  return new Map(items.map((item, index) => [item, outcomeOf(item, verdictAt(index), at)]));
}

export type { Invocation };
export { attempt };
