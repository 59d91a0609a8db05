import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { whenCodeIs } from './already-done.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { byDedupeFields, byGuid } from './keys.ts';
import { syncAndDelete } from './sync-and-delete.ts';
import type { Endpoint } from './types.ts';

// Marketo: named-accounts, named-account-lists, "Timeouts" included.

const NAMED_ACCOUNTS: readonly Endpoint[] = [
  ...syncAndDelete({
    objects: 'NamedAccounts',
    path: '/rest/v1/namedaccounts',
    recordKeys: byDedupeFields('namedAccount', 'marketoGUID', ['name']),
    syncTimeoutSeconds: 120,
    deleteTimeoutSeconds: 60,
  }),
  ...syncAndDelete({
    objects: 'NamedAccountLists',
    path: '/rest/v1/namedAccountLists',
    recordKeys: byDedupeFields('namedAccountList', 'marketoGUID', ['name']),
    syncTimeoutSeconds: 60,
    deleteTimeoutSeconds: 60,
  }),
  defineEndpoint({
    operation: 'addNamedAccountListMembers',
    path: '/rest/v1/namedAccountList/{id}/namedAccounts.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    serverTimeoutSeconds: 60,
    idempotent: true,
    recordKeys: byGuid('namedAccount'),
    circumstances: ['dependent'],
  }),
  defineEndpoint({
    operation: 'removeNamedAccountListMembers',
    path: '/rest/v1/namedAccountList/{id}/namedAccounts/remove.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    serverTimeoutSeconds: 60,
    idempotent: true,
    recordKeys: byGuid('namedAccount'),
    circumstances: ['removal'],
    alreadyDone: whenCodeIs('1013'),
  }),
];

export { NAMED_ACCOUNTS };
