import type { Permit } from '../../ledger/ledger.ts';
import { fitUri, toHttpRequest } from '../../marketo/http-request.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { FieldCheck } from '../fields/field-check.ts';
import { type Circumstances, outcomeOf } from '../judge/disposition.ts';
import { unclear } from '../judge/judge.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { OrderSession } from '../order/order-session.ts';
import { unfinishedItems } from '../order/unfinished-items.ts';
import { type Exchange, NO_OUTCOMES, type Outcomes, sameOutcome } from '../outcome.ts';
import { withItems } from '../plan/bisect.ts';
import type { Fault } from '../plan/trait.ts';
import { countUnits } from '../plan/units.ts';
import { type Call, endpointOf, messagesOf } from '../work-item.ts';
import type { CallResult } from './call-result.ts';
import { type Deadline, longestCallMs } from './call-timeout.ts';
import type { Health } from './health.ts';
import { observeReply } from './observe-reply.ts';
import type { PermitReleases } from './permit-releases.ts';
import { permittedCall } from './permitted-call.ts';
import { type JudgedReply, readReply } from './read-reply.ts';
import { replaceCall } from './replace-call.ts';
import type { SendOnceSession } from './send-once-session.ts';
import { tellReply } from './tell-reply.ts';
import { withoutToken } from './without-token.ts';

/** What all calls of one invocation share. */
interface Invocation {
  readonly deps: DeliveryDeps;
  readonly sendOnce: SendOnceSession;
  readonly releases: PermitReleases;
  readonly deadline: Deadline;
  readonly health: Health;
  readonly fields: FieldCheck;
  readonly order: OrderSession;
}

/**
 * Makes one call with one permit, and says what became of its items.
 *
 * @throws when the send-once table cannot be reached: then nothing was sent.
 */
async function attempt(planned: Call, permit: Permit, invocation: Invocation): Promise<CallResult> {
  const { deps, sendOnce, releases, order } = invocation;
  const endpoint = endpointOf(planned);
  const result = await permittedCall(
    {
      permit,
      operation: endpoint.operation,
      longestMs: longestCallMs(endpoint),
      async prepare() {
        const { items, outcomes } = await sendOnce.claim(planned);
        const call = withItems(planned, items);
        return { prepared: { call, outcomes }, outgoing: items.length > 0 ? outgoingOf(call, invocation) : undefined };
      },
      read: (exchange, { call }, { token }) => readReply(call, exchange, token, deps.clock.nowMs()),
      hold: ({ call }, reply) => order.hold(unfinishedItems(call, reply)),
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
  const ended = { call, permit, exchange, token: result.token.token, holdMs: result.holdMs };
  const concluded =
    result.kind === 'replied'
      ? await conclude(ended, result.value, invocation)
      : withoutVerdict(ended, result.error, invocation);
  return { ...concluded, outcomes: new Map([...outcomes, ...concluded.outcomes]) };
}

function outgoingOf(call: Call, { deps, deadline }: Invocation) {
  return {
    request: toHttpRequest(deps.baseUrl, call.isOtherRead ? call.request : fitUri(call.request)),
    timeoutMs: deadline.timeoutMs(longestCallMs(endpointOf(call))),
  };
}

interface EndedCall {
  readonly call: Call;
  readonly permit: Permit;
  readonly exchange: Exchange;
  /** The one that the call was made with. */
  readonly token: Secret;
  readonly holdMs: number;
}

async function conclude(ended: EndedCall, reply: JudgedReply, invocation: Invocation): Promise<CallResult> {
  const { call, exchange, token } = ended;
  const { judgement, verdict } = reply;
  const { deps, health } = invocation;
  try {
    observeReply(call, reply, deps);
    if (reply.outcome === 'success') health.succeeded(token);
    if (judgement.kind === 'each') {
      const at = circumstances(ended, { counts: true, sharedBy: 1, units: 1 }, deps);
      return { kind: 'decided', outcomes: outcomesOf(call, (index) => judgement.verdicts[index] ?? verdict, at) };
    }
    const replacement = await replaceCall({ call, verdict, exchange, token }, invocation);
    if (replacement !== undefined) return replacement;
    const told = await tellReply({ call, verdict, exchange }, deps);
    if (told !== undefined) return told;
    if (isOfSome(call, verdict)) {
      const at = circumstances(ended, { counts: true, sharedBy: 1, units: 1 }, deps);
      return {
        kind: 'failed',
        outcomes: NO_OUTCOMES,
        final: outcomesOf(call, () => verdict, at),
        fault: faultOf(verdict),
      };
    }
    const counts = await isCounted(ended, reply, health);
    const at = circumstances(ended, { counts, ...sizesOf(call) }, deps);
    const isData = verdict.rule.kind === 'isolate' || verdict.rule.kind === 'reject';
    return {
      kind: 'decided',
      outcomes: outcomesOf(call, () => verdict, at),
      ...(isData && { fault: faultOf(verdict) }),
    };
  } catch (error) {
    return withoutVerdict(ended, error, invocation);
  }
}

/** A fault of the data, by one or more of several. */
function isOfSome({ items }: Call, { rule, level, executed }: Verdict): boolean {
  const isUnsafe = executed === 'unknown' && items.some(({ message }) => !message.idempotent);
  if (rule.kind !== 'isolate' || isUnsafe) return false;
  // A reply with another number of results can be Marketo's own fault, each time: records alone would prove nothing.
  return (level === 'relay' ? messagesOf(items).length : countUnits(items)) > 1;
}

function faultOf({ code, message, errors }: Verdict): Fault {
  return { code, text: errors.length > 0 ? errors.map((error) => error.message).join('; ') : message };
}

/** A failure that may be Marketo's own counts as an attempt once another call shows that Marketo works. */
async function isCounted(
  { permit, exchange }: { readonly permit: Permit; readonly exchange: Pick<Exchange, 'sentAtMs'> },
  reply: JudgedReply,
  health: Health,
): Promise<boolean> {
  if (permit.probe === 'line' || permit.probe === 'day') return false;
  return reply.outcome !== 'transient' || health.worksAbout(exchange.sentAtMs);
}

function sizesOf({ items }: Call): Pick<Circumstances, 'sharedBy' | 'units'> {
  return { sharedBy: messagesOf(items).length, units: countUnits(items) };
}

function circumstances(
  { exchange, holdMs }: EndedCall,
  { counts, sharedBy, units }: Pick<Circumstances, 'counts' | 'sharedBy' | 'units'>,
  { clock, limits, random }: DeliveryDeps,
): Circumstances {
  return { exchange, counts, sharedBy, units, holdMs, nowMs: clock.nowMs(), limits, random };
}

/** Sent is sent: whatever is wrong with the relay or with a reply, it must not look like a call that was not made. */
function withoutVerdict(ended: EndedCall, error: unknown, { deps }: Invocation): CallResult {
  const { call } = ended;
  const { operation } = endpointOf(call);
  deps.log.error('the relay could not deal with a reply', { operation, error: String(error) });
  const verdict = unclear('the relay could not deal with the reply');
  const at = circumstances(ended, { counts: true, ...sizesOf(call) }, deps);
  return { kind: 'decided', outcomes: outcomesOf(call, () => verdict, at) };
}

function outcomesOf({ items }: Call, verdictAt: (index: number) => Verdict, at: Circumstances): Outcomes {
  return new Map(items.map((item, index) => [item, outcomeOf(item, verdictAt(index), at)]));
}

export type { Invocation };
export { attempt, isCounted };
