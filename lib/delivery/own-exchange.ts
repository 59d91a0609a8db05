import type { HttpReply, HttpRequest } from '../marketo/http.ts';
import { parseReply } from '../marketo/reply.ts';
import type { Json, JsonObject } from '../marketo/request.ts';
import type { Message } from '../message/message.ts';
import type { Exchange } from './outcome.ts';

/**
 * What of a shared call concerns one message: its own records in the request, its own entries of `result`. A letter
 * must not show one publisher what another one sent.
 *
 * @param positions of the records that the letter is about; all of the message's when undefined.
 */
function ownExchange(
  exchange: Exchange,
  message: Message,
  positions: ReadonlySet<number> | undefined,
): { request: HttpRequest; reply: HttpReply } {
  const { request, reply, items } = exchange;
  const isOwn = items.map(
    (item) => item.message === message && (item.record === undefined || (positions?.has(item.record.position) ?? true)),
  );
  if (isOwn.every(Boolean)) return { request, reply };
  return { request: narrowRequest(request, isOwn), reply: narrowReply(reply, isOwn) };
}

function narrowRequest(request: HttpRequest, isOwn: readonly boolean[]): HttpRequest {
  if (request.body === undefined) return request;
  const body = JSON.parse(request.body) as JsonObject;
  if (!Array.isArray(body.input)) return request;
  const input = body.input.filter((_, index) => isOwn[index]);
  return { ...request, body: JSON.stringify({ ...body, input }) };
}

function narrowReply(reply: HttpReply, isOwn: readonly boolean[]): HttpReply {
  const parsed = parseReply(reply);
  if (reply.kind !== 'reply' || parsed.kind !== 'marketo' || parsed.result?.length !== isOwn.length) return reply;
  const body = JSON.parse(reply.body) as Record<string, Json>;
  return { ...reply, body: JSON.stringify({ ...body, result: parsed.result.filter((_, index) => isOwn[index]) }) };
}

export { ownExchange };
