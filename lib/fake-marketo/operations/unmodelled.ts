import { type Operation, operations } from '../operation.ts';
import { succeed } from '../outcome.ts';

/** Paths of Marketo that exist and that the fake only answers, so that they are no 610: a success without content. */
const PATHS: Readonly<Record<'GET' | 'POST', readonly string[]>> = {
  GET: [
    '/rest/v1/leads/{leadId}/listMembership.json',
    '/rest/v1/leads/{leadId}/programMembership.json',
    '/rest/v1/leads/{leadId}/smartCampaignMembership.json',
    '/rest/v1/leads/schema/fields.json',
    '/rest/v1/leads/schema/fields/{fieldApiName}.json',
    '/rest/v1/programs/members/schema/fields.json',
    '/rest/v1/companies/schema/fields.json',
    '/rest/v1/opportunities/schema/fields.json',
    '/rest/v1/namedaccounts/schema/fields.json',
    '/rest/v1/customobjects/schema.json',
    '/rest/asset/v1/channels.json',
    '/rest/asset/v1/files.json',
    '/rest/asset/v1/segmentation.json',
    '/rest/asset/v1/tagTypes.json',
    '/rest/asset/v1/redirectRules.json',
    '/rest/asset/v1/landingPageDomains.json',
    '/bulk/v1/leads/batch/{batchId}/failures.json',
    '/bulk/v1/leads/batch/{batchId}/warnings.json',
  ],
  POST: [
    '/rest/v1/leads/schema/fields.json',
    '/rest/v1/leads/schema/fields/{fieldApiName}.json',
    '/rest/v1/programs/members/schema/fields.json',
    '/rest/v1/customobjects/schema.json',
    '/rest/asset/v1/email/{id}/content.json',
    '/rest/asset/v1/email/{id}/sendSample.json',
    '/rest/asset/v1/landingPage/{id}/content.json',
    '/rest/asset/v1/redirectRules.json',
  ],
};

const unmodelledOperations: readonly Operation[] = [
  ...operations(
    'none',
    PATHS.GET.map((path) => ['unmodelledRead', 'GET', path, () => succeed([])] as const),
  ),
  ...operations(
    'form',
    PATHS.POST.map((path) => ['unmodelledWrite', 'POST', path, () => succeed([])] as const),
  ),
];

export { unmodelledOperations };
