import { begin, type Incoming, operationOf, prepare, type RecordFault } from './execute.ts';
import type { Hit } from './faults.ts';
import { isObject, type Json } from './json.ts';
import type { Admission } from './limits.ts';
import type { Machine } from './machine.ts';
import type { ApiCall } from './operation.ts';
import { type Finish, fail, type Outcome } from './outcome.ts';
import { endingOf, playOf } from './play-fault.ts';
import { hexDigits } from './random.ts';
import type { ReadBody } from './read-body.ts';
import { type Ending, htmlReply, jsonReply, recordCodes } from './reply.ts';
import type { Subscription } from './subscription.ts';
import type { TokenCheck } from './tokens.ts';

/** How a call was decided, before it is sent. */
interface Decision {
  readonly ending: Ending;
  readonly code?: string;
  readonly recordCodes?: readonly string[];
  readonly operation?: string;
  readonly executed?: boolean;
  readonly fault?: string;
}

/** A call that was read, as the checks need it. */
interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly contentType: string;
  readonly token: TokenCheck;
  readonly admission: Admission | undefined;
  readonly body: ReadBody;
  readonly text: string;
}

interface Started {
  readonly finish?: Finish;
  readonly operation?: string;
  readonly call?: ApiCall;
}

/** The reply to a call that was read; waits for the call's latency where something runs. */
async function decide(machine: Machine, arrival: Arrival): Promise<Decision> {
  const { token, admission, body, text, url, method, path } = arrival;
  const requestId = newRequestId(machine.subscription);
  // Rule: wire-token-first
  if (token.kind === 'invalid') return refuse('601', 'Access token invalid', requestId);
  if (token.kind === 'expired') return refuse('602', 'Access token expired', requestId);
  if (admission?.refusal !== undefined) return refuse(admission.refusal.code, admission.refusal.message, requestId);
  // Rule: wire-token-in-header
  if (token.kind === 'missing') return refuse('603', 'Access denied', requestId);
  if (body.kind === 'aborted') return { ending: { kind: 'reset' } };
  // Rule: wire-uri-limit
  if (Buffer.byteLength(url) > machine.maxUriBytes) return refuseHttp(414, 'Request-URI Too Long');
  // Rule: wire-body-limit
  if (body.kind === 'tooLarge') return refuseHttp(413, 'Request Entity Too Large');
  const query = new URLSearchParams(url.slice(path.length));
  const { contentType } = arrival;
  const incoming: Incoming = { method, path, url, query, contentType, bytes: body.bytes, text, user: token.user };
  const picked = machine.faults.pick({ target: 'api', method, path, body: text });
  const hit = machine.switches.codeFor(() => operationOf(incoming)) ?? picked.hit;
  try {
    return await run(machine, incoming, hit, picked.extraLatencyMs, requestId);
  } catch (error) {
    machine.counters.internalErrors.push(String(error));
    return refuse('611', 'System error', requestId);
  }
}

async function run(
  machine: Machine,
  incoming: Incoming,
  hit: Hit | undefined,
  extraLatencyMs: number,
  requestId: string,
): Promise<Decision> {
  const play = hit && playOf(hit);
  machine.subscription.database.imports.settle(machine.subscription.nowMs());
  const started: Started = play?.runs === false ? {} : start(incoming, machine, play?.records);
  const latencyMs = machine.switches.latencyMs(machine.latency.drawMs()) + extraLatencyMs;
  if (latencyMs > 0) await machine.timers.sleep(latencyMs);
  const outcome = started.finish?.();
  const done = started.call && outcome && workDone(started.call, outcome, incoming);
  if (done !== undefined) machine.counters.countExecution(started.operation ?? 'none', done);
  const ending = hit
    ? endingOf(hit.effect, outcome, requestId)
    : jsonReply(outcome ?? fail('611', 'System error'), requestId);
  return {
    ending,
    executed: done !== undefined,
    recordCodes: outcome === undefined ? [] : recordCodes(outcome),
    ...codeOf(ending, hit, outcome),
    ...(started.operation === undefined ? {} : { operation: started.operation }),
    ...(hit === undefined ? {} : { fault: hit.effect.kind }),
  };
}

/** `operation` only when it is reached: a call that fails on its way has a `finish` all the same. */
function start(incoming: Incoming, machine: Machine, records: RecordFault | undefined): Started {
  const prepared = prepare(incoming, machine.subscription);
  const named = prepared.operation === undefined ? {} : { operation: prepared.operation };
  if (prepared.kind === 'failure') return { ...named, finish: () => prepared.failure };
  return { ...named, call: prepared.call, finish: begin(prepared.run, prepared.call, machine.subscription, records) };
}

/**
 * The text of what was executed: all of the request, or without the records that were skipped; undefined when nothing
 * was. A failure of the whole call is always found before anything is written.
 */
function workDone(call: ApiCall, outcome: Outcome, { url, text }: Incoming): string | undefined {
  if (outcome.kind === 'failure' || (outcome.kind === 'raw' && outcome.status !== 200)) return undefined;
  if (outcome.kind === 'raw') return `${url} ${text}`;
  const result = outcome.result ?? [];
  const skips = result.map((entry) => isObject(entry) && entry.status === 'skipped');
  if (!skips.includes(true)) return `${url} ${text}`;
  if (!skips.includes(false)) return undefined;
  const input = call.body?.input;
  const records = Array.isArray(input) ? (input as readonly Json[]).filter((_record, index) => !skips[index]) : [];
  return `${url} ${JSON.stringify(records)}`;
}

function codeOf(ending: Ending, hit: Hit | undefined, outcome: Outcome | undefined): { code?: string } {
  if (ending.kind !== 'reply') return {};
  if (ending.status !== 200) return { code: String(ending.status) };
  const effect = hit?.effect;
  if (effect?.kind === 'code' && effect.level === 'response') return { code: String(effect.code) };
  if (effect?.kind === 'empty' || effect?.kind === 'notJson' || effect?.kind === 'html') return {};
  return outcome?.kind === 'failure' ? { code: outcome.code } : {};
}

function refuse(code: string, message: string, requestId: string): Decision {
  return { ending: jsonReply(fail(code, message), requestId), code };
}

function refuseHttp(status: number, title: string): Decision {
  return { ending: htmlReply(status, title), code: String(status) };
}

/** Four hex digits, `#`, and the time in hex, as on recordings of Marketo. */
function newRequestId({ random, nowMs }: Subscription): string {
  // Rule: wire-request-id
  return `${hexDigits(random, 4)}#${nowMs().toString(16)}`;
}

export type { Arrival, Decision };
export { decide };
