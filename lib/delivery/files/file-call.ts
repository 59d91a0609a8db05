import { keyHash } from '../../ledger/keys.ts';
import type { Permit, PermitAnswer } from '../../ledger/ledger.ts';
import type { HttpRequest } from '../../marketo/http.ts';
import { type ParsedReply, parseReply } from '../../marketo/reply.ts';
import type { WaitCode } from '../../settings/relay-codes.ts';
import { type Invocation, isCounted } from '../call/attempt.ts';
import { longestCallMs } from '../call/call-timeout.ts';
import { observeReply } from '../call/observe-reply.ts';
import { permittedCall } from '../call/permitted-call.ts';
import { readReply } from '../call/read-reply.ts';
import { afterRefusedToken } from '../call/refused-token.ts';
import { withoutToken } from '../call/without-token.ts';
import { outcomeOf } from '../judge/disposition.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Exchange, Outcome, RequeueOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type Call, endpointOf } from '../work-item.ts';

/**
 * - `answered`: the call was made; `outcome` is what its verdict would mean for the message.
 * - `waits`: it was not made, for want of a permit, a token or time.
 * - `nothing`: there was nothing to send, as `prepare` said.
 */
type FileCallResult =
  | {
      readonly kind: 'answered';
      readonly outcome: Outcome;
      readonly verdict: Verdict;
      readonly parsed: ParsedReply;
      readonly exchange: Exchange;
    }
  | { readonly kind: 'waits'; readonly outcome: RequeueOutcome }
  | { readonly kind: 'nothing' };

interface FileCall {
  readonly call: Call;
  /** The last look before the send. Undefined: nothing is sent. */
  prepare(): Promise<HttpRequest | undefined>;
  /** Held by all uploads, so that two are never on their way together. */
  readonly key?: string;
}

/** Makes one call of an import, as all calls are made: with a permit, the shared token, and one more try with another token. */
async function fileCall(planned: FileCall, invocation: Invocation): Promise<FileCallResult> {
  let { call } = planned;
  for (let tries = 0; tries <= DELIVERY_POLICY.maxTokenTries + 1; tries += 1) {
    const permit = await permitFor(planned, invocation);
    if (permit.kind === 'waits') return withTries(permit, call);
    const made = await make({ ...planned, call }, permit.permit, invocation);
    if (made.kind !== 'again') return made.kind === 'waits' ? withTries(made, call) : made;
    call = { ...call, tokenTries: call.tokenTries + 1 };
  }
  throw new Error('a refused token ended in no outcome');
}

type Waits = Extract<FileCallResult, { kind: 'waits' }>;

/** How often its token was refused must not get lost: refused again, it is the call's own fault. */
function withTries({ kind, outcome }: Waits, { tokenTries }: Call): Waits {
  return { kind, outcome: tokenTries > 0 ? { ...outcome, tokenTries } : outcome };
}

async function make(
  { call, prepare }: FileCall,
  permit: Permit,
  invocation: Invocation,
): Promise<FileCallResult | { readonly kind: 'again' }> {
  const { deps, releases, deadline, health } = invocation;
  const { clock, limits, random } = deps;
  const endpoint = endpointOf(call);
  const longestMs = longestCallMs(endpoint);
  const result = await permittedCall(
    {
      permit,
      operation: endpoint.operation,
      longestMs,
      async prepare() {
        const request = await prepare();
        const outgoing = request && { request, timeoutMs: deadline.timeoutMs(longestMs) };
        return { prepared: request !== undefined, outgoing };
      },
      read: (exchange, _, { token }) => readReply(call, exchange, token, clock.nowMs()),
    },
    deps,
    releases,
  );
  if (result.kind === 'noToken') return { kind: 'waits', outcome: await withoutToken(result.answer, deps) };
  if (result.kind === 'notSent') {
    return result.prepared ? { kind: 'waits', outcome: waiting('deadline', 0) } : { kind: 'nothing' };
  }
  const { body: _, ...request } = result.exchange.request;
  const exchange: Exchange = { ...result.exchange, request, items: call.items };
  if (result.kind === 'unread') throw result.error;
  const { token, holdMs, value } = result;
  observeReply(call, value, deps);
  if (value.outcome === 'success') health.succeeded(token.token);
  const { verdict } = value;
  if (verdict.rule.kind === 'reauthenticate') {
    const next = await afterRefusedToken(call, { token: token.token, sentAtMs: exchange.sentAtMs }, invocation);
    if (next.kind === 'again') return { kind: 'again' };
    const [decided] = next.kind === 'decided' ? next.outcomes.values() : [];
    if (decided?.kind === 'requeue') return { kind: 'waits', outcome: decided };
  }
  const counts = await isCounted({ permit, exchange }, value, health);
  const [item] = call.items;
  if (item === undefined) throw new Error('a call of an import needs its message');
  const at = { exchange, counts, sharedBy: 1, units: 1, holdMs, nowMs: clock.nowMs(), limits, random };
  return {
    kind: 'answered',
    outcome: outcomeOf(item, verdict, at),
    verdict,
    parsed: parseReply(exchange.reply),
    exchange,
  };
}

type Refused = Extract<PermitAnswer, { kind: 'refused' }>;
type PermitFor = { readonly kind: 'granted'; readonly permit: Permit } | Waits;

/** A short wait is waited out; a long one is left to the queue. A circuit that waits for a health check gets one. */
async function permitFor({ call, key }: FileCall, { deps, deadline, health }: Invocation): Promise<PermitFor> {
  const { clock, ledger, log, lane } = deps;
  const endpoint = endpointOf(call);
  const callTimeoutMs = longestCallMs(endpoint);
  const keys = key === undefined ? [] : [keyHash(key)];
  const { operation } = endpoint;
  const ask = { operation, keys, hasKeyless: key === undefined, callTimeoutMs, ...(lane && { lane }) };
  const endMs = clock.nowMs() + DELIVERY_POLICY.idlePatienceMs;
  for (;;) {
    if (!deadline.fits(callTimeoutMs)) return { kind: 'waits', outcome: waiting('deadline', 0) };
    const answers = await ledger.acquire([ask]).catch((error: unknown) => {
      log.error('the ledger cannot be reached: a file waits', { error: String(error) });
      return undefined;
    });
    const answer = answers?.[0];
    if (answer?.kind === 'granted') return { kind: 'granted', permit: answer.permit };
    if (answer === undefined) {
      return { kind: 'waits', outcome: waiting('ledgerUnreachable', DELIVERY_POLICY.tableUnreachableWaitMs) };
    }
    // There may be no other messages whose calls would find out.
    if (ledger.healthCheckDue()) await health.check();
    // Each wait is 50 ms at least, so there are 400 tries at most.
    const isLong = answer.waitMs > DELIVERY_POLICY.permitPatienceMs || clock.nowMs() + answer.waitMs >= endMs;
    if (isLong) return { kind: 'waits', outcome: waiting(waitCodeOf(answer), spread(answer.waitMs, deps)) };
    await clock.sleep(spread(answer.waitMs, deps));
  }
}

function spread(waitMs: number, { random }: Invocation['deps']): number {
  return waitMs * (1 + random() * DELIVERY_POLICY.permitWaitJitterShare);
}

function waitCodeOf({ reason, detail }: Refused): WaitCode {
  if (reason !== 'operation') return reason;
  return detail === 'quotaSpent' ? 'quotaSpent' : 'operationPaused';
}

/** No attempt is counted. */
function waiting(code: WaitCode, delayMs: number): RequeueOutcome {
  return { kind: 'requeue', reason: 'wait', code, delayMs };
}

export type { FileCallResult };
export { fileCall, waiting };
