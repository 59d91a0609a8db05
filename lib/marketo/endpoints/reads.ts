import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { BULK_TIMEOUT_SECONDS } from './bulk.ts';
import { DEFAULT_TIMEOUT_SECONDS, defineEndpoint } from './define-endpoint.ts';
import { hasValue, inQuery, type ParameterRules, type RequiredParameter } from './parameters.ts';
import type { Endpoint } from './types.ts';

// Marketo: the API description for paths, the "Timeouts" section of each object's page for the seconds that are not 30.

/** Compound keys come as `input` in a body (Marketo: lead-database); a page's token stands for the query it is of. */
const FILTER: readonly RequiredParameter[] = [inQuery('filterType'), inQuery('filterValues', 'input')].map(
  (parameter) => ({ ...parameter, unless: (request) => hasValue(request, 'nextPageToken') }),
);

/** Marketo: leads, lead-database ("Query"), up to 300 values. Of lists and program members the documents do not say it. */
const BY_FILTER: ParameterRules = {
  required: FILTER,
  mostValues: { name: 'filterValues', most: MAX_RECORDS_PER_CALL },
};

const READS: readonly Endpoint[] = [
  read(
    'getLeadActivities',
    '/rest/v1/activities.json',
    DEFAULT_TIMEOUT_SECONDS,
    required('nextPageToken', 'activityTypeIds'),
  ),
  read('getDeletedLeads', '/rest/v1/activities/deletedleads.json', DEFAULT_TIMEOUT_SECONDS, required('nextPageToken')),
  read('describeCustomActivityType', '/rest/v1/activities/external/type/{apiName}/describe.json'),
  read('getCustomActivityType', '/rest/v1/activities/external/types.json'),
  read(
    'getLeadChanges',
    '/rest/v1/activities/leadchanges.json',
    DEFAULT_TIMEOUT_SECONDS,
    required('nextPageToken', 'fields'),
  ),
  read('getActivitiesPagingToken', '/rest/v1/activities/pagingtoken.json', 300, required('sinceDatetime')),
  read('getAllActivityTypes', '/rest/v1/activities/types.json'),
  read('getCampaigns', '/rest/v1/campaigns.json'),
  read('getCampaignById', '/rest/v1/campaigns/{campaignId}.json'),
  read('getCompanies', '/rest/v1/companies.json', DEFAULT_TIMEOUT_SECONDS, BY_FILTER),
  read('describeCompanies', '/rest/v1/companies/describe.json'),
  read('getCompanyFields', '/rest/v1/companies/schema/fields.json'),
  read('getCompanyFieldByName', '/rest/v1/companies/schema/fields/{fieldApiName}.json'),
  read('listCustomObjects', '/rest/v1/customobjects.json'),
  read('listCustomObjectTypes', '/rest/v1/customobjects/schema.json'),
  read('getCustomObjectTypeFieldDataTypes', '/rest/v1/customobjects/schema/fieldDataTypes.json'),
  read('getCustomObjectTypeLinkableObjects', '/rest/v1/customobjects/schema/linkableObjects.json'),
  read('getCustomObjectTypeDependentAssets', '/rest/v1/customobjects/schema/{apiName}/dependentAssets.json'),
  read('describeCustomObjectType', '/rest/v1/customobjects/schema/{apiName}/describe.json'),
  read('getCustomObjects', '/rest/v1/customobjects/{customObjectName}.json', DEFAULT_TIMEOUT_SECONDS, BY_FILTER),
  read('describeCustomObject', '/rest/v1/customobjects/{customObjectName}/describe.json'),
  read('getLeadById', '/rest/v1/lead/{leadId}.json'),
  read('getLeadsByFilter', '/rest/v1/leads.json', 60, BY_FILTER),
  read('describeLeads', '/rest/v1/leads/describe.json'),
  read('describeLeads2', '/rest/v1/leads/describe2.json'),
  read('getLeadPartitions', '/rest/v1/leads/partitions.json'),
  read('getLeadsByProgramId', '/rest/v1/leads/programs/{programId}.json'),
  read('getLeadFields', '/rest/v1/leads/schema/fields.json'),
  read('getLeadFieldByName', '/rest/v1/leads/schema/fields/{fieldApiName}.json'),
  read('getListMembership', '/rest/v1/leads/{leadId}/listMembership.json'),
  read('getProgramMembership', '/rest/v1/leads/{leadId}/programMembership.json'),
  read('getSmartCampaignMembership', '/rest/v1/leads/{leadId}/smartCampaignMembership.json'),
  read('getLeadsByListId', '/rest/v1/list/{listId}/leads.json', 60),
  read('getLists', '/rest/v1/lists.json'),
  read('getListById', '/rest/v1/lists/{listId}.json'),
  read('getLeadsOfList', '/rest/v1/lists/{listId}/leads.json', 60),
  read('areLeadsMemberOfList', '/rest/v1/lists/{listId}/leads/ismember.json', DEFAULT_TIMEOUT_SECONDS, {
    required: [inQuery('id', 'input')],
    mostValues: { name: 'id', most: MAX_RECORDS_PER_CALL },
  }),
  read('getNamedAccountListMembers', '/rest/v1/namedAccountList/{id}/namedAccounts.json', 60),
  read('getNamedAccountLists', '/rest/v1/namedAccountLists.json', 60, { required: FILTER }),
  read('getNamedAccounts', '/rest/v1/namedaccounts.json', DEFAULT_TIMEOUT_SECONDS, BY_FILTER),
  read('describeNamedAccounts', '/rest/v1/namedaccounts/describe.json'),
  read('getNamedAccountFields', '/rest/v1/namedaccounts/schema/fields.json'),
  read('getNamedAccountFieldByName', '/rest/v1/namedaccounts/schema/fields/{fieldApiName}.json'),
  read('getOpportunities', '/rest/v1/opportunities.json', DEFAULT_TIMEOUT_SECONDS, BY_FILTER),
  read('describeOpportunities', '/rest/v1/opportunities/describe.json'),
  read('getOpportunityRoles', '/rest/v1/opportunities/roles.json', DEFAULT_TIMEOUT_SECONDS, BY_FILTER),
  read('describeOpportunityRole', '/rest/v1/opportunities/roles/describe.json'),
  read('getOpportunityFields', '/rest/v1/opportunities/schema/fields.json'),
  read('getOpportunityFieldByName', '/rest/v1/opportunities/schema/fields/{fieldApiName}.json'),
  read('describeProgramMember', '/rest/v1/program/members/describe.json'),
  read('describeProgramMembers', '/rest/v1/programs/members/describe.json'),
  read('getProgramMemberFields', '/rest/v1/programs/members/schema/fields.json'),
  read('getProgramMemberFieldByName', '/rest/v1/programs/members/schema/fields/{fieldApiName}.json'),
  read('getProgramMembers', '/rest/v1/programs/{programId}/members.json', DEFAULT_TIMEOUT_SECONDS, {
    required: FILTER,
  }),
  read('getSalesPersons', '/rest/v1/salespersons.json', DEFAULT_TIMEOUT_SECONDS, BY_FILTER),
  read('describeSalesPersons', '/rest/v1/salespersons/describe.json'),
  read('getDailyErrors', '/rest/v1/stats/errors.json'),
  read('getLast7DaysErrors', '/rest/v1/stats/errors/last7days.json'),
  read('getDailyUsage', '/rest/v1/stats/usage.json'),
  read('getLast7DaysUsage', '/rest/v1/stats/usage/last7days.json'),

  read('getExportActivities', '/bulk/v1/activities/export.json', BULK_TIMEOUT_SECONDS),
  read('getExportActivitiesFile', '/bulk/v1/activities/export/{exportId}/file.json', BULK_TIMEOUT_SECONDS),
  read('getExportActivitiesStatus', '/bulk/v1/activities/export/{exportId}/status.json', BULK_TIMEOUT_SECONDS),
  read('getExportCustomObjects', '/bulk/v1/customobjects/{apiName}/export.json', BULK_TIMEOUT_SECONDS),
  read(
    'getExportCustomObjectsFile',
    '/bulk/v1/customobjects/{apiName}/export/{exportId}/file.json',
    BULK_TIMEOUT_SECONDS,
  ),
  read(
    'getExportCustomObjectsStatus',
    '/bulk/v1/customobjects/{apiName}/export/{exportId}/status.json',
    BULK_TIMEOUT_SECONDS,
  ),
  read(
    'getImportCustomObjectFailures',
    '/bulk/v1/customobjects/{apiName}/import/{batchId}/failures.json',
    BULK_TIMEOUT_SECONDS,
  ),
  read(
    'getImportCustomObjectStatus',
    '/bulk/v1/customobjects/{apiName}/import/{batchId}/status.json',
    BULK_TIMEOUT_SECONDS,
  ),
  read(
    'getImportCustomObjectWarnings',
    '/bulk/v1/customobjects/{apiName}/import/{batchId}/warnings.json',
    BULK_TIMEOUT_SECONDS,
  ),
  read('getImportLeadStatus', '/bulk/v1/leads/batch/{batchId}.json', BULK_TIMEOUT_SECONDS),
  read('getImportLeadFailures', '/bulk/v1/leads/batch/{batchId}/failures.json', BULK_TIMEOUT_SECONDS),
  read('getImportLeadWarnings', '/bulk/v1/leads/batch/{batchId}/warnings.json', BULK_TIMEOUT_SECONDS),
  read('getExportLeads', '/bulk/v1/leads/export.json', BULK_TIMEOUT_SECONDS),
  read('getExportLeadsFile', '/bulk/v1/leads/export/{exportId}/file.json', BULK_TIMEOUT_SECONDS),
  read('getExportLeadsStatus', '/bulk/v1/leads/export/{exportId}/status.json', BULK_TIMEOUT_SECONDS),
  read('getExportProgramMembers', '/bulk/v1/program/members/export.json', BULK_TIMEOUT_SECONDS),
  read('getExportProgramMembersFile', '/bulk/v1/program/members/export/{exportId}/file.json', BULK_TIMEOUT_SECONDS),
  read('getExportProgramMembersStatus', '/bulk/v1/program/members/export/{exportId}/status.json', BULK_TIMEOUT_SECONDS),
  read(
    'getImportProgramMemberFailures',
    '/bulk/v1/program/members/import/{batchId}/failures.json',
    BULK_TIMEOUT_SECONDS,
  ),
  read('getImportProgramMemberStatus', '/bulk/v1/program/members/import/{batchId}/status.json', BULK_TIMEOUT_SECONDS),
  read(
    'getImportProgramMemberWarnings',
    '/bulk/v1/program/members/import/{batchId}/warnings.json',
    BULK_TIMEOUT_SECONDS,
  ),
];

function read(
  operation: string,
  path: string,
  serverTimeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
  parameters: ParameterRules = {},
): Endpoint {
  return defineEndpoint({ operation, method: 'GET', path, serverTimeoutSeconds, parameters });
}

function required(...names: readonly string[]): ParameterRules {
  return { required: names.map((name) => inQuery(name)) };
}

export { READS };
