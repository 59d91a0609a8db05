import { createDynamoDbLedgerRegister } from '../../aws/dynamodb-ledger.ts';
import type { LedgerStatus } from '../../aws/ledger-status.ts';
import { longestCallMs } from '../../delivery/call/call-timeout.ts';
import { callOutcomeOf, holdMsOf } from '../../delivery/judge/disposition.ts';
import { judge } from '../../delivery/judge/judge.ts';
import { heaviest } from '../../delivery/judge/verdict.ts';
import type { CallOutcome, Ledger, Permit, Release } from '../../ledger/ledger.ts';
import type { LedgerLimits } from '../../ledger/limits.ts';
import { createSharedLedger } from '../../ledger/shared-ledger.ts';
import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import type { HttpReply, Transport } from '../../marketo/http.ts';
import { toHttpRequest } from '../../marketo/http-request.ts';
import { type ParsedReply, parseReply } from '../../marketo/reply.ts';
import type { MarketoRequest } from '../../marketo/request.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { Clock } from '../../ports.ts';
import { SILENT_LOG } from '../cli/json-log.ts';
import type { RelayTarget } from '../target/target.ts';
import { type Finding, findingOf } from './finding.ts';

type Asked =
  | { readonly kind: 'answered'; readonly reply: ParsedReply }
  | { readonly kind: 'notAsked'; readonly why: string }
  | { readonly kind: 'failed'; readonly finding: Finding };

interface AskInput {
  readonly target: RelayTarget;
  readonly limits: LedgerLimits;
  /** As it was read before anything was asked; undefined while no call was made yet. */
  readonly status: LedgerStatus | undefined;
  readonly token: Secret;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

type Ask = (path: string) => Promise<Asked>;

const CALL_MS = 30_000;
const PATIENCE_MS = 10_000;
/** What these of a call's ends say is true whoever made it. A denied or failed look must not pause anything of the relay's. */
const TEACHES: ReadonlySet<CallOutcome> = new Set(['success', 'windowSpent', 'slotsSpent', 'daySpent']);

/**
 * Reads of Marketo's, one at a time, each with a permit of the relay's ledger: a look must not be what passes a limit.
 *
 * While the line is stopped the ledger grants none, and then is when one wants to look. Nothing else goes out meanwhile, so the
 * call is made without, if the window has room.
 */
function askWithinLimits(input: AskInput): Ask {
  const { target, limits, status, clock } = input;
  const { dynamoDb: client } = target.clients;
  const register = createDynamoDbLedgerRegister({
    client,
    tableName: target.ledgerTableName,
    subscription: target.subscription,
    limits,
  });
  const ledger = createSharedLedger({ register, limits, clock, random: Math.random, log: SILENT_LOG });
  const isStopped = status?.lineStop !== undefined || status?.daySpentUntilMs !== undefined;
  let unpermitted = 0;

  return async (path) => {
    if (input.stop.aborted) return { kind: 'notAsked', why: 'interrupted' };
    const request: MarketoRequest = { method: 'GET', path };
    try {
      if (!isStopped) return await askWithPermit(request, input, ledger);
      unpermitted += 1;
      const hasRoom = status.callsInFlight < limits.slots && status.callsInWindow + unpermitted <= limits.windowCalls;
      if (!hasRoom) return { kind: 'notAsked', why: 'the window is full just now: run it again in a minute' };
      return { kind: 'answered', reply: parseReply(await send(request, input)) };
    } catch (error) {
      const what = `the ledger's table ${target.ledgerTableName}`;
      return {
        kind: 'failed',
        finding: findingOf(error, { what, action: 'dynamodb:UpdateItem and dynamodb:PutItem' }),
      };
    }
  };
}

async function askWithPermit(request: MarketoRequest, input: AskInput, ledger: Ledger): Promise<Asked> {
  const permit = await permitFor(request, input, ledger);
  if (typeof permit === 'string') return { kind: 'notAsked', why: permit };
  const { clock } = input;
  const endpoint = matchEndpoint(request);
  let end: Omit<Release, 'permit' | 'operation' | 'endedAtMs'> = { outcome: 'unused', counted: false };
  try {
    await clock.sleep(Math.max(0, permit.notBeforeMs - clock.nowMs()));
    const sentAtMs = clock.nowMs();
    if (sentAtMs > permit.sendByMs) return { kind: 'notAsked', why: 'this machine was too slow for its permit' };
    end = { outcome: 'neutral', counted: true, holdMs: longestCallMs(endpoint) };
    const reply = parseReply(await send(request, input));
    const judgement = judge({ endpoint, method: 'GET', records: undefined, messages: 1 }, reply);
    const verdict = judgement.kind === 'whole' ? judgement.verdict : heaviest(judgement.verdicts);
    const outcome = callOutcomeOf(verdict);
    const holdMs = holdMsOf(reply, verdict, longestCallMs(endpoint), clock.nowMs() - sentAtMs);
    end = { outcome: TEACHES.has(outcome) ? outcome : 'neutral', counted: verdict.counted, holdMs };
    return { kind: 'answered', reply };
  } finally {
    await ledger.release([{ permit, operation: endpoint.operation, ...end, endedAtMs: clock.nowMs() }]);
  }
}

/** @returns why there is none. */
async function permitFor(request: MarketoRequest, { clock, stop }: AskInput, ledger: Ledger): Promise<Permit | string> {
  const endpoint = matchEndpoint(request);
  const ask = { operation: endpoint.operation, keys: [], hasKeyless: true, callTimeoutMs: longestCallMs(endpoint) };
  const endMs = clock.nowMs() + PATIENCE_MS;
  for (;;) {
    const [answer] = await ledger.acquire([ask]);
    if (answer?.kind === 'granted') return answer.permit;
    const isPassing = answer?.reason === 'window' || answer?.reason === 'slots';
    if (!isPassing) return `the ledger grants no call now (${answer?.detail ?? answer?.reason ?? 'no answer'})`;
    // Each wait is 50 ms at least, so there are 200 tries at most.
    const waitMs = Math.max(50, answer.waitMs);
    if (stop.aborted || clock.nowMs() + waitMs >= endMs) return 'the relay uses its limits to the full just now';
    await clock.sleep(waitMs);
  }
}

function send(request: MarketoRequest, { target, transport, token }: AskInput): Promise<HttpReply> {
  const { origin } = new URL(target.baseUrl);
  return transport(toHttpRequest(origin, request), { timeoutMs: CALL_MS, bearer: token.reveal() });
}

export type { Ask, Asked };
export { askWithinLimits };
