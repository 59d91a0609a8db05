import type { CallOutcome } from '../../ledger/ledger.ts';
import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import { toHttpRequest } from '../../marketo/http-request.ts';
import { type ParsedReply, parseReply } from '../../marketo/reply.ts';
import { isObject, type MarketoRequest } from '../../marketo/request.ts';
import type { DeliveryDeps } from '../deps.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { longestCallMs } from './call-timeout.ts';
import { createPermitReleases } from './permit-releases.ts';
import { type HttpExchange, permittedCall } from './permitted-call.ts';

const REQUEST: MarketoRequest = { method: 'GET', path: '/rest/v1/stats/usage.json' };
const ENDPOINT = matchEndpoint(REQUEST);
/** Answers that say that Marketo does not work (Marketo: error-codes). */
const OUTAGE_CODES: readonly string[] = ['604', '608', '611', '614'];
/** A short function must find out, too: it waits for a health check as long as it can. */
const LEAST_HEALTH_CHECK_MS = 5_000;

/**
 * Asks Marketo now and then how many calls the day has seen, so that the ledger leaves out of the quota what other
 * integrations have used; and when a half-open circuit waits to know whether Marketo works. It is one call with a permit of its own, and it is not made when there is no permit at
 * once. Never throws: nothing depends on it but the count.
 */
async function checkUsage(deps: DeliveryDeps, deadlineMs: number): Promise<void> {
  const { ledger, clock, tokens, log } = deps;
  const { operation } = ENDPOINT;
  const longestMs = longestCallMs(ENDPOINT);
  const healthCheck = ledger.healthCheckDue() && ({ healthCheck: true } as const);
  const neededMs = healthCheck ? LEAST_HEALTH_CHECK_MS : longestMs + DELIVERY_POLICY.settleReserveMs;
  if ((!healthCheck && !ledger.usageDue()) || clock.nowMs() + neededMs > deadlineMs) return;
  try {
    // Before the permit is asked for: a permit does not wait for a token.
    if ((await tokens.current()).kind !== 'token') return;
    const [answer] = await ledger.acquire([
      { operation, keys: [], hasKeyless: true, callTimeoutMs: longestMs, ...healthCheck },
    ]);
    if (answer?.kind !== 'granted') return;
    const { permit } = answer;
    const releases = createPermitReleases(deps);
    const isHealthCheck = permit.healthCheck === true;
    const outgoing = () => {
      const timeoutMs = Math.max(1, Math.min(longestMs, deadlineMs - clock.nowMs()));
      return { request: toHttpRequest(deps.baseUrl, REQUEST), timeoutMs };
    };
    const result = await permittedCall(
      {
        permit,
        operation,
        longestMs,
        // A probe of a stopped line is for a message's call: this one's failure would teach the ledger nothing.
        prepare: async () => ({
          prepared: undefined,
          outgoing: permit.probe && !isHealthCheck ? undefined : outgoing(),
        }),
        read: (exchange) => readUsageReply(exchange, isHealthCheck, longestMs, clock.nowMs()),
      },
      deps,
      releases,
    );
    await releases.written();
    if (result.kind !== 'replied') return;
    const { exchange, token, value } = result;
    const usage = usageIn(value, token.user);
    if (usage !== undefined) await ledger.learnUsage({ ...usage, atMs: exchange.sentAtMs });
  } catch (error) {
    log.warn('the usage of the day could not be asked for', { error: String(error) });
  }
}

/** Only a health check says something of Marketo's health; a lost reply may still keep Marketo busy. */
function readUsageReply({ reply, sentAtMs }: HttpExchange, isHealthCheck: boolean, longestMs: number, nowMs: number) {
  const isLost = reply.kind === 'noReply' && reply.mayHaveExecuted;
  const holdMs = isLost ? Math.max(0, sentAtMs + longestMs - nowMs) : 0;
  const value = parseReply(reply);
  return { value, terms: { outcome: isHealthCheck ? healthOf(value) : 'neutral', counted: true, holdMs } } as const;
}

/** Whatever Marketo answers, it works, unless the answer says that it does not. */
function healthOf(reply: ParsedReply): CallOutcome {
  if (reply.kind !== 'marketo') return 'transient';
  const codes = reply.success ? [] : reply.errors.map(({ code }) => code);
  if (codes.some((code) => OUTAGE_CODES.includes(code))) return 'transient';
  return codes.includes('603') ? 'denied' : codes.includes('607') ? 'daySpent' : 'success';
}

/**
 * `result: [{ date, total, users: [{ userId, count }] }]` (Marketo: usage). Without the name of this relay's user, what
 * the ledger has counted stands for its share: no number can be larger.
 */
function usageIn(
  reply: ParsedReply,
  user: string | undefined,
): { readonly totalToday: number; readonly ownToday: number } | undefined {
  const today = reply.kind === 'marketo' && reply.success ? reply.result?.[0] : undefined;
  if (!isObject(today) || typeof today.total !== 'number') return undefined;
  const users = Array.isArray(today.users) ? today.users.filter(isObject) : [];
  const own = users.find(({ userId }) => typeof userId === 'string' && userId.toLowerCase() === user?.toLowerCase());
  return { totalToday: today.total, ownToday: typeof own?.count === 'number' ? own.count : Number.POSITIVE_INFINITY };
}

export { checkUsage };
