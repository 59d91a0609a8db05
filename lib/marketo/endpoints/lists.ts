import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { leadById } from './keys.ts';
import type { Endpoint } from './types.ts';

// Marketo: list-membership. The ids also travel as `?id=`, repeated; such a request has no `input` to share.

const LISTS: readonly Endpoint[] = [
  defineEndpoint({
    operation: 'addLeadsToList',
    path: '/rest/v1/lists/{listId}/leads.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKey: leadById,
    circumstances: ['dependent'],
  }),
  defineEndpoint({
    operation: 'removeLeadsFromList',
    method: 'DELETE',
    path: '/rest/v1/lists/{listId}/leads.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKey: leadById,
    circumstances: ['removal'],
  }),
];

export { LISTS };
