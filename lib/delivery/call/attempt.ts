import type { TokenAnswer } from '../../access-token/token-keeper.ts';
import type { CallOutcome, Permit } from '../../ledger/ledger.ts';
import { isKnown } from '../../marketo/catalogue/catalogue.ts';
import type { HttpReply } from '../../marketo/http.ts';
import { fitUri, mayReadByPost, postAsGet, toHttpRequest } from '../../marketo/http-request.ts';
import { parseReply } from '../../marketo/reply.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { DeliveryDeps } from '../deps.ts';
import { type Circumstances, callOutcomeOf, holdMsOf, outcomeOf } from '../judge/disposition.ts';
import { type Judgement, judge, unclear } from '../judge/judge.ts';
import { heaviest, type Verdict } from '../judge/verdict.ts';
import type { Exchange, Outcome } from '../outcome.ts';
import { bisect, withItems } from '../plan/bisect.ts';
import { type Call, messagesOf, type WorkItem } from '../work-item.ts';
import { longestCallMs } from './call-timeout.ts';
import type { SendOnceSession } from './send-once-session.ts';

/** What one permit led to: outcomes for some items, calls to make again for others, items still to plan. */
interface Step {
  readonly outcomes: ReadonlyMap<WorkItem, Outcome>;
  readonly calls: readonly Call[];
  readonly unsent: readonly WorkItem[];
}

const NO_OUTCOMES: ReadonlyMap<WorkItem, Outcome> = new Map();
/** What a stopped line costs each message that meets it; the circuit decides when one is let through. */
const STOPPED_WAIT_MS = 60_000;

interface PerformContext {
  readonly deps: DeliveryDeps;
  readonly claims: SendOnceSession;
  /** Releases under way: the invocation waits for them before it ends. */
  readonly releases: Promise<void>[];
  /** The longest that the call is waited for. */
  callTimeoutMs(call: Call): number;
}

function endpointOf(call: Call) {
  const [first] = call.items;
  if (first === undefined) throw new Error('a call needs at least one item');
  return first.message.endpoint;
}

function release(
  context: PerformContext,
  call: Call,
  permit: Permit,
  outcome: CallOutcome,
  counted = true,
  holdMs = 0,
): void {
  const endedAtMs = context.deps.clock.nowMs();
  const { operation } = endpointOf(call);
  context.releases.push(context.deps.ledger.release([{ permit, operation, outcome, counted, endedAtMs, holdMs }]));
}

function all(items: readonly WorkItem[], outcome: Outcome): ReadonlyMap<WorkItem, Outcome> {
  return new Map(items.map((item) => [item, outcome]));
}

function circumstances(
  exchange: Exchange,
  { probe }: Permit,
  holdMs: number,
  nowMs: number,
  { limits, random }: DeliveryDeps,
): Circumstances {
  // Of a paused operation it is known that Marketo works: its probe's failure is an attempt.
  return { exchange, probe: probe === 'line' || probe === 'day', holdMs, nowMs, limits, random };
}

/** The wait of messages that cannot be sent for want of a token. */
async function withoutToken(
  answer: Exclude<TokenAnswer, { kind: 'token' }>,
  deps: DeliveryDeps,
): Promise<Extract<Outcome, { kind: 'requeue' }>> {
  if (answer.kind === 'refused') {
    await deps.ledger.credentialsRefused(answer.detail).catch((error: unknown) => {
      // The next worker that is refused will tell.
      deps.log.error('the line is not stopped: ledger out of reach', { error: String(error) });
    });
  }
  const delayMs = answer.kind === 'refused' ? STOPPED_WAIT_MS : answer.retryAfterMs;
  return {
    kind: 'requeue',
    reason: 'wait',
    code: answer.kind === 'refused' ? 'credentialsRefused' : 'noToken',
    delayMs,
  };
}

type Prepared = { readonly kind: 'ready'; readonly call: Call; readonly token: Secret } | { readonly kind: 'over' };

/** Waits for the permit's start, and gets what the call needs: the token, and the right to send. */
async function prepare(
  planned: Call,
  permit: Permit,
  context: PerformContext,
): Promise<{ step: Step; prepared: Prepared }> {
  const { deps, claims } = context;
  const over = { kind: 'over' } as const;
  await deps.clock.sleep(Math.max(0, permit.notBeforeMs - deps.clock.nowMs()));
  const token = await deps.tokens.current();
  if (token.kind !== 'token') {
    const outcomes = all(planned.items, await withoutToken(token, deps));
    return { step: { outcomes, calls: [], unsent: [] }, prepared: over };
  }
  const { items, outcomes } = await claims.claim(planned);
  // A worker that was frozen must not use a permit that the others count as over.
  const isLate = deps.clock.nowMs() > permit.sendByMs;
  const call = withItems(planned, items);
  if (items.length === 0 || isLate) {
    // Planned anew, a part would be put together again with what it was parted from.
    const again = planned.isPart && items.length > 0 ? { calls: [call], unsent: [] } : { calls: [], unsent: items };
    return { step: { outcomes, ...again }, prepared: over };
  }
  return { step: { outcomes, calls: [], unsent: [] }, prepared: { kind: 'ready', call, token: token.token } };
}

/** Makes one call with one permit. Throws only when a table cannot be reached. */
async function perform(planned: Call, permit: Permit, context: PerformContext): Promise<Step> {
  let ready: Awaited<ReturnType<typeof prepare>>;
  try {
    ready = await prepare(planned, permit, context);
  } catch (error) {
    release(context, planned, permit, 'unused', false);
    throw error;
  }
  const { step, prepared } = ready;
  if (prepared.kind === 'over') {
    release(context, planned, permit, 'unused', false);
    return step;
  }
  const sent = await send(prepared.call, permit, prepared.token, context);
  return { ...sent, outcomes: new Map([...step.outcomes, ...sent.outcomes]) };
}

async function send(call: Call, permit: Permit, token: Secret, context: PerformContext): Promise<Step> {
  const { deps } = context;
  const endpoint = endpointOf(call);
  const request = toHttpRequest(deps.baseUrl, fitUri(call.request));
  const sentAtMs = deps.clock.nowMs();
  const reply: HttpReply = await deps.transport(request, {
    timeoutMs: context.callTimeoutMs(call),
    bearer: token.reveal(),
  });
  const exchange: Exchange = { request, reply, sentAtMs, items: call.items };
  try {
    return await conclude(call, exchange, permit, token, context);
  } catch (error) {
    // Sent is sent: whatever is wrong with the relay or with this reply, it must not look like a call that was not made.
    deps.log.error('a reply could not be dealt with', { operation: endpoint.operation, error: String(error) });
    const nowMs = deps.clock.nowMs();
    const holdMs = Math.max(0, sentAtMs + longestCallMs(endpoint) - nowMs);
    release(context, call, permit, 'transient', true, holdMs);
    const verdict = unclear('the relay could not deal with the reply');
    const at = circumstances(exchange, permit, holdMs, nowMs, deps);
    return {
      outcomes: new Map(call.items.map((item) => [item, outcomeOf(item, verdict, at)])),
      calls: [],
      unsent: [],
    };
  }
}

/** Reads, judges and accounts for what came back. */
async function conclude(
  call: Call,
  exchange: Exchange,
  permit: Permit,
  token: Secret,
  context: PerformContext,
): Promise<Step> {
  const { deps } = context;
  const { request, reply, sentAtMs } = exchange;
  const endpoint = endpointOf(call);
  const parsed = parseReply(reply);
  const isAligned = call.items.every((item) => item.record !== undefined);
  const judgement = judge(
    {
      endpoint,
      method: request.method,
      records: isAligned ? call.items.length : undefined,
      messages: messagesOf(call.items).length,
    },
    parsed,
  );
  const verdict = judgement.kind === 'whole' ? judgement.verdict : heaviest(judgement.verdicts);
  const nowMs = deps.clock.nowMs();
  const holdMs = holdMsOf(parsed, verdict, longestCallMs(endpoint), nowMs - sentAtMs);
  const isWhole = judgement.kind === 'whole';
  const ended = isWhole ? callOutcomeOf(verdict, call.reauthenticated) : 'success';
  // A reply that answers record by record counts, whatever codes the records have.
  release(context, call, permit, ended, !isWhole || verdict.counted, holdMs);
  report(call, judgement, verdict, nowMs - sentAtMs, deps);
  const at = circumstances(exchange, permit, holdMs, nowMs, deps);
  if (judgement.kind === 'whole') {
    const next = await again(call, verdict, token, exchange, deps);
    if (next !== undefined) return next;
  }
  const verdictAt = (index: number): Verdict =>
    judgement.kind === 'each' ? (judgement.verdicts[index] ?? verdict) : verdict;
  const outcomes = call.items.map((item, index) => [item, outcomeOf(item, verdictAt(index), at)] as const);
  return { outcomes: new Map(outcomes), calls: [], unsent: [] };
}

/** The calls that replace one which failed as a whole; undefined when its items get their outcomes from the verdict. */
async function again(
  call: Call,
  verdict: Verdict,
  token: Secret,
  exchange: Exchange,
  deps: DeliveryDeps,
): Promise<Step | undefined> {
  const { rule } = verdict;
  const isUnsafe = verdict.executed === 'unknown' && call.items.some((item) => !item.message.idempotent);
  if (isUnsafe) return undefined;
  const repeat = (...calls: readonly Call[]): Step => ({ outcomes: NO_OUTCOMES, calls, unsent: [] });
  switch (rule.kind) {
    case 'reauthenticate': {
      if (call.reauthenticated) {
        const outcome: Outcome = { kind: 'requeue', reason: 'wait', code: verdict.code, delayMs: STOPPED_WAIT_MS };
        return { outcomes: all(call.items, outcome), calls: [], unsent: [] };
      }
      const fresh = await deps.tokens.replace(token);
      if (fresh.kind === 'token') return repeat({ ...call, reauthenticated: true });
      return { outcomes: all(call.items, await withoutToken(fresh, deps)), calls: [], unsent: [] };
    }
    case 'reshape':
      if (rule.how === 'halve' && call.items.length > 1) return repeat(...bisect(call));
      if (rule.how === 'postAsGet' && exchange.request.method === 'GET' && mayReadByPost(call.request)) {
        return repeat({ ...call, request: postAsGet(call.request) });
      }
      return undefined;
    case 'isolate':
      return messagesOf(call.items).length > 1 ? repeat(...bisect(call)) : undefined;
    default:
      return undefined;
  }
}

function report(
  call: Call,
  judgement: Judgement,
  verdict: Verdict,
  durationMs: number,
  { observe }: DeliveryDeps,
): void {
  const { operation } = endpointOf(call);
  const code = judgement.kind === 'each' ? 'ok' : verdict.code;
  observe({
    kind: 'call',
    operation,
    records: call.items.length,
    messages: messagesOf(call.items).length,
    code,
    durationMs,
  });
  const verdicts = judgement.kind === 'each' ? judgement.verdicts : [verdict];
  for (const { rule, code: seen, level } of verdicts) {
    if (level !== 'relay' && rule.kind !== 'delivered' && !isKnown(seen, level))
      observe({ kind: 'unknownCode', code: seen, level });
  }
}

export type { PerformContext, Step };
export { perform, withoutToken };
