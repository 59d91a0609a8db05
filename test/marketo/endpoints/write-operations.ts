import type { Circumstance } from '../../../lib/marketo/catalogue/types.ts';

interface Expected {
  readonly operation: string;
  readonly limit?: number;
  /** 30 where left out. */
  readonly timeout?: number;
  readonly idempotent: boolean;
  readonly aligned?: true;
  /** `json` where left out. */
  readonly form?: 'none' | 'multipart';
  readonly circumstances?: readonly Circumstance[];
}

type Write = readonly [method: 'POST' | 'DELETE', path: string, operationId: string, expected: Expected];

const dependent = ['dependent'] as const;
const removal = ['removal'] as const;
const records = { limit: 300, aligned: true, idempotent: true } as const;
const job = { timeout: 60, idempotent: true, form: 'none' } as const;
const state = { idempotent: true, form: 'none' } as const;

/**
 * All 66 operations of Marketo's lead database and bulk API descriptions that are not a GET, with Marketo's operationId,
 * read out of the description, not out of the table; then what the relay has to know of each.
 */
const WRITES: readonly Write[] = [
  [
    'POST',
    '/bulk/v1/activities/export/create.json',
    'createExportActivitiesUsingPOST',
    { operation: 'createExportActivities', timeout: 60, idempotent: false },
  ],
  [
    'POST',
    '/bulk/v1/activities/export/{exportId}/cancel.json',
    'cancelExportActivitiesUsingPOST',
    { operation: 'cancelExportActivities', ...job },
  ],
  [
    'POST',
    '/bulk/v1/activities/export/{exportId}/enqueue.json',
    'enqueueExportActivitiesUsingPOST',
    { operation: 'enqueueExportActivities', ...job },
  ],
  [
    'POST',
    '/bulk/v1/customobjects/{apiName}/export/create.json',
    'createExportCustomObjectsUsingPOST',
    { operation: 'createExportCustomObjects', timeout: 60, idempotent: false },
  ],
  [
    'POST',
    '/bulk/v1/customobjects/{apiName}/export/{exportId}/cancel.json',
    'cancelExportCustomObjectsUsingPOST',
    { operation: 'cancelExportCustomObjects', ...job },
  ],
  [
    'POST',
    '/bulk/v1/customobjects/{apiName}/export/{exportId}/enqueue.json',
    'enqueueExportCustomObjectsUsingPOST',
    { operation: 'enqueueExportCustomObjects', ...job },
  ],
  [
    'POST',
    '/bulk/v1/customobjects/{apiName}/import.json',
    'importCustomObjectUsingPOST',
    { operation: 'importCustomObjects', timeout: 60, idempotent: false, form: 'multipart' },
  ],
  [
    'POST',
    '/bulk/v1/leads.json',
    'importLeadUsingPOST',
    { operation: 'importLeads', timeout: 60, idempotent: false, form: 'multipart' },
  ],
  [
    'POST',
    '/bulk/v1/leads/export/create.json',
    'createExportLeadsUsingPOST',
    { operation: 'createExportLeads', timeout: 60, idempotent: false },
  ],
  [
    'POST',
    '/bulk/v1/leads/export/{exportId}/cancel.json',
    'cancelExportLeadsUsingPOST',
    { operation: 'cancelExportLeads', ...job },
  ],
  [
    'POST',
    '/bulk/v1/leads/export/{exportId}/enqueue.json',
    'enqueueExportLeadsUsingPOST',
    { operation: 'enqueueExportLeads', ...job },
  ],
  [
    'POST',
    '/bulk/v1/program/members/export/create.json',
    'createExportProgramMembersUsingPOST',
    { operation: 'createExportProgramMembers', timeout: 60, idempotent: false },
  ],
  [
    'POST',
    '/bulk/v1/program/members/export/{exportId}/cancel.json',
    'cancelExportProgramMembersUsingPOST',
    { operation: 'cancelExportProgramMembers', ...job },
  ],
  [
    'POST',
    '/bulk/v1/program/members/export/{exportId}/enqueue.json',
    'enqueueExportProgramMembersUsingPOST',
    { operation: 'enqueueExportProgramMembers', ...job },
  ],
  [
    'POST',
    '/bulk/v1/program/{programId}/members/import.json',
    'importProgramMemberUsingPOST',
    { operation: 'importProgramMembers', timeout: 60, idempotent: false, form: 'multipart' },
  ],

  [
    'POST',
    '/rest/v1/activities/external.json',
    'addCustomActivityUsingPOST',
    {
      operation: 'addCustomActivities',
      limit: 300,
      timeout: 90,
      aligned: true,
      idempotent: false,
      circumstances: dependent,
    },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type.json',
    'createCustomActivityTypeUsingPOST',
    { operation: 'createCustomActivityType', idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type/{apiName}.json',
    'updateCustomActivityTypeUsingPOST',
    { operation: 'updateCustomActivityType', idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type/{apiName}/approve.json',
    'approveCustomActivityTypeUsingPOST',
    { operation: 'approveCustomActivityType', ...state },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type/{apiName}/attributes/create.json',
    'createCustomActivityTypeAttributesUsingPOST',
    { operation: 'createCustomActivityTypeAttributes', idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type/{apiName}/attributes/delete.json',
    'deleteCustomActivityTypeAttributesUsingPOST',
    { operation: 'deleteCustomActivityTypeAttributes', idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type/{apiName}/attributes/update.json',
    'updateCustomActivityTypeAttributesUsingPOST',
    { operation: 'updateCustomActivityTypeAttributes', idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type/{apiName}/delete.json',
    'deleteCustomActivityTypeUsingPOST',
    { operation: 'deleteCustomActivityType', ...state },
  ],
  [
    'POST',
    '/rest/v1/activities/external/type/{apiName}/discardDraft.json',
    'discardDraftofCustomActivityTypeUsingPOST',
    { operation: 'discardCustomActivityTypeDraft', ...state },
  ],

  [
    'POST',
    '/rest/v1/campaigns/{campaignId}/schedule.json',
    'scheduleCampaignUsingPOST',
    { operation: 'scheduleCampaign', idempotent: false },
  ],
  [
    'POST',
    '/rest/v1/campaigns/{campaignId}/trigger.json',
    'triggerCampaignUsingPOST',
    { operation: 'requestCampaign', idempotent: false },
  ],

  [
    'POST',
    '/rest/v1/companies.json',
    'syncCompaniesUsingPOST',
    { operation: 'syncCompanies', ...records, timeout: 60, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/companies/delete.json',
    'deleteCompaniesUsingPOST',
    { operation: 'deleteCompanies', ...records, timeout: 60, circumstances: removal },
  ],

  [
    'POST',
    '/rest/v1/customobjects/schema.json',
    'syncCustomObjectTypeUsingPOST',
    { operation: 'syncCustomObjectType', idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/customobjects/schema/{apiName}/addField.json',
    'addCustomObjectTypeFieldsUsingPOST',
    { operation: 'addCustomObjectTypeFields', limit: 50, idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/customobjects/schema/{apiName}/approve.json',
    'approveCustomObjectTypeUsingPOST',
    { operation: 'approveCustomObjectType', ...state },
  ],
  [
    'POST',
    '/rest/v1/customobjects/schema/{apiName}/delete.json',
    'deleteCustomObjectTypeUsingPOST',
    { operation: 'deleteCustomObjectType', ...state },
  ],
  [
    'POST',
    '/rest/v1/customobjects/schema/{apiName}/deleteField.json',
    'deleteCustomObjectTypeFieldsUsingPOST',
    { operation: 'deleteCustomObjectTypeFields', limit: 50, idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/customobjects/schema/{apiName}/discardDraft.json',
    'discardCustomObjectTypeUsingPOST',
    { operation: 'discardCustomObjectTypeDraft', ...state },
  ],
  [
    'POST',
    '/rest/v1/customobjects/schema/{apiName}/{fieldApiName}/updateField.json',
    'updateCustomObjectTypeFieldUsingPOST',
    { operation: 'updateCustomObjectTypeField', idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/customobjects/{customObjectName}.json',
    'syncCustomObjectsUsingPOST',
    { operation: 'syncCustomObjects', ...records, timeout: 120, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/customobjects/{customObjectName}/delete.json',
    'deleteCustomObjectsUsingPOST',
    { operation: 'deleteCustomObjects', ...records, timeout: 60, circumstances: removal },
  ],

  [
    'POST',
    '/rest/v1/leads.json',
    'syncLeadUsingPOST',
    { operation: 'syncLeads', ...records, timeout: 90, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/leads/delete.json',
    'deleteLeadsUsingPOST',
    { operation: 'deleteLeads', ...records, circumstances: removal },
  ],
  [
    'POST',
    '/rest/v1/leads/partitions.json',
    'updatePartitionsUsingPOST',
    { operation: 'updateLeadPartitions', ...records, timeout: 60, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/leads/programs/{programId}/status.json',
    'changeLeadProgramStatusUsingPOST',
    { operation: 'changeLeadProgramStatus', ...records, circumstances: ['statusChange', 'dependent'] },
  ],
  [
    'POST',
    '/rest/v1/leads/push.json',
    'pushToMarketoUsingPOST',
    { operation: 'pushLeads', limit: 300, timeout: 90, idempotent: false },
  ],
  [
    'POST',
    '/rest/v1/leads/schema/fields.json',
    'createLeadFieldUsingPOST',
    { operation: 'createLeadFields', limit: 100, idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/leads/schema/fields/{fieldApiName}.json',
    'updateLeadFieldUsingPOST',
    { operation: 'updateLeadField', limit: 1, idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/leads/submitForm.json',
    'SubmitFormUsingPOST',
    { operation: 'submitForm', limit: 1, idempotent: false },
  ],
  [
    'POST',
    '/rest/v1/leads/{leadId}/associate.json',
    'associateLeadUsingPOST',
    { operation: 'associateLead', timeout: 60, idempotent: true, form: 'none', circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/leads/{leadId}/merge.json',
    'mergeLeadsUsingPOST',
    { operation: 'mergeLeads', timeout: 180, idempotent: false, form: 'none' },
  ],

  [
    'POST',
    '/rest/v1/lists/{listId}/leads.json',
    'addLeadsToListUsingPOST',
    { operation: 'addLeadsToList', ...records, circumstances: dependent },
  ],
  [
    'DELETE',
    '/rest/v1/lists/{listId}/leads.json',
    'removeLeadsFromListUsingDELETE',
    { operation: 'removeLeadsFromList', ...records, circumstances: removal },
  ],

  [
    'POST',
    '/rest/v1/namedAccountList/{id}/namedAccounts.json',
    'addNamedAccountListMembersUsingPOST',
    { operation: 'addNamedAccountListMembers', ...records, timeout: 60, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/namedAccountList/{id}/namedAccounts/remove.json',
    'removeNamedAccountListMembersUsingPOST',
    { operation: 'removeNamedAccountListMembers', ...records, timeout: 60, circumstances: removal },
  ],
  [
    'POST',
    '/rest/v1/namedAccountLists.json',
    'syncNamedAccountListsUsingPOST',
    { operation: 'syncNamedAccountLists', ...records, timeout: 60, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/namedAccountLists/delete.json',
    'deleteNamedAccountListsUsingPOST',
    { operation: 'deleteNamedAccountLists', ...records, timeout: 60, circumstances: removal },
  ],
  [
    'POST',
    '/rest/v1/namedaccounts.json',
    'syncNamedAccountsUsingPOST',
    { operation: 'syncNamedAccounts', ...records, timeout: 120, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/namedaccounts/delete.json',
    'deleteNamedAccountsUsingPOST',
    { operation: 'deleteNamedAccounts', ...records, timeout: 60, circumstances: removal },
  ],

  [
    'POST',
    '/rest/v1/opportunities.json',
    'syncOpportunitiesUsingPOST',
    { operation: 'syncOpportunities', ...records, timeout: 60, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/opportunities/delete.json',
    'deleteOpportunitiesUsingPOST',
    { operation: 'deleteOpportunities', ...records, timeout: 60, circumstances: removal },
  ],
  [
    'POST',
    '/rest/v1/opportunities/roles.json',
    'syncOpportunityRolesUsingPOST',
    { operation: 'syncOpportunityRoles', ...records, timeout: 60, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/opportunities/roles/delete.json',
    'deleteOpportunityRolesUsingPOST',
    { operation: 'deleteOpportunityRoles', ...records, timeout: 60, circumstances: removal },
  ],

  [
    'POST',
    '/rest/v1/programs/members/schema/fields.json',
    'createProgramMemberFieldUsingPOST',
    { operation: 'createProgramMemberFields', limit: 20, idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/programs/members/schema/fields/{fieldApiName}.json',
    'updateProgramMemberFieldUsingPOST',
    { operation: 'updateProgramMemberField', limit: 1, idempotent: true },
  ],
  [
    'POST',
    '/rest/v1/programs/{programId}/members.json',
    'syncProgramMemberDataUsingPOST',
    { operation: 'syncProgramMemberData', ...records, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/programs/{programId}/members/delete.json',
    'deleteProgramMemberUsingPOST',
    { operation: 'deleteProgramMembers', ...records, circumstances: ['removal', 'statusChange'] },
  ],
  [
    'POST',
    '/rest/v1/programs/{programId}/members/status.json',
    'syncProgramMemberStatusUsingPOST',
    { operation: 'syncProgramMemberStatus', ...records, circumstances: ['statusChange', 'dependent'] },
  ],

  [
    'POST',
    '/rest/v1/salespersons.json',
    'syncSalesPersonsUsingPOST',
    { operation: 'syncSalesPersons', ...records, timeout: 60, circumstances: dependent },
  ],
  [
    'POST',
    '/rest/v1/salespersons/delete.json',
    'deleteSalesPersonUsingPOST',
    { operation: 'deleteSalesPersons', ...records, timeout: 60, circumstances: removal },
  ],
];

export { WRITES };
