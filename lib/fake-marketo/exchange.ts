import type { IncomingMessage, ServerResponse } from 'node:http';
import { decide } from './decide.ts';
import type { Machine } from './machine.ts';
import { readBody } from './read-body.ts';
import type { Ending } from './reply.ts';
import { send } from './send.ts';
import type { TokenCheck } from './tokens.ts';

/** Marketo: bulk-import, a file must be under 10 MB. */
const MAX_IMPORT_BYTES = 10_000_000;

/**
 * The way of one API call: the token and the limits are looked at when it arrives, then its body is read, then a fault
 * or the operation gives the reply. The slot is free, and a starred call taken back, before the reply is sent.
 */
async function answerApiCall(machine: Machine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { subscription, limits, tokens, faults, counters } = machine;
  const arrivedAtMs = subscription.nowMs();
  const { method = '', url = '' } = request;
  const path = pathOf(url);
  counters.apiCalls += 1;
  limits.arrive(arrivedAtMs);
  if (faults.expiresToken({ target: 'api', method, path, body: '' })) tokens.expireAll();
  const refused = machine.switches.find('tokenInvalid') !== undefined;
  const token: TokenCheck = refused ? { kind: 'invalid' } : tokens.check(request.headers.authorization);
  const userId = token.kind === 'valid' ? token.user.userId : undefined;
  const isFree = token.kind === 'invalid' || token.kind === 'expired';
  const admission = isFree ? undefined : limits.admit(userId ?? 'unknown', arrivedAtMs);
  // Rule: bulk-size
  const body = await readBody(request, path.startsWith('/bulk/') ? MAX_IMPORT_BYTES : machine.maxBodyBytes);
  const text = body.kind === 'body' ? body.bytes.toString() : '';
  const contentType = request.headers['content-type'] ?? '';
  const decision = await decide(machine, { method, path, url, contentType, token, admission, body, text });

  if (admission !== undefined) limits.settle(admission, decision.code);
  const leave = () => admission !== undefined && limits.leave(admission);
  const { ending } = decision;
  // Rule: limits-slot-held
  if (ending.kind !== 'hang') leave();
  if (decision.code !== undefined) subscription.usage.countError(subscription.nowMs(), decision.code);
  await send(machine, response, ending);
  const endedAtMs = subscription.nowMs();
  if (ending.kind === 'hang') {
    const restMs = arrivedAtMs + ending.holdsSlotMs - endedAtMs;
    if (restMs > 0) void machine.timers.sleep(restMs).then(leave);
    else leave();
  }
  machine.reports.add({
    kind: 'api',
    method,
    url,
    path,
    operation: decision.operation,
    userId,
    contentType,
    body: text,
    status: statusOf(ending),
    code: decision.code,
    recordCodes: decision.recordCodes ?? [],
    executed: decision.executed ?? false,
    fault: decision.fault,
    arrivedAtMs,
    endedAtMs,
  });
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function statusOf(ending: Ending): number {
  if (ending.kind === 'cut') return 200;
  return ending.kind === 'reply' ? ending.status : 0;
}

export { answerApiCall, pathOf, statusOf };
