import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { whenCodeIs } from './already-done.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { leadById } from './keys.ts';
import type { ParameterRules } from './parameters.ts';
import type { Endpoint } from './types.ts';

// Marketo: list-membership. The ids also travel as `?id=`, repeated; such a request has no `input` to share.

/** Marketo: list-membership, "maximum allowed is 300". */
const IDS: ParameterRules = { idsInQuery: true, mostValues: { name: 'id', most: MAX_RECORDS_PER_CALL } };

const LISTS: readonly Endpoint[] = [
  defineEndpoint({
    operation: 'addLeadsToList',
    path: '/rest/v1/lists/{listId}/leads.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadById,
    circumstances: ['dependent'],
    parameters: IDS,
  }),
  defineEndpoint({
    operation: 'removeLeadsFromList',
    method: 'DELETE',
    path: '/rest/v1/lists/{listId}/leads.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadById,
    circumstances: ['removal'],
    parameters: IDS,
    // Not 1004: a lead that does not exist was not removed from anywhere.
    alreadyDone: whenCodeIs('1015'),
  }),
];

export { LISTS };
