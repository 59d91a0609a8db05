import type { MarketoRequest } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import { type Call, messagesOf, type WorkItem } from '../work-item.ts';
import { firstPage, pageOf } from './page-call.ts';

/** A call of exactly these items, which must be of one group. */
function toCall(items: readonly WorkItem[]): Call {
  const message = items[0]?.message;
  const page = message && firstPage(message);
  return {
    items,
    request: message !== undefined && page !== undefined ? pageOf(message, page) : requestOf(items),
    ...(page && { page }),
    tokenTries: Math.max(0, ...items.map(({ message }) => message.state.tokenTries ?? 0)),
    isPart: false,
  };
}

function requestOf(items: readonly WorkItem[]): MarketoRequest {
  const [first] = items;
  if (first === undefined) throw new Error('a call needs at least one item');
  const { request, records } = first.message;
  if (first.record === undefined) return first.request ?? request;
  const isWhole = items.every((item) => item.message === first.message && item.stripped === undefined);
  if (isWhole && items.length === records?.length) return request;
  const input = items.flatMap((item) => (item.record ? [item.sentAs ?? item.record.value] : []));
  return { ...request, body: { ...request.body, input } };
}

/** The same call with fewer items. */
function withItems(call: Call, items: readonly WorkItem[]): Call {
  if (items.length === call.items.length) return call;
  if (items.length === 0) return { ...call, items };
  const { request: _, ...how } = call;
  return { ...how, ...toCall(items), tokenTries: call.tokenTries, isPart: call.isPart };
}

/**
 * How many of `count` go into the first of two parts: so many that one part is a power of two, and each at least a third.
 *
 * Even halves would break the promise of isolation, `2 b (1 + log2(n / b)) + 1` calls for `b` culprits among `n`
 * messages: 10 messages with 2 culprits could cost 15 calls instead of 14, and 160 with 32 could cost 255 instead of 213. In a
 * tree whose parts are powers of two every culprit lies at a depth that the logarithm pays for.
 */
function firstPart(count: number): number {
  const power = 2 ** (31 - Math.clz32(count - 1));
  return count - power >= power / 2 ? power : count - power / 2;
}

/**
 * The two parts of a call that failed as a whole, by message while there is more than one: one message makes the fault.
 * The reply has shown that the token is good, so the token of each part may be replaced again.
 */
function bisect(call: Call): readonly [Call, Call] {
  const messages = messagesOf(call.items);
  const parts: readonly (Message | WorkItem)[] = messages.length > 1 ? messages : call.items;
  const first = new Set(parts.slice(0, firstPart(parts.length)));
  const isFirst = (item: WorkItem): boolean => first.has(item.message) || first.has(item);
  const partOf = (items: readonly WorkItem[]): Call => ({ ...toCall(items), isPart: true });
  return [partOf(call.items.filter(isFirst)), partOf(call.items.filter((item) => !isFirst(item)))];
}

export { bisect, firstPart, toCall, withItems };
