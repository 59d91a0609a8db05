import type { CallOutcome } from '../../ledger/ledger.ts';
import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import { toHttpRequest } from '../../marketo/http-request.ts';
import { parseReply } from '../../marketo/reply.ts';
import { isObject, type MarketoRequest } from '../../marketo/request.ts';
import type { DeliveryDeps } from '../deps.ts';
import { longestCallMs } from './call-timeout.ts';

const REQUEST: MarketoRequest = { method: 'GET', path: '/rest/v1/stats/usage.json' };
const ENDPOINT = matchEndpoint(REQUEST);
/** Answers that say that Marketo does not work (Marketo: error-codes). */
const OUTAGE_CODES: readonly string[] = ['604', '608', '611', '614'];
/** So much of the function's time must be left beyond the call's own. */
const MARGIN_MS = 15_000;
const LEAST_HEALTH_CHECK_MS = 5_000;

/**
 * Asks Marketo now and then how many calls the day has seen, so that the ledger leaves out of the quota what other
 * integrations have used; and when a half-open circuit waits to know whether Marketo works. One ordinary call, with a permit as any other; it is left out when there is none at once.
 * Never throws: nothing depends on it but the count.
 */
async function checkUsage(deps: DeliveryDeps, deadlineMs: number): Promise<void> {
  const { ledger, clock, log } = deps;
  const callTimeoutMs = longestCallMs(ENDPOINT);
  const { operation } = ENDPOINT;
  const healthCheck = ledger.healthCheckDue() && ({ healthCheck: true } as const);
  // A short function must find out, too: it waits for a health check as long as it can.
  const neededMs = healthCheck ? LEAST_HEALTH_CHECK_MS : callTimeoutMs + MARGIN_MS;
  if ((!healthCheck && !ledger.usageDue()) || clock.nowMs() + neededMs > deadlineMs) return;
  try {
    const token = await deps.tokens.current();
    if (token.kind !== 'token') return;
    const [answer] = await ledger.acquire([{ operation, keys: [], hasKeyless: true, callTimeoutMs, ...healthCheck }]);
    if (answer?.kind !== 'granted') return;
    const { permit } = answer;
    await clock.sleep(Math.max(0, permit.notBeforeMs - clock.nowMs()));
    const atMs = clock.nowMs();
    const unused = atMs > permit.sendByMs || (permit.probe !== undefined && !permit.healthCheck);
    const reply = unused
      ? undefined
      : await deps.transport(toHttpRequest(deps.baseUrl, REQUEST), {
          timeoutMs: Math.max(1, Math.min(callTimeoutMs, deadlineMs - atMs)),
          bearer: token.token.reveal(),
        });
    const endedAtMs = clock.nowMs();
    // Marketo may be busy with a call whose connection broke.
    const isLost = reply?.kind === 'noReply' && reply.mayHaveExecuted;
    const holdMs = isLost ? Math.max(0, atMs + callTimeoutMs - endedAtMs) : 0;
    const parsed = reply && parseReply(reply);
    const outcome = parsed === undefined ? 'unused' : permit.healthCheck ? healthOf(parsed) : 'neutral';
    await ledger.release([{ permit, operation, outcome, counted: !unused, endedAtMs, holdMs }]);
    const usage = parsed && readUsage(parsed, token.user);
    if (usage !== undefined) await ledger.learnUsage({ ...usage, atMs });
  } catch (error) {
    log.warn('usage not asked for', { error: String(error) });
  }
}

/** Whatever Marketo answers, it works, unless the answer says that it does not. */
function healthOf(reply: ReturnType<typeof parseReply>): CallOutcome {
  if (reply.kind !== 'marketo') return 'transient';
  const codes = reply.success ? [] : reply.errors.map(({ code }) => code);
  if (codes.some((code) => OUTAGE_CODES.includes(code))) return 'transient';
  return codes.includes('603') ? 'denied' : codes.includes('607') ? 'daySpent' : 'success';
}

/**
 * `result: [{ date, total, users: [{ userId, count }] }]` (Marketo: usage). Without the name of the own user, what the
 * ledger has counted stands for it: no number of its own can be larger.
 */
function readUsage(
  reply: ReturnType<typeof parseReply>,
  user: string | undefined,
): { totalToday: number; ownToday: number } | undefined {
  const today = reply.kind === 'marketo' && reply.success ? reply.result?.[0] : undefined;
  if (!isObject(today) || typeof today.total !== 'number') return undefined;
  const users = Array.isArray(today.users) ? today.users.filter(isObject) : [];
  const own = users.find(({ userId }) => typeof userId === 'string' && userId.toLowerCase() === user?.toLowerCase());
  return { totalToday: today.total, ownToday: typeof own?.count === 'number' ? own.count : Number.POSITIVE_INFINITY };
}

export { checkUsage };
