import type { HttpReply, HttpRequest } from '../../marketo/http.ts';
import { type ParsedReply, parseReply } from '../../marketo/reply.ts';
import type { Json, JsonObject } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import type { Exchange } from '../outcome.ts';

/** Shorter values (a country, a yes or no) identify nobody. */
const MIN_IDENTIFYING_CHARS = 4;
/** A longer text is withheld instead of being searched for the values of neighbours. */
const MAX_SEARCHED_CHARS = 20_000;
const WITHHELD = '(withheld: it speaks of other messages that shared the call)';

/**
 * The part of a shared call that concerns one message: its own records in the request, its own entries of `result`. A
 * dead letter must not show one publisher what another one sent. Where a reply does not answer record by record, it is
 * shown only as far as it names no value of a neighbour.
 *
 * @param positions of the records that the dead letter is about; all records of the message when undefined.
 */
function hideNeighbours(
  exchange: Exchange,
  message: Message,
  positions: ReadonlySet<number> | undefined,
): { request: HttpRequest; reply: HttpReply } {
  const { request, reply, items } = exchange;
  const isOwn = items.map(
    (item) => item.message === message && (item.record === undefined || (positions?.has(item.record.position) ?? true)),
  );
  if (isOwn.every(Boolean)) return { request, reply };
  return { request: narrowRequest(request, isOwn), reply: narrowReply(exchange, message, isOwn) };
}

/** A text of the reply, unless it names what a neighbour sent. */
function hideNeighbourText(text: string, exchange: Exchange | undefined, message: Message): string {
  return exchange !== undefined && namesNeighbour(text, exchange, message) ? WITHHELD : text;
}

function narrowRequest(request: HttpRequest, isOwn: readonly boolean[]): HttpRequest {
  if (request.body === undefined) return request;
  const body = JSON.parse(request.body) as JsonObject;
  if (!Array.isArray(body.input)) return request;
  const input = body.input.filter((_, index) => isOwn[index]);
  return { ...request, body: JSON.stringify({ ...body, input }) };
}

function narrowReply(exchange: Exchange, message: Message, isOwn: readonly boolean[]): HttpReply {
  const { reply } = exchange;
  if (reply.kind !== 'reply') return reply;
  const parsed = parseReply(reply);
  if (parsed.kind === 'marketo')
    return { ...reply, body: narrowEnvelope(reply.body, parsed, exchange, message, isOwn) };
  // The rest of a reply that was cut may be the results of neighbours.
  const mayBeResults = isShared(exchange, message) && /^\s*[[{"]/.test(reply.body);
  const isHidden = mayBeResults || namesNeighbour(reply.body, exchange, message);
  return isHidden ? { ...reply, body: `${WITHHELD} ${reply.body.length} characters` } : reply;
}

function narrowEnvelope(
  text: string,
  parsed: Extract<ParsedReply, { kind: 'marketo' }>,
  exchange: Exchange,
  message: Message,
  isOwn: readonly boolean[],
): string {
  const { result: _, ...rest } = JSON.parse(text) as Record<string, Json>;
  const shown = namesNeighbour(JSON.stringify(rest), exchange, message)
    ? {
        ...(parsed.requestId !== undefined && { requestId: parsed.requestId }),
        success: parsed.success,
        errors: parsed.errors.map(({ code, message: said }) => ({
          code,
          message: hideNeighbourText(said, exchange, message),
        })),
      }
    : rest;
  if (parsed.result === undefined) return JSON.stringify(shown);
  if (parsed.result.length === isOwn.length) {
    return JSON.stringify({ ...shown, result: parsed.result.filter((__, index) => isOwn[index]) });
  }
  if (!isShared(exchange, message)) return text;
  const note = `${WITHHELD} ${parsed.result.length} entries for ${isOwn.length} records`;
  return JSON.stringify({ ...shown, result: note });
}

function isShared({ items }: Exchange, message: Message): boolean {
  return items.some((item) => item.message !== message);
}

function namesNeighbour(text: string, exchange: Exchange, message: Message): boolean {
  if (text === '' || !isShared(exchange, message)) return false;
  if (text.length > MAX_SEARCHED_CHARS) return true;
  const own = new Set(
    exchange.items.flatMap((item) => (item.message === message ? identifyingValues(item.record?.value) : [])),
  );
  return exchange.items.some(
    (item) =>
      item.message !== message &&
      identifyingValues(item.record?.value).some((value) => !own.has(value) && isNamed(value, text)),
  );
}

/** As it is, or as JSON writes it. */
function isNamed(value: string, text: string): boolean {
  return text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1));
}

function identifyingValues(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null || typeof value === 'boolean') return [];
  if (typeof value === 'object') return Object.values(value).flatMap(identifyingValues);
  const text = String(value);
  return text.length < MIN_IDENTIFYING_CHARS ? [] : [text];
}

export { hideNeighbours, hideNeighbourText };
