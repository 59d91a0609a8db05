import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf, statusOf } from './exchange.ts';
import type { FaultEffect } from './faults.ts';
import { answerIdentity, badCredentials } from './identity.ts';
import type { Machine } from './machine.ts';
import { endingOf } from './play-fault.ts';
import { readBody } from './read-body.ts';
import type { Ending } from './reply.ts';
import { send } from './send.ts';

const MAX_BODY_BYTES = 65_536;

/** Identity calls take no slot and count against nothing (Marketo: OpenAPI of identity). */
async function answerIdentityCall(machine: Machine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { subscription, counters, users } = machine;
  const arrivedAtMs = subscription.nowMs();
  const { method = '', url = '' } = request;
  const path = pathOf(url);
  // Rule: limits-identity-free
  counters.identityCalls += 1;
  const body = await readBody(request, MAX_BODY_BYTES);
  const text = body.kind === 'body' ? body.bytes.toString() : '';
  const parameters = new URLSearchParams(url.slice(path.length));
  // Rule: identity-parameters
  for (const [name, value] of new URLSearchParams(text)) parameters.append(name, value);
  const { hit, extraLatencyMs } = machine.faults.pick({ target: 'identity', method, path, body: text });
  const latencyMs = machine.switches.latencyMs(machine.latency.drawMs()) + extraLatencyMs;
  if (latencyMs > 0) await machine.timers.sleep(latencyMs);
  const honest = answerIdentity({ method, path, parameters }, users, machine.tokens, hit?.effect);
  const given = hit === undefined ? honest : faultyEnding(hit.effect, honest);
  const ending = machine.switches.find('credentialsRevoked') === undefined ? given : badCredentials;
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Pragma', 'no-cache');
  await send(machine, response, ending);
  const status = statusOf(ending);
  machine.reports.add({
    kind: 'identity',
    method,
    url: path,
    path,
    operation: 'getToken',
    userId: undefined,
    contentType: request.headers['content-type'],
    body: '',
    status,
    code: status === 200 || status === 0 ? undefined : String(status),
    recordCodes: [],
    executed: status === 200,
    fault: hit?.effect.kind,
    arrivedAtMs,
    endedAtMs: subscription.nowMs(),
  });
}

/** Identity has no envelope: its 401 has a body of its own, other codes are plain HTTP. */
function faultyEnding(effect: FaultEffect, honest: Ending): Ending {
  if (effect.kind === 'identity') return honest;
  if (effect.kind === 'cutBody') return { kind: 'cut', body: honest.kind === 'reply' ? honest.body : '' };
  if (effect.kind === 'code') {
    return String(effect.code) === '401' ? badCredentials : endingOf({ ...effect, level: 'http' }, undefined, '');
  }
  return endingOf(effect, undefined, '');
}

export { answerIdentityCall };
