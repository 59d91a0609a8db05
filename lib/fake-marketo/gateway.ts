import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf, statusOf } from './exchange.ts';
import type { Machine } from './machine.ts';
import { readBody } from './read-body.ts';
import type { Ending } from './reply.ts';
import { send } from './send.ts';

/** A call that does not get through to Marketo. No token is looked at, and nothing is counted against a limit. */
async function answerAtGateway(
  machine: Machine,
  request: IncomingMessage,
  response: ServerResponse,
  ending: Ending,
): Promise<void> {
  const { subscription, counters, limits } = machine;
  const arrivedAtMs = subscription.nowMs();
  const { method = '', url = '' } = request;
  const path = pathOf(url);
  const kind = path.startsWith('/identity/') ? 'identity' : 'api';
  if (kind === 'api') {
    counters.apiCalls += 1;
    limits.arrive(arrivedAtMs);
  } else counters.identityCalls += 1;
  const body = await readBody(request, machine.maxBodyBytes);
  await send(machine, response, ending);
  const status = statusOf(ending);
  machine.reports.add({
    kind,
    method,
    url: kind === 'identity' ? path : url,
    path,
    operation: undefined,
    userId: undefined,
    contentType: request.headers['content-type'],
    body: kind === 'api' && body.kind === 'body' ? body.bytes.toString() : '',
    status,
    code: status === 0 ? undefined : String(status),
    recordCodes: [],
    executed: false,
    fault: ending.kind === 'hang' ? 'hang' : 'outage',
    arrivedAtMs,
    endedAtMs: subscription.nowMs(),
  });
}

export { answerAtGateway };
