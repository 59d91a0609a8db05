import type { AssetKind } from '../../../lib/fake-marketo/database/assets.ts';
import { ASSET_ACTS, type AssetAct } from '../../../lib/fake-marketo/operations/asset-kinds.ts';
import { SEED } from '../../../lib/fake-marketo/seed-data.ts';

interface Exchange {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** A file import: the rows of its CSV. */
  readonly file?: string;
}

const get = (path: string): Exchange => ({ method: 'GET', path });
const post = (path: string, body?: unknown): Exchange => ({
  method: 'POST',
  path,
  ...(body === undefined ? {} : { body }),
});
const input = (...records: readonly object[]) => ({ input: records });

/** Stands in a path for the id that the newest export was given. */
const LAST_EXPORT = 'last-export';

const LEAD = { email: 'described@example.com', firstName: 'Dora' };
const FILTER = 'filterType=id&filterValues=1001';

/** A family of objects: what its key is, and a record of it. */
const FAMILIES: readonly (readonly [path: string, key: string, record: Readonly<Record<string, unknown>>])[] = [
  ['companies', 'externalCompanyId', { externalCompanyId: 'described' }],
  ['opportunities', 'externalOpportunityId', { externalOpportunityId: 'described' }],
  ['salespersons', 'externalSalesPersonId', { externalSalesPersonId: 'described', email: 'd@example.com' }],
  ['namedaccounts', 'name', { name: 'Described' }],
  ['customobjects/order_c', 'orderId', { orderId: 'described' }],
];

/** In this order: what one makes, a later one reads or deletes. */
const DATABASE: readonly Exchange[] = [
  post('/rest/v1/leads.json', input(LEAD, { email: 'no address' })),
  get(`/rest/v1/leads.json?${FILTER}`),
  get('/rest/v1/lead/1001.json'),
  get('/rest/v1/leads/describe.json'),
  get('/rest/v1/leads/describe2.json'),
  get('/rest/asset/v1/form/301/fields.json'),
  get('/rest/v1/leads/partitions.json'),
  post('/rest/v1/leads/partitions.json', input({ id: 1001, partitionName: 'Default' })),
  post('/rest/v1/leads/push.json', { programName: 'Spring webinar', ...input(LEAD) }),
  post('/rest/v1/leads/submitForm.json', { formId: SEED.signUpForm, ...input({ leadFormFields: LEAD }) }),
  post('/rest/v1/leads/1101/associate.json?cookie=id:1-A%26token:_mch-a.com-1-1'),
  post('/rest/v1/leads/1110/merge.json?leadId=1111'),
  post('/rest/v1/leads/delete.json', input({ id: 1112 }, { id: 4 })),
  { method: 'DELETE', path: '/rest/v1/leads.json', body: input({ id: 1113 }) },
  post('/rest/v1/leads/programs/5001/status.json', { status: 'Attended', ...input({ id: 1041 }) }),
  get('/rest/v1/leads/programs/5001.json?filterType=leadId&filterValues=1042'),
  post('/rest/v1/lists/1159/leads.json', input({ id: 1050 }, { id: 4 })),
  get('/rest/v1/lists/1159/leads/ismember.json?id=1050'),
  { method: 'DELETE', path: '/rest/v1/lists/1159/leads.json', body: input({ id: 1050 }, { id: 1050 }) },
  get('/rest/v1/lists/1159/leads.json'),
  get('/rest/v1/list/1159/leads.json'),
  get('/rest/v1/lists/1159.json'),
  get('/rest/v1/lists.json'),
  post('/rest/v1/programs/5001/members/status.json', {
    statusName: 'Attended',
    ...input({ leadId: 1043 }, { leadId: 4 }),
  }),
  post('/rest/v1/programs/5001/members.json', input({ leadId: 1043, seats: 2 })),
  post('/rest/v1/programs/5001/members/delete.json', input({ leadId: 1043 })),
  get('/rest/v1/programs/5001/members.json?filterType=leadId&filterValues=1044'),
  get('/rest/v1/programs/members/describe.json'),
  post('/rest/v1/campaigns/7001/trigger.json', { input: { leads: [{ id: 1001 }] } }),
  post('/rest/v1/campaigns/7003/schedule.json', { input: {} }),
  get('/rest/v1/campaigns/7001.json'),
  get('/rest/v1/campaigns.json'),
  ...FAMILIES.flatMap(([path, key, record]) => [
    post(`/rest/v1/${path}.json`, input(record, { colour: 1 })),
    get(`/rest/v1/${path}.json?filterType=${key}&filterValues=${String(record[key])}`),
    get(`/rest/v1/${path}/describe.json`),
  ]),
  post('/rest/v1/opportunities/roles.json', input({ externalOpportunityId: 'described', leadId: 1001, role: 'Buyer' })),
  get('/rest/v1/opportunities/roles.json?filterType=marketoGUID&filterValues=none'),
  get('/rest/v1/opportunities/roles/describe.json'),
  post(
    '/rest/v1/opportunities/roles/delete.json',
    input({ externalOpportunityId: 'described', leadId: 1001, role: 'Buyer' }),
  ),
  ...FAMILIES.map(([path, key, record]) => post(`/rest/v1/${path}/delete.json`, input({ [key]: record[key] }))),
  get('/rest/v1/customobjects.json'),
  post('/rest/v1/customobjects/schema/order_c/addField.json', input({ name: 'colour', dataType: 'string' })),
  post('/rest/v1/customobjects/schema/order_c/approve.json'),
  post('/rest/v1/customobjects/schema/vehicle_c/addField.json', input({ name: 'colour', dataType: 'string' })),
  post('/rest/v1/customobjects/schema/vehicle_c/discardDraft.json'),
  post('/rest/v1/customobjects/vehicle_c/delete.json', input({ vin: '1HGCM82633A004352' })),
  post('/rest/v1/customobjects/schema/vehicle_c/delete.json'),
  post('/rest/v1/namedAccountLists.json', input({ name: 'Described' })),
  get('/rest/v1/namedAccountLists.json?filterType=name&filterValues=Described'),
  post(`/rest/v1/namedAccountList/${SEED.usedAccountList}/namedAccounts.json`, input({ marketoGUID: 'none' })),
  post(`/rest/v1/namedAccountList/${SEED.usedAccountList}/namedAccounts/remove.json`, input({ marketoGUID: 'none' })),
  get(`/rest/v1/namedAccountList/${SEED.usedAccountList}/namedAccounts.json`),
  post('/rest/v1/namedAccountLists/delete.json', input({ marketoGUID: 'none' })),
  post('/rest/v1/activities/external.json', {
    input: [
      {
        leadId: 1001,
        activityDate: '2026-05-01T10:00:00Z',
        activityTypeId: SEED.visitActivity,
        primaryAttributeValue: 'Berlin',
        attributes: [{ apiName: 'note', value: 'x' }],
      },
    ],
  }),
  post('/rest/v1/activities/external/type/storeVisit_c/attributes/create.json', {
    attributes: [{ apiName: 'floor', name: 'Floor', dataType: 'string' }],
  }),
  get('/rest/v1/activities/types.json'),
  get('/rest/v1/activities/external/types.json'),
  get('/rest/v1/activities/pagingtoken.json?sinceDatetime=2026-01-01'),
  get('/rest/v1/activities.json?nextPageToken=PAGE0&activityTypeIds=1'),
  get('/rest/v1/activities/deletedleads.json?nextPageToken=PAGE0'),
  get('/rest/v1/activities/leadchanges.json?nextPageToken=PAGE0&fields=email'),
  get('/rest/v1/stats/usage.json'),
  get('/rest/v1/stats/usage/last7days.json'),
  get('/rest/v1/stats/errors.json'),
  get('/rest/v1/stats/errors/last7days.json'),
  { method: 'POST', path: '/bulk/v1/leads.json?format=csv', file: 'email\nfile@example.com\nbad\n' },
  get('/bulk/v1/leads/batch/1001.json'),
  { method: 'POST', path: '/bulk/v1/customobjects/order_c/import.json?format=csv', file: 'orderId\nF-1\n' },
  get('/bulk/v1/customobjects/order_c/import/1002/status.json'),
  {
    method: 'POST',
    path: '/bulk/v1/program/5001/members/import.json?format=csv&programMemberStatus=Invited',
    file: 'email\nfile@example.com\n',
  },
  get('/bulk/v1/program/members/import/1003/status.json'),
  ...[
    '/bulk/v1/leads/batch/1001',
    '/bulk/v1/customobjects/order_c/import/1002',
    '/bulk/v1/program/members/import/1003',
  ].flatMap((job) => [get(`${job}/failures.json`), get(`${job}/warnings.json`)]),
  ...['leads', 'activities', 'program/members', 'customobjects/order_c'].flatMap((kind) => [
    post(`/bulk/v1/${kind}/export/create.json`, { fields: ['id'], filter: { createdAt: {} } }),
    post(`/bulk/v1/${kind}/export/${LAST_EXPORT}/enqueue.json`),
    get(`/bulk/v1/${kind}/export/${LAST_EXPORT}/status.json`),
    post(`/bulk/v1/${kind}/export/${LAST_EXPORT}/cancel.json`),
  ]),
  post('/rest/v1/activities/external/type.json', { apiName: 'described_c' }),
];

const KNOWN: Readonly<Record<AssetKind, number>> = {
  folder: SEED.assetFolder,
  program: SEED.webinarProgram,
  email: SEED.draftEmail,
  emailTemplate: SEED.emailTemplate,
  form: SEED.signUpForm,
  landingPage: SEED.socialPage,
  landingPageTemplate: 1,
  snippet: 1,
  smartCampaign: SEED.triggerCampaign,
  smartList: 1,
  staticList: SEED.webinarList,
};
const FOLDER = JSON.stringify({ id: SEED.assetFolder, type: 'Folder' });

function assetExchange(kind: AssetKind, act: AssetAct): Exchange {
  const base = `/rest/asset/v1/${kind}`;
  const id = `${base}/${KNOWN[kind]}`;
  if (act === 'list') return get(`${base}s.json`);
  if (act === 'byName') return get(`${base}/byName.json?name=${encodeURIComponent('Spring letter')}`);
  if (act === 'byId') return get(kind === 'folder' ? `${id}.json?type=Folder` : `${id}.json`);
  if (kind === 'smartCampaign' && act === 'update') return post(`${id}.json`, { name: 'Renamed campaign' });
  if (act === 'content') return get(kind === 'emailTemplate' ? `${id}/content` : `${id}/content.json`);
  const place = { name: `Described ${kind} ${act}`, folder: FOLDER, parent: FOLDER, template: '8101' };
  if (act === 'create') return { method: 'POST', path: `${base}s.json`, form: place };
  if (act === 'update') return { method: 'POST', path: `${id}.json`, form: { name: `Renamed ${kind}` } };
  const content = `${id}/content.json${kind === 'snippet' ? '?type=HTML&content=x' : ''}`;
  const path = act === 'changeContent' ? content : `${id}/${act}.json`;
  return { method: 'POST', path, form: act === 'tokens' ? { name: 'a', type: 'text', value: 'b' } : place };
}

const KINDS = Object.keys(ASSET_ACTS) as AssetKind[];

const ASSETS: readonly Exchange[] = [
  ...KINDS.flatMap((kind) => ASSET_ACTS[kind].filter((act) => act !== 'delete').map((act) => assetExchange(kind, act))),
  ...KINDS.toReversed().map((kind) => assetExchange(kind, 'delete')),
];

/** A call of every operation that the fake models. */
const EXCHANGES: readonly Exchange[] = [...DATABASE, ...ASSETS];

export type { Exchange };
export { EXCHANGES, LAST_EXPORT };
