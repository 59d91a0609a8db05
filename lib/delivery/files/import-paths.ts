import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import type { MarketoRequest } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import type { Call, WorkItem } from '../work-item.ts';

type Question = 'status' | 'failures' | 'warnings';

/** The call that asks about a job (Marketo: bulk-import). It reads, so it may be repeated. */
function questionAbout(message: Message, jobId: string, question: Question): Call {
  const request: MarketoRequest = {
    method: 'GET',
    path: pathOf(message.request.path, encodeURIComponent(jobId), question),
  };
  const asked: Message = {
    ...message,
    request,
    endpoint: matchEndpoint(request),
    idempotent: true,
    records: undefined,
  };
  return callOf(asked);
}

function pathOf(importPath: string, jobId: string, question: Question): string {
  if (importPath === '/bulk/v1/leads.json') {
    return question === 'status'
      ? `/bulk/v1/leads/batch/${jobId}.json`
      : `/bulk/v1/leads/batch/${jobId}/${question}.json`;
  }
  const object = /^\/bulk\/v1\/customobjects\/([^/]+)\/import\.json$/.exec(importPath)?.[1];
  const of = object === undefined ? '/bulk/v1/program/members/import' : `/bulk/v1/customobjects/${object}/import`;
  return `${of}/${jobId}/${question}.json`;
}

/** A call of one message that stands or falls as a whole. */
function callOf(message: Message): Call {
  const { tokenTries = 0 } = message.state;
  return { items: [itemOf(message)], request: message.request, tokenTries, isPart: false };
}

export type { Question };

/** The whole message: rows of a file have no keys that the relay knows. */
function itemOf(message: Message): WorkItem {
  return { message, keys: [], setKeys: [], bytes: 0 };
}

export { callOf, itemOf, questionAbout };
