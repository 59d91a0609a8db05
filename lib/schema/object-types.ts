import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import type { ObjectType } from './object-schema.ts';

/** Objects whose Describe, sync and delete have one path (Marketo: companies, opportunities, opportunity-roles, ...). */
const TYPES_BY_OPERATION: Readonly<Record<string, readonly ObjectType[]>> = {
  syncLeads: ['leads'],
  pushLeads: ['leads'],
  syncCompanies: ['companies'],
  syncOpportunities: ['opportunities'],
  syncOpportunityRoles: ['opportunities/roles'],
  syncSalesPersons: ['salespersons'],
  syncNamedAccounts: ['namedaccounts'],
  addCustomActivities: ['activities'],
  syncProgramMemberData: ['programs/members'],
};

const NONE: readonly ObjectType[] = [];

/**
 * The object types that the records of a request are of. A submitted form has those of its form, of a lead, and of a
 * member of the form's program (Marketo: leads, "Submit Form").
 *
 * @example
 * objectTypesOf(request, matchEndpoint(request)); // ['leads']
 */
function objectTypesOf({ path, body }: MarketoRequest, { operation }: Endpoint): readonly ObjectType[] {
  const types = Object.hasOwn(TYPES_BY_OPERATION, operation) ? TYPES_BY_OPERATION[operation] : undefined;
  if (types !== undefined) return types;
  if (operation === 'syncCustomObjects' || operation === 'deleteCustomObjects') {
    const name = (path.split('/')[4] ?? '').replace(/\.json$/, '');
    return /^\w{1,100}$/.test(name) ? [`customobjects/${name}`] : NONE;
  }
  if (operation === 'submitForm') {
    const formId = Number(body?.formId);
    return Number.isSafeInteger(formId) && formId > 0 ? [`forms/${formId}`, 'leads', 'programs/members'] : NONE;
  }
  return NONE;
}

/**
 * Where Marketo describes a type: the first path that it knows answers for all of them.
 *
 * Leads are asked for by the older Describe, which alone gives the names that forms have for fields; Marketo calls it
 * superseded, so the newer one stands behind it.
 */
function describePathsOf(type: ObjectType): readonly string[] {
  if (type === 'leads') return ['/rest/v1/leads/describe.json', '/rest/v1/leads/describe2.json'];
  if (type === 'activities') return ['/rest/v1/activities/types.json'];
  const form = /^forms\/(\d+)$/.exec(type);
  return [form === null ? `/rest/v1/${type}/describe.json` : `/rest/asset/v1/form/${form[1]}/fields.json`];
}

export { describePathsOf, objectTypesOf };
