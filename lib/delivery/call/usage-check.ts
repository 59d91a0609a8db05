import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import { toHttpRequest } from '../../marketo/http-request.ts';
import { parseReply } from '../../marketo/reply.ts';
import { isObject, type MarketoRequest } from '../../marketo/request.ts';
import type { DeliveryDeps } from '../deps.ts';
import { longestCallMs } from './call-timeout.ts';

const REQUEST: MarketoRequest = { method: 'GET', path: '/rest/v1/stats/usage.json' };
/** So much of the function's time must be left beyond the call's own. */
const MARGIN_MS = 15_000;

/**
 * Asks Marketo now and then how many calls the day has seen, so that the ledger leaves out of the quota what other
 * integrations have used. One ordinary call, with a permit as any other; it is left out when there is none at once.
 * Never throws: nothing depends on it but the count.
 */
async function checkUsage(deps: DeliveryDeps, deadlineMs: number): Promise<void> {
  const { ledger, clock, log } = deps;
  const callTimeoutMs = longestCallMs(matchEndpoint(REQUEST));
  if (!ledger.usageDue() || clock.nowMs() + callTimeoutMs + MARGIN_MS > deadlineMs) return;
  try {
    const token = await deps.tokens.current();
    if (token.kind !== 'token') return;
    const [answer] = await ledger.acquire([{ keys: [], hasKeyless: true, callTimeoutMs }]);
    if (answer?.kind !== 'granted') return;
    const { permit } = answer;
    await clock.sleep(Math.max(0, permit.notBeforeMs - clock.nowMs()));
    const atMs = clock.nowMs();
    const unused = atMs > permit.sendByMs || permit.probe;
    const reply = unused
      ? undefined
      : await deps.transport(toHttpRequest(deps.baseUrl, REQUEST), {
          timeoutMs: callTimeoutMs,
          bearer: token.token.reveal(),
        });
    const endedAtMs = clock.nowMs();
    // Marketo may be busy with a call whose connection broke.
    const isLost = reply?.kind === 'noReply' && reply.mayHaveExecuted;
    const holdMs = isLost ? Math.max(0, atMs + callTimeoutMs - endedAtMs) : 0;
    await ledger.release([{ permit, outcome: unused ? 'unused' : 'neutral', counted: !unused, endedAtMs, holdMs }]);
    const usage = reply && readUsage(parseReply(reply), token.user);
    if (usage !== undefined) await ledger.learnUsage({ ...usage, atMs });
  } catch (error) {
    log.warn('usage not asked for', { error: String(error) });
  }
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
