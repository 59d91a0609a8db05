import { byDedupeFields } from './keys.ts';
import { syncAndDelete } from './sync-and-delete.ts';
import type { Endpoint } from './types.ts';

// Marketo: companies, opportunities, opportunity-roles, sales-persons. Id field and dedupe fields by the samples of
// Describe there, seconds by their "Timeouts" sections. A native CRM integration makes all of them read-only (1018).

const CRM_OBJECTS: readonly Endpoint[] = [
  ...syncAndDelete({
    objects: 'Companies',
    path: '/rest/v1/companies',
    recordKeys: byDedupeFields('company', 'id', ['externalCompanyId']),
    syncTimeoutSeconds: 60,
    deleteTimeoutSeconds: 60,
  }),
  ...syncAndDelete({
    objects: 'Opportunities',
    path: '/rest/v1/opportunities',
    recordKeys: byDedupeFields('opportunity', 'marketoGUID', ['externalOpportunityId']),
    syncTimeoutSeconds: 60,
    deleteTimeoutSeconds: 60,
  }),
  ...syncAndDelete({
    objects: 'OpportunityRoles',
    path: '/rest/v1/opportunities/roles',
    recordKeys: byDedupeFields('opportunityRole', 'marketoGUID', ['externalOpportunityId', 'leadId', 'role']),
    syncTimeoutSeconds: 60,
    deleteTimeoutSeconds: 60,
  }),
  ...syncAndDelete({
    objects: 'SalesPersons',
    path: '/rest/v1/salespersons',
    recordKeys: byDedupeFields('salesPerson', 'id', ['externalSalesPersonId']),
    syncTimeoutSeconds: 60,
    deleteTimeoutSeconds: 60,
  }),
];

export { CRM_OBJECTS };
