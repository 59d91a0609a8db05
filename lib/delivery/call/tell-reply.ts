import { isObject, type MarketoRequest } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import { MAX_PAGE_TOKEN_LENGTH, type NextPage } from '../../message/relay-state.ts';
import { isRead } from '../../message/wanted-result.ts';
import type { Result } from '../../results/result.ts';
import type { RelayCode } from '../../settings/relay-codes.ts';
import type { DeliveryDeps } from '../deps.ts';
import { NO_OUTCOMES, sameOutcome } from '../outcome.ts';
import { nextPage, pageCall } from '../plan/page-call.ts';
import type { CallResult } from './call-result.ts';
import type { FailedCall } from './replace-call.ts';

type ReadCall = Pick<FailedCall, 'call' | 'verdict' | 'exchange'>;

/**
 * Tells the reply of a read as soon as it is there: kept until the batch is settled, the replies of some thousand reads
 * would not fit the worker's memory. Then the next page is read, if there is one and it was asked for.
 *
 * @returns undefined where the call is no read that has succeeded.
 */
async function tellReply(read: ReadCall, deps: DeliveryDeps): Promise<CallResult | undefined> {
  const { call, verdict, exchange } = read;
  const message = call.items[0]?.message;
  if (message === undefined || verdict.rule.kind !== 'delivered' || !isRead(message.request)) return undefined;
  if (deps.results === undefined) return undefined;
  const next = nextPageOf(read, message);
  const [sent] = await deps.results.send([resultOf(read, message, next !== undefined, deps.clock.nowMs())]);
  if (sent?.accepted !== true) {
    const code = 'resultRefused' satisfies RelayCode;
    const delayMs = deps.limits.windowMs;
    const outcome = { kind: 'requeue', reason: 'retry', code, delayMs, alone: true } as const;
    return { kind: 'decided', outcomes: sameOutcome(call.items, outcome) };
  }
  if (next !== undefined) return { kind: 'replaced', outcomes: NO_OUTCOMES, calls: [pageCall(call, message, next)] };
  const answer = { verdict, sentAtMs: exchange.sentAtMs };
  return { kind: 'decided', outcomes: sameOutcome(call.items, { kind: 'delivered', answer }) };
}

function nextPageOf({ call, exchange }: ReadCall, message: Message): NextPage | undefined {
  if (exchange.reply.kind !== 'reply') return undefined;
  return nextPage(message, call.page, nextPageToken(exchange.reply.body));
}

/** Activities hand out a token for later even at the end, and say `moreResult: false` then (Marketo: activities). */
function nextPageToken(body: string): string | undefined {
  try {
    const envelope: unknown = JSON.parse(body);
    if (!isObject(envelope) || envelope.moreResult === false) return undefined;
    const { nextPageToken: token } = envelope;
    return typeof token === 'string' && token !== '' && token.length <= MAX_PAGE_TOKEN_LENGTH ? token : undefined;
  } catch {
    return undefined;
  }
}

function resultOf({ call, verdict, exchange }: ReadCall, message: Message, more: boolean, nowMs: number): Result {
  const { state, wanted, endpoint, request } = message;
  return {
    version: 1,
    relayId: state.relayId,
    ...(wanted.correlation !== undefined && { correlation: wanted.correlation }),
    operation: endpoint.operation,
    status: 'delivered',
    waiting: 0,
    attempts: state.attempts + 1,
    publishedAt: new Date(state.firstSeenMs).toISOString(),
    settledAt: new Date(nowMs).toISOString(),
    ...(verdict.requestId !== undefined && { requestId: verdict.requestId }),
    ...replyOf(exchange.reply),
    ...((wanted.pages > 1 || call.page) && { page: { number: call.page?.number ?? 1, more } }),
    ...(wanted.withRequest && { request: { ...requestMembers(request) } }),
  };
}

function requestMembers({ method, path, query, body, form }: MarketoRequest) {
  return { method, path, ...(query && { query }), ...(body && { body }), ...(form && { form }) };
}

function replyOf(reply: ReadCall['exchange']['reply']): Pick<Result, 'reply'> {
  if (reply.kind !== 'reply') return {};
  const contentType = reply.headers['content-type'];
  return {
    reply: { httpStatus: reply.status, ...(contentType !== undefined && { contentType }), body: reply.body },
  };
}

export { tellReply };
