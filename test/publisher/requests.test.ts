import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { takesFile } from '../../lib/marketo/endpoints/bulk.ts';
import { ENDPOINTS, matchEndpoint } from '../../lib/marketo/endpoints/endpoints.ts';
import { checkMessage } from '../../lib/message/check-message.ts';
import type { TypedParts } from '../../lib/publisher/bodies.ts';
import { OPERATIONS, type Operation } from '../../lib/publisher/operations.ts';
import type { PublisherMessage } from '../../lib/publisher/publisher-message.ts';
import { requests } from '../../lib/publisher/requests.ts';
import { validate } from '../../lib/publisher/validate.ts';
import { operationsModule } from '../../scripts/write-operations.ts';

describe('the operations of a publisher', () => {
  it('are those of the endpoint table, but for uploads of assets', () => {
    const file = readFileSync(new URL('../../lib/publisher/operations.ts', import.meta.url), 'utf8');
    expect(operationsModule(), 'run: npm run generate').toBe(file);
    expect(Object.keys(requests).sort()).toEqual(
      ENDPOINTS.filter((endpoint) => endpoint.bodyForm !== 'multipart' || takesFile(endpoint))
        .map(({ operation }) => operation)
        .sort(),
    );
  });

  it('make messages that the relay takes for that very operation', () => {
    for (const operation of Object.keys(OPERATIONS) as Operation[]) {
      const make = requests[operation] as (parts: object) => PublisherMessage;
      const { method = 'GET', path } = make(Object.fromEntries(partNames(operation).map((name) => [name, 'x1'])));
      expect(matchEndpoint({ method, path }).operation).toBe(operation);
      expect(checkMessage({ method, path, body: {} })).not.toMatchObject({ problems: [{ path: 'path' }] });
    }
  });
});

describe('a request', () => {
  it('is a message with its method and path, and what was given', () => {
    const input = [{ id: 1001 }];
    expect(requests.addLeadsToList({ listId: 7, body: { input } }, { id: 'a', idempotent: true })).toEqual({
      id: 'a',
      method: 'POST',
      path: '/rest/v1/lists/7/leads.json',
      body: { input },
      idempotent: true,
    });
  });

  it('needs nothing where its path has no parts', () => {
    expect(requests.describeLeads()).toEqual({ method: 'GET', path: '/rest/v1/leads/describe.json' });
  });

  it('encodes the parts of its path', () => {
    const message = requests.getOpportunityFieldByName({ fieldApiName: "name (o'k)*!" });
    expect(message.path).toBe('/rest/v1/opportunities/schema/fields/name%20%28o%27k%29%2A%21.json');
    expect(validate(message)).toEqual({ ok: true });
  });

  it('never leaves its place in the path', () => {
    for (const listId of ['../../identity/oauth/token', '7/leads', '..', '7?x=1', '7#']) {
      const message = requests.addLeadsToList({ listId, body: { input: [{ id: 1 }] } });
      const shown = message.path.split('/').slice(0, 4).join('/');
      expect([shown, validate(message).ok], listId).toEqual(['/rest/v1/lists', false]);
    }
  });

  it.each([undefined, null, '', {}])('says which part of its path is missing: %s', (listId) => {
    const parts = { listId, body: { input: [] } } as unknown as Parameters<typeof requests.addLeadsToList>[0];
    expect(() => requests.addLeadsToList(parts)).toThrow(/addLeadsToList needs listId, a part of its path/);
  });

  it('takes a Date for its end', () => {
    const at = new Date('2027-01-31T12:00:00Z');
    expect(requests.describeLeads({}, { notAfter: at }).notAfter).toBe('2027-01-31T12:00:00.000Z');
    expect(validate(requests.describeLeads({}, { notAfter: new Date(Number.NaN) })).ok).toBe(false);
  });
});

/** Compiled, not run: what must not compile stands under a directive that fails when it does. */
function types(): readonly unknown[] {
  const input = [{ email: 'ann@example.com', shoeSize: 44 }];
  const form = { leadFormFields: { email: 'ann@example.com' } };
  const token = { name: 'x', value: 'y' };
  return [
    requests.syncLeads({ body: { action: 'createDuplicate', lookupField: 'customerNumber', input } }),
    requests.syncCustomObjects({
      customObjectName: 'car_c',
      body: { dedupeBy: 'idField', input: [{ marketoGUID: 'x' }] },
    }),
    requests.mergeLeads({ leadId: 7, query: { leadIds: '8,9', mergeInCRM: true } }),
    requests.removeLeadsFromList({ listId: 7, query: { id: [1, 2] } }),
    requests.submitForm({ body: { formId: 7, input: [form] } }),
    requests.requestCampaign({
      campaignId: 7,
      body: { input: { leads: [{ id: 1 }], tokens: [{ name: '{{my.x}}', value: 'y' }] } },
    }),
    requests.scheduleCampaign({ campaignId: 7 }),
    requests.createFolder({ form: { name: 'x', parent: { id: 1, type: 'Folder' } } }),
    requests.getLeadActivities({ query: { nextPageToken: 'x', activityTypeIds: 13, listId: 7 } }),
    requests.createLeadFields({ body: { input: [{ name: 'a', displayName: 'A', dataType: 'string' }] } }),
    requests.createExportLeads({ body: { fields: ['id'], filter: { staticListId: 7 } } }),
    requests.addNamedAccountListMembers({ id: 'x', body: { input: [{ marketoGUID: 'x' }] } }),
    // @ts-expect-error: no types of activities
    requests.getLeadActivities({ query: { nextPageToken: 'x' } }),
    // @ts-expect-error: no name
    requests.getFolderByName({ query: { root: 'x' } }),
    // @ts-expect-error: no filter
    requests.getCompanies({}),
    // @ts-expect-error: no such type of a field
    requests.createLeadFields({ body: { input: [{ name: 'a', displayName: 'A', dataType: 'text' }] } }),
    // @ts-expect-error: no filter
    requests.createExportLeads({ body: { fields: ['id'] } }),
    // @ts-expect-error: no such action
    requests.syncLeads({ body: { action: 'upsert', input } }),
    // @ts-expect-error: no records
    requests.syncLeads({ body: { action: 'createOnly' } }),
    // @ts-expect-error: no such lookup of a company
    requests.syncCompanies({ body: { dedupeBy: 'name', input: [] } }),
    // @ts-expect-error: the list is missing
    requests.addLeadsToList({ body: { input: [{ id: 1 }] } }),
    // @ts-expect-error: records without ids
    requests.addLeadsToList({ listId: 7, body: { input: [{ email: 'x' }] } }),
    // @ts-expect-error: two forms in one request
    requests.submitForm({ body: { formId: 7, input: [form, form] } }),
    // @ts-expect-error: a token that is none
    requests.requestCampaign({ campaignId: 7, body: { input: { leads: [{ id: 1 }], tokens: [token] } } }),
    // @ts-expect-error: no program
    requests.pushLeads({ body: { input } }),
    // @ts-expect-error: parameters of the query
    requests.mergeLeads({ leadId: 7, body: { leadIds: [8] } }),
    // @ts-expect-error: a form, not JSON
    requests.createFolder({ body: { name: 'x' } }),
  ];
}

/** Complete, or it does not compile. */
const TYPED: Readonly<Record<keyof TypedParts, true>> = {
  addCustomActivities: true,
  addCustomObjectTypeFields: true,
  addLeadsToList: true,
  addNamedAccountListMembers: true,
  areLeadsMemberOfList: true,
  associateLead: true,
  changeLeadProgramStatus: true,
  createCustomActivityType: true,
  createCustomActivityTypeAttributes: true,
  createExportActivities: true,
  createExportCustomObjects: true,
  createExportLeads: true,
  createExportProgramMembers: true,
  createLeadFields: true,
  createProgramMemberFields: true,
  deleteCompanies: true,
  deleteCustomActivityTypeAttributes: true,
  deleteCustomObjectTypeFields: true,
  deleteCustomObjects: true,
  deleteLeads: true,
  deleteLeadsByMethod: true,
  deleteNamedAccountLists: true,
  deleteNamedAccounts: true,
  deleteOpportunities: true,
  deleteOpportunityRoles: true,
  deleteProgramMembers: true,
  deleteSalesPersons: true,
  getActivitiesPagingToken: true,
  getCompanies: true,
  getCustomObjects: true,
  getDeletedLeads: true,
  getEmailByName: true,
  getEmailTemplateByName: true,
  getFileByName: true,
  getFolderByName: true,
  getFormByName: true,
  getLandingPageByName: true,
  getLandingPageTemplateByName: true,
  getLeadActivities: true,
  getLeadChanges: true,
  getLeadsByFilter: true,
  getNamedAccountLists: true,
  getNamedAccounts: true,
  getOpportunities: true,
  getOpportunityRoles: true,
  getProgramByName: true,
  getProgramMembers: true,
  getProgramsByTag: true,
  getSalesPersons: true,
  getSmartCampaignByName: true,
  getSmartListByName: true,
  getStaticListByName: true,
  getTagTypeByName: true,
  mergeLeads: true,
  pushLeads: true,
  removeLeadsFromList: true,
  removeNamedAccountListMembers: true,
  requestCampaign: true,
  scheduleCampaign: true,
  submitForm: true,
  syncCompanies: true,
  syncCustomObjectType: true,
  syncCustomObjects: true,
  syncLeads: true,
  syncNamedAccountLists: true,
  syncNamedAccounts: true,
  syncOpportunities: true,
  syncOpportunityRoles: true,
  syncProgramMemberData: true,
  syncProgramMemberStatus: true,
  syncSalesPersons: true,
  updateCustomActivityType: true,
  updateCustomActivityTypeAttributes: true,
  updateCustomObjectTypeField: true,
  updateLeadField: true,
  updateLeadPartitions: true,
  updateProgramMemberField: true,
  updateSmartCampaign: true,
};

describe('the types of requests', () => {
  it('know what each operation has that takes records or a JSON body, or needs a parameter', () => {
    const asking = ENDPOINTS.filter(({ operation, aligned, recordLimit, parameters, bodyForm }) => {
      const isJson = bodyForm !== 'multipart' && OPERATIONS[operation as Operation][2] === 'json';
      return isJson || aligned || recordLimit !== undefined || (parameters.required ?? []).length > 0;
    }).filter(({ bodyForm }) => bodyForm === 'json' || bodyForm === 'none');
    const names = asking.map(({ operation }) => operation);
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => !Object.hasOwn(TYPED, name))).toEqual([]);
  });

  it('are compiled with this file', () => {
    expect(types).toBeTypeOf('function');
  });
});

function partNames(operation: Operation): readonly string[] {
  return [...OPERATIONS[operation][1].matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}
