import { valueCount, withValues } from '../../marketo/endpoints/parameters.ts';
import type { MarketoRequest } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import type { NextPage } from '../../message/relay-state.ts';
import { isRead, MAX_PAGES } from '../../message/wanted-result.ts';
import type { Call } from '../work-item.ts';

/**
 * Reads in several calls, one after another: the pages that Marketo hands out tokens for, as far as the publisher asks for
 * them, and the parts of a list of values that is longer than a call takes (Marketo: leads, 300 values of a filter).
 */

/** The page that a message asks for now. Undefined where that is all of it. */
function firstPage(message: Message): NextPage | undefined {
  const { state } = message;
  return state.page ?? (valuesOf(message) === undefined ? undefined : { number: 1, token: '', from: 0 });
}

/** The page after one that is read. `token` is what Marketo handed out with it. */
function nextPage(message: Message, page: NextPage | undefined, token: string | undefined): NextPage | undefined {
  const { number, from } = page ?? { number: 1 };
  const { pages } = message.wanted;
  const next = number + 1;
  const values = valuesOf(message);
  if (next > MAX_PAGES) return undefined;
  if (values === undefined || from === undefined) {
    return token !== undefined && next <= pages ? { number: next, token } : undefined;
  }
  if (token !== undefined && pages > 1) return { number: next, token, from };
  const after = from + values.most;
  return after < values.count ? { number: next, token: '', from: after } : undefined;
}

/** The call for another page of what a message reads. */
function pageCall(call: Call, message: Message, page: NextPage): Call {
  return { ...call, request: pageOf(message, page), page };
}

/** The request for a page (Marketo: rest-api, "Paging Tokens"). */
function pageOf(message: Message, { token, from }: NextPage): MarketoRequest {
  const values = valuesOf(message);
  const { request } = message;
  const some =
    values === undefined || from === undefined ? request : withValues(request, values.name, from, values.most);
  if (token === '') return some;
  // Of a read that travels as a form, the parameters are in the form.
  if (some.form !== undefined) return { ...some, form: { ...some.form, nextPageToken: token } };
  return { ...some, query: { ...some.query, nextPageToken: token } };
}

/** Of a read of more values than a call takes. */
function valuesOf({ request, endpoint }: Message) {
  const { mostValues } = endpoint.parameters;
  if (mostValues === undefined || !isRead(request)) return undefined;
  const count = valueCount(request, mostValues.name);
  return count > mostValues.most ? { ...mostValues, count } : undefined;
}

export { firstPage, nextPage, pageCall, pageOf };
