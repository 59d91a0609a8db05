import type { MarketoRequest } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import type { NextPage } from '../../message/relay-state.ts';
import type { Call } from '../work-item.ts';

/** The call for another page of what a message reads. */
function pageCall(call: Call, { request }: Message, page: NextPage): Call {
  return { ...call, request: pageOf(request, page), page };
}

/** The request for a page: it differs from that for the first one by its paging token (Marketo: rest-api, "Paging Tokens"). */
function pageOf(request: MarketoRequest, { token }: NextPage): MarketoRequest {
  // Of a read that travels as a form, the parameters are in the form.
  if (request.form !== undefined) return { ...request, form: { ...request.form, nextPageToken: token } };
  return { ...request, query: { ...request.query, nextPageToken: token } };
}

export { pageCall, pageOf };
