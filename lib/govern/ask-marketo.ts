import type { TokenKeeper } from '../access-token/token-keeper.ts';
import { tokenMark } from '../access-token/token-state.ts';
import { longestCallMs } from '../delivery/call/call-timeout.ts';
import { usageIn } from '../delivery/call/usage-reply.ts';
import { callOutcomeOf, holdMsOf } from '../delivery/judge/disposition.ts';
import { judge } from '../delivery/judge/judge.ts';
import { heaviest } from '../delivery/judge/verdict.ts';
import type { Ledger, PermitAsk, Release } from '../ledger/ledger.ts';
import { matchEndpoint } from '../marketo/endpoints/endpoints.ts';
import type { HttpReply, Transport } from '../marketo/http.ts';
import { toHttpRequest } from '../marketo/http-request.ts';
import { type ParsedReply, parseReply } from '../marketo/reply.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import type { Secret } from '../marketo/secret.ts';
import type { Clock, Log } from '../ports.ts';

interface AskMarketoDeps {
  readonly baseUrl: string;
  readonly ledger: Ledger;
  readonly tokens: TokenKeeper;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** What is left of the run. */
  readonly leftMs: () => number;
}

const REQUEST: MarketoRequest = { method: 'GET', path: '/rest/v1/stats/usage.json' };
const ENDPOINT = matchEndpoint(REQUEST);
/** The reply of a call that takes longer is not worth waiting for: a minute later, it is asked again. */
const MOST_MS = 20_000;
/** For the release of the permit, and what the answer leads to. */
const SETTLE_MS = 15_000;

/**
 * `healthCheck`: the only call that a line lets through which passing failures have stopped. `probe`: an ordinary call, for
 * every other stop. `usage`: for the count of the day.
 */
type AskPurpose = 'healthCheck' | 'probe' | 'usage';

type End = Omit<Release, 'permit' | 'operation' | 'endedAtMs'>;

/**
 * One call to the usage endpoint (Marketo: usage) with a permit like any other call's: to learn what the day has seen, or
 * to see whether a stopped line works again. A permit that is not to be had at once is not waited for. Never throws:
 * what a probe could not show, the next one shows.
 */
async function askMarketo(purpose: AskPurpose, deps: AskMarketoDeps): Promise<void> {
  const { ledger, tokens, clock, log } = deps;
  if (deps.leftMs() < MOST_MS + SETTLE_MS) return;
  try {
    // Before the permit is asked for: a permit does not wait for a token.
    const answer = await tokens.current();
    if (answer.kind === 'refused' && purpose !== 'usage') {
      await ledger.tokenUnobtainable(answer.reason, answer.detail);
    }
    if (answer.kind !== 'token') return;
    const longestMs = longestCallMs(ENDPOINT);
    const [permitted] = await ledger.acquire([askFor(purpose, longestMs)]);
    if (permitted?.kind !== 'granted') return;
    const { permit } = permitted;
    let end: End = { outcome: 'unused', counted: false };
    try {
      await clock.sleep(Math.max(0, permit.notBeforeMs - clock.nowMs()));
      const sentAtMs = clock.nowMs();
      if (sentAtMs > permit.sendByMs) return;
      end = { outcome: 'transient', counted: true, holdMs: longestMs };
      const reply = await call(deps, answer.token.reveal());
      const parsed = parseReply(reply);
      end = endOf(parsed, clock.nowMs() - sentAtMs, longestMs, answer.token);
      log.info('Marketo was asked', { purpose, outcome: end.outcome });
      if (end.outcome === 'neutral') await replaceToken(answer.token, sentAtMs, deps);
      const usage = usageIn(parsed, answer.user);
      if (usage !== undefined) await ledger.learnUsage({ ...usage, atMs: sentAtMs });
    } finally {
      await ledger.release([{ permit, operation: ENDPOINT.operation, ...end, endedAtMs: clock.nowMs() }]);
    }
  } catch (error) {
    log.warn('Marketo could not be asked', { purpose, error: String(error) });
  }
}

function askFor(purpose: AskPurpose, callTimeoutMs: number): PermitAsk {
  const ask = { operation: ENDPOINT.operation, keys: [], hasKeyless: true, callTimeoutMs };
  return purpose === 'healthCheck' ? { ...ask, healthCheck: true } : ask;
}

function call({ baseUrl, transport }: AskMarketoDeps, bearer: string): Promise<HttpReply> {
  return transport(toHttpRequest(baseUrl, REQUEST), { timeoutMs: MOST_MS, bearer });
}

function endOf(parsed: ParsedReply, durationMs: number, longestMs: number, token: Secret): End {
  const judgement = judge({ endpoint: ENDPOINT, method: 'GET', records: undefined, messages: 1 }, parsed);
  const verdict = judgement.kind === 'whole' ? judgement.verdict : heaviest(judgement.verdicts);
  const outcome = callOutcomeOf(verdict);
  return {
    outcome,
    counted: verdict.counted,
    holdMs: holdMsOf(parsed, verdict, longestMs, durationMs),
    ...(outcome === 'success' && { token: tokenMark(token) }),
  };
}

/** The next call finds what came of it. */
async function replaceToken(
  failed: Parameters<TokenKeeper['replace']>[0],
  sentAtMs: number,
  { tokens }: AskMarketoDeps,
): Promise<void> {
  await tokens.replace(failed, { sentAtMs, workedSince: false, served: false, confirmed: false });
}

export type { AskMarketoDeps, AskPurpose };
export { askMarketo };
