import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { createdBefore, whenCodeIs } from './already-done.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { customObjectKeys } from './keys.ts';
import type { Endpoint } from './types.ts';

// Marketo: custom-objects, "Timeouts" included. The types themselves are in `schema.ts`.

const CUSTOM_OBJECTS: readonly Endpoint[] = [
  defineEndpoint({
    operation: 'syncCustomObjects',
    path: '/rest/v1/customobjects/{customObjectName}.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    serverTimeoutSeconds: 120,
    idempotent: true,
    recordKeys: customObjectKeys,
    circumstances: ['dependent'], // links to a lead or company
    alreadyDone: createdBefore,
  }),
  defineEndpoint({
    operation: 'deleteCustomObjects',
    path: '/rest/v1/customobjects/{customObjectName}/delete.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    serverTimeoutSeconds: 60,
    idempotent: true,
    recordKeys: customObjectKeys,
    circumstances: ['removal'],
    alreadyDone: whenCodeIs('1013'),
  }),
];

export { CUSTOM_OBJECTS };
