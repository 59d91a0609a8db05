import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import type { MarketoRequest } from '../request.ts';
import { createdBefore, whenCodeIs } from './already-done.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { leadByFormEmail, leadById, leadByLookupField, ownValue } from './keys.ts';
import { inBody, inQuery } from './parameters.ts';
import type { Endpoint } from './types.ts';

// Marketo: leads; its "Timeouts" section gives the seconds.

const REPEATABLE_ACTIONS: readonly unknown[] = [undefined, 'createOnly', 'updateOnly', 'createOrUpdate'];

/** `createDuplicate` makes another lead each time; an action that Marketo does not document is not trusted. */
function syncIsIdempotent(request: MarketoRequest): boolean {
  return REPEATABLE_ACTIONS.includes(ownValue(request.body ?? {}, 'action'));
}

function looksUpByToken(request: MarketoRequest): boolean {
  return ownValue(request.body ?? {}, 'lookupField') === 'mktToken';
}

const LEADS: readonly Endpoint[] = [
  defineEndpoint({
    operation: 'syncLeads',
    path: '/rest/v1/leads.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    serverTimeoutSeconds: 90,
    idempotent: syncIsIdempotent,
    recordKeys: leadByLookupField,
    circumstances: ['dependent'], // updateOnly, of a lead that an earlier call may just have created
    alreadyDone: createdBefore,
  }),
  defineEndpoint({
    operation: 'deleteLeads',
    path: '/rest/v1/leads/delete.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadById,
    circumstances: ['removal'],
    parameters: { idsInQuery: true },
    alreadyDone: whenCodeIs('1004'),
  }),
  defineEndpoint({
    // The older form, which Marketo's own samples and other clients still use; the API description lacks it.
    operation: 'deleteLeadsByMethod',
    method: 'DELETE',
    path: '/rest/v1/leads.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadById,
    circumstances: ['removal'],
    parameters: { idsInQuery: true },
    alreadyDone: whenCodeIs('1004'),
  }),
  defineEndpoint({
    operation: 'updateLeadPartitions',
    path: '/rest/v1/leads/partitions.json',
    recordLimit: MAX_RECORDS_PER_CALL, // not documented for this endpoint; the general one
    aligned: true,
    serverTimeoutSeconds: 60,
    idempotent: true,
    recordKeys: leadById,
    circumstances: ['dependent'],
  }),
  defineEndpoint({
    // Upserts, but also writes an activity and fires triggers each time.
    operation: 'pushLeads',
    path: '/rest/v1/leads/push.json',
    recordLimit: MAX_RECORDS_PER_CALL, // not documented for this endpoint; the general one
    serverTimeoutSeconds: 90,
    idempotent: false,
    recordKeys: leadByLookupField,
    // The token of an e-mail click stands for the program (Marketo: leads, "Push Lead to Marketo").
    parameters: { required: [{ ...inBody('programName'), unless: looksUpByToken }] },
  }),
  defineEndpoint({
    // Writes a Fill Out Form activity each time.
    operation: 'submitForm',
    path: '/rest/v1/leads/submitForm.json',
    recordLimit: 1,
    idempotent: false,
    recordKeys: leadByFormEmail,
    parameters: { required: [inBody('formId')] },
  }),
  defineEndpoint({
    operation: 'associateLead',
    path: '/rest/v1/leads/{leadId}/associate.json',
    bodyForm: 'none',
    serverTimeoutSeconds: 60,
    idempotent: true,
    circumstances: ['dependent'],
    parameters: { queryOnly: true, required: [inQuery('cookie')] },
  }),
  defineEndpoint({
    // Cannot be undone, and may reach the CRM.
    operation: 'mergeLeads',
    path: '/rest/v1/leads/{leadId}/merge.json',
    bodyForm: 'none',
    serverTimeoutSeconds: 180,
    idempotent: false,
    parameters: { queryOnly: true, required: [inQuery('leadId', 'leadIds')] },
  }),
];

export { LEADS };
