import type { Via } from './expected-codes.ts';

type Body = Readonly<{ input: readonly object[]; [name: string]: unknown }>;

/** A message of each sort that the tests send, about a person of the fake's shipped data. */
type Request = Readonly<{ method: string; path: string; query?: object; body?: Body }>;

function upsert(email: string, more: object = {}, body: object = {}): Request {
  const input = [{ email, firstName: 'Ann', ...more }];
  return { method: 'POST', path: '/rest/v1/leads.json', body: { action: 'createOrUpdate', ...body, input } };
}

/** An operation that makes another person each time. */
function duplicate(email: string): Request {
  return upsert(email, {}, { action: 'createDuplicate' });
}

/**
 * The `index` tells messages of one sort apart: they differ in their record only, and so share a call. Deletions and
 * removals change the shipped data, which has some twenty people for each.
 */
function requestVia(via: Via, index = 0): Request {
  switch (via) {
    case 'people':
      return upsert(`person-${index}@example.com`);
    case 'read':
      return {
        method: 'GET',
        path: '/rest/v1/leads.json',
        query: { filterType: 'id', filterValues: `${1001 + index}` },
      };
    case 'deletion':
      return { method: 'POST', path: '/rest/v1/leads/delete.json', body: { input: [{ id: 1061 + index }] } };
    case 'removalFromList':
      return { method: 'DELETE', path: '/rest/v1/lists/1159/leads.json', body: { input: [{ id: 1001 + index }] } };
    case 'programStatus':
      return {
        method: 'POST',
        path: '/rest/v1/programs/5001/members/status.json',
        body: { statusName: 'Attended', input: [{ leadId: 1041 + index }] },
      };
  }
}

export type { Request };
export { duplicate, requestVia, upsert };
