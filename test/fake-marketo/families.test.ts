import { afterEach, describe, expect, it } from 'vitest';
import { startCaller, stopAll } from './support/caller.ts';

const NAMED_LIST = 'dff23271-f996-47d7-984f-f2676861b5fa';
const STATUS = '/rest/v1/programs/5001/members/status.json';
const TRIGGER = '/rest/v1/campaigns/7001/trigger.json';

afterEach(stopAll);

describe('replies of each family to its data', () => {
  it.each([
    // lists
    ['/rest/v1/lists/1159/leads.json', { input: [{ id: 1050 }, { id: 987_654 }] }, ['added', 'skipped 1004']],
    ['/rest/v1/lists/1159/leads.json', { input: [{ id: null }] }, '1001'],
    ['/rest/v1/lists/4242/leads.json', { input: [{ id: 1050 }] }, '1013'],
    ['/rest/v1/lists/1159/leads.json', {}, '1003'],
    ['/rest/v1/leads.json', {}, '1003'],
    ['/rest/v1/leads/submitForm.json', { formId: 'contact', input: [{ leadFormFields: { email: 'a@x.org' } }] }, '609'],
    ['/rest/v1/leads/submitForm.json', { input: [{ leadFormFields: { email: 'a@x.org' } }] }, '1002'],
    // programs
    [STATUS, { statusName: 'Attended', input: [{ leadId: 1041 }] }, ['updated']],
    [STATUS, { statusName: 'Invited', input: [{ leadId: 1041 }, { leadId: 1001 }] }, ['skipped 1037', 'created']],
    [STATUS, { statusName: 'Unheard of', input: [{ leadId: 1041 }] }, '1025'],
    ['/rest/v1/programs/4242/members/status.json', { statusName: 'Invited', input: [{ leadId: 1 }] }, '1013'],
    [
      '/rest/v1/programs/5001/members.json',
      { input: [{ leadId: 1041, seats: 2 }, { leadId: 1001 }] },
      ['updated', 'skipped 1013'],
    ],
    ['/rest/v1/programs/5001/members.json', { input: [{ leadId: 1041, seats: 'two' }] }, ['skipped 1001']],
    [
      '/rest/v1/programs/5001/members/delete.json',
      { input: [{ leadId: 1041 }, { leadId: 1001 }] },
      ['deleted', 'skipped 1037'],
    ],
    // custom objects
    [
      '/rest/v1/customobjects/order_c.json',
      { input: [{ orderId: 'O-1' }, { orderId: 'N-1' }] },
      ['updated', 'created'],
    ],
    [
      '/rest/v1/customobjects/order_c.json',
      { input: [{ amount: 1 }, { orderId: 'N-1', colour: 1 }] },
      ['skipped 1002', 'skipped 1006'],
    ],
    ['/rest/v1/customobjects/order_c.json', { input: [{ orderId: 'N-1', leadId: 4 }] }, ['skipped 1004']],
    ['/rest/v1/customobjects/order_c.json', { action: 'createOnly', input: [{ orderId: 'O-1' }] }, ['skipped 1017']],
    ['/rest/v1/customobjects/order_c.json', { action: 'updateOnly', input: [{ orderId: 'N-1' }] }, ['skipped 1013']],
    [
      '/rest/v1/customobjects/order_c.json',
      { input: [{ orderId: 'N-1' }, { orderId: 'N-1' }] },
      ['created', 'skipped 1036'],
    ],
    ['/rest/v1/customobjects/order_c.json', { dedupeBy: 'yoyoto', input: [{ orderId: 'N-1' }] }, '1003'],
    ['/rest/v1/customobjects/order_c.json', { dedupeBy: 'idField', action: 'createOnly', input: [{}] }, '1003'],
    ['/rest/v1/customobjects/boat_c.json', { input: [{ name: 'Ada' }] }, '1013'],
    [
      '/rest/v1/customobjects/order_c/delete.json',
      { input: [{ orderId: 'O-1' }, { orderId: 'N-1' }] },
      ['deleted', 'skipped 1013'],
    ],
    ['/rest/v1/customobjects/schema/order_c/discardDraft.json', {}, '1048'],
    ['/rest/v1/customobjects/schema/order_c/delete.json', {}, '1022'],
    // companies, opportunities, roles, sales persons, named accounts
    [
      '/rest/v1/companies.json',
      { input: [{ externalCompanyId: 'acme' }, { externalCompanyId: 'acme' }] },
      ['updated', 'skipped 1036'],
    ],
    [
      '/rest/v1/opportunities.json',
      { input: [{ externalOpportunityId: 'n' }, { externalOpportunityId: 'm', externalSalesPersonId: 'ghost' }] },
      '718',
    ],
    [
      '/rest/v1/opportunities/roles.json',
      { input: [{ externalOpportunityId: 'deal-1', leadId: 1001, role: 'Buyer' }] },
      ['created'],
    ],
    [
      '/rest/v1/opportunities/roles.json',
      { input: [{ externalOpportunityId: 'none', leadId: 1001, role: 'Buyer' }] },
      ['skipped 1013'],
    ],
    ['/rest/v1/salespersons.json', { input: [{ externalSalesPersonId: 'sam', email: 'nobody' }] }, ['skipped 1003']],
    ['/rest/v1/namedaccounts.json', { input: [{ name: 'Acme' }, { name: 'Initech' }] }, ['updated', 'created']],
    ['/rest/v1/namedAccountLists/delete.json', { input: [{ marketoGUID: NAMED_LIST }] }, ['skipped 1022']],
    // campaigns
    [TRIGGER, { input: { leads: [{ id: 1001 }, { id: 84 }, { id: 85 }] } }, '1004'],
    [TRIGGER, { input: { leads: Array.from({ length: 101 }, () => ({ id: 1001 })) } }, '1003'],
    [TRIGGER, { input: { leads: [{ id: 1001 }], tokens: [{ name: 'my.token', value: 'x' }] } }, '1003'],
    [TRIGGER, { input: [{ id: 1001 }] }, '1002'],
    ['/rest/v1/campaigns/7003/trigger.json', { input: { leads: [{ id: 1001 }] } }, '1003'],
    ['/rest/v1/campaigns/4242/trigger.json', { input: { leads: [{ id: 1001 }] } }, '1013'],
    ['/rest/v1/campaigns/7003/schedule.json', { input: { runAt: '2096-01-01T00:00:00Z' } }, '1042'],
    ['/rest/v1/campaigns/7003/schedule.json', { input: { cloneToProgramName: 'Spring webinar' } }, '611'],
    ['/rest/v1/campaigns/7001/schedule.json', { input: {} }, '1003'],
    // activities
    [
      '/rest/v1/activities/external.json',
      { input: [activity({}), activity({ leadId: 4 })] },
      ['added', 'skipped 1004'],
    ],
    ['/rest/v1/activities/external.json', { input: [activity({ attributes: [{ apiName: 'x' }] })] }, ['skipped 1006']],
    [
      '/rest/v1/activities/external.json',
      { input: [activity({ primaryAttributeValue: undefined })] },
      ['skipped 1002'],
    ],
    [
      '/rest/v1/activities/external.json',
      { input: [activity({ attributes: [{ apiName: 'note', value: 'x'.repeat(65_536) }] })] },
      ['skipped 1049'],
    ],
    ['/rest/v1/activities/external/type.json', { apiName: 'oneMore_c' }, '1027'],
    ['/rest/v1/activities/external/type/purchase_c/attributes/create.json', { attributes: [{ apiName: 'x' }] }, '1028'],
    // bulk
    ['/bulk/v1/leads/export/create.json', { filter: { smartListId: 1 } }, '1035'],
    ['/bulk/v1/leads/export/create.json', { filter: { createdAt: {} } }, ['Created']],
  ])('%s %o', async (path, body, expected) => {
    const caller = await startCaller();
    const reply = await caller.post(path, body);
    const told = reply.result.map((entry, index) => {
      const code = entry.status === 'skipped' ? ` ${codesOf(entry)[0] ?? index}` : '';
      return `${String(entry.status)}${code}`;
    });
    expect(reply.code ?? told).toEqual(expected);
  });

  it.each([
    ['/rest/v1/leads/1090/merge.json?leadId=2020', '712'],
    ['/rest/v1/leads/1090/merge.json?leadId=2021', '714'],
    ['/rest/v1/leads/1090/merge.json?leadId=2022&mergeInCRM=true', '1076'],
    ['/rest/v1/leads/1090/merge.json?leadId=2023&mergeInCRM=true', '1077'],
    ['/rest/v1/leads/1090/merge.json?leadId=2024&mergeInCRM=true', '1078'],
    ['/rest/v1/leads/2025/merge.json?leadId=2026', '1079'],
    [`/rest/v1/leads/1090/merge.json?leadIds=${Array.from({ length: 26 }, (_, index) => index + 1)}`, '1080'],
    ['/rest/v1/leads/1090/merge.json', '1002'],
    ['/rest/v1/leads/1001/associate.json?cookie=chocolate', '1012'],
    ['/rest/v1/leads/4/associate.json?cookie=id:1-A%26token:_mch-a.com-1-1', '1004'],
    ['/rest/asset/v1/email/4242/approveDraft.json', '702'],
    ['/rest/asset/v1/email/8201/approveDraft.json', '709'],
    ['/rest/asset/v1/email/8202/content.json', undefined],
    ['/rest/asset/v1/email/8203/content.json', '702'],
    ['/rest/asset/v1/emails.json?name=', '701'],
    ['/rest/asset/v1/emails.json?name=a&folder={"id":4242,"type":"Folder"}', '710'],
    ['/rest/asset/v1/emails.json?name=a&folder={"id":8002,"type":"Folder"}', '711'],
    ['/rest/asset/v1/emails.json?name=a&folder={"id":8001,"type":"Folder"}', '709'],
  ])('POST %s gives %s', async (path, code) => {
    const caller = await startCaller();
    expect((await caller.call(path, { method: 'POST' })).code).toBe(code);
  });

  it.each([
    ['/rest/v1/leads.json?filterType=email&filterValues=twin@example.com', undefined, 2],
    ['/rest/v1/leads.json?filterType=email&filterValues=nobody@example.com', undefined, 0],
    ['/rest/v1/leads.json?filterType=firstName&filterValues=A', '1011', 0],
    ['/rest/v1/leads.json?filterType=brand&filterValues=A', '1003', 0],
    ['/rest/v1/leads.json?filterType=cookies&filterValues=A', '1012', 0],
    ['/rest/v1/leads.json?filterType=id&filterValues=1001&fields=colour', '1003', 0],
    ['/rest/v1/customobjects/order_c.json?filterType=orderId&filterValues=O-1,O-2,O-9', undefined, 2],
    ['/rest/asset/v1/programs.json?earliestUpdatedAt=yesterday', '704', 0],
    ['/rest/asset/v1/email/4242.json', undefined, 0],
    ['/rest/asset/v1/landingPage/8301/content.json', '709', 0],
    ['/rest/v1/leads/describe.json', undefined, 45],
  ])('GET %s gives %s and %i results', async (path, code, results) => {
    const caller = await startCaller();
    const reply = await caller.call(path);
    expect(reply.code).toBe(code);
    expect(reply.result).toHaveLength(results);
  });

  it('removes from a list with ids in the body or in the query, by DELETE or _method', async () => {
    const caller = await startCaller();
    const path = '/rest/v1/lists/1159/leads.json';
    const byBody = await caller.call(path, { method: 'DELETE', body: { input: [{ id: 1001 }, { id: 1099 }] } });
    const byQuery = await caller.call(`${path}?id=1002&id=1003`, { method: 'DELETE' });
    const byOverride = await caller.post(`${path}?_method=DELETE`, { input: [{ id: 1004 }] });
    expect(byBody.result).toMatchObject([
      { id: 1001, status: 'removed' },
      { id: 1099, reasons: [{ code: '1015' }] },
    ]);
    expect([...byQuery.result, ...byOverride.result].map(({ id }) => id)).toEqual([1002, 1003, 1004]);
    expect(caller.fake.database.listMembers(1159)).toHaveLength(36);
  });

  it('finds objects of a compound key through a body with _method=GET', async () => {
    const caller = await startCaller();
    const key = { externalOpportunityId: 'deal-1', leadId: 1001, role: 'Buyer' };
    await caller.post('/rest/v1/opportunities/roles.json', { input: [key] });
    const found = await caller.post('/rest/v1/opportunities/roles.json?_method=GET', {
      filterType: 'dedupeFields',
      input: [key],
    });
    expect(found.result).toMatchObject([key]);
  });

  it('names an asset that is not there in warnings', async () => {
    const caller = await startCaller();
    const { json } = await caller.call('/rest/asset/v1/email/byName.json?name=Nothing');
    expect(json).toMatchObject({ success: true, errors: [], warnings: [expect.stringContaining('No assets found')] });
    expect(json).not.toHaveProperty('result');
  });

  it('writes nothing of a call that fails as a whole', async () => {
    const caller = await startCaller();
    const input = [
      { externalOpportunityId: 'n', name: 'marker-n' },
      { externalOpportunityId: 'm', externalSalesPersonId: 'ghost' },
    ];
    await caller.post('/rest/v1/opportunities.json', { input });
    await caller.post(TRIGGER, { input: { leads: [{ id: 1001 }, { id: 84 }] } });
    expect(caller.fake.database.objects.get('opportunities')?.size).toBe(1);
    expect(caller.fake.database.campaigns.get(7001)?.runs.size).toBe(0);
    expect(caller.fake.executions('marker-n')).toBe(0);
  });

  it('counts each execution of what must not happen twice', async () => {
    const caller = await startCaller();
    const tokens = [{ name: '{{my.text}}', value: 'marker-welcome' }];
    const body = { input: { leads: [{ id: 1001 }], tokens } };
    await caller.post(TRIGGER, body);
    await caller.post(TRIGGER, body);
    expect(caller.fake.executions('marker-welcome')).toBe(2);
    expect(caller.fake.database.campaigns.get(7001)?.runs.get(1001)).toBe(2);
    expect(caller.fake.stats.executed).toEqual({ requestCampaign: 2 });
  });

  it.each([
    [{ nativeCrm: true }, '/rest/v1/companies.json', '1018'],
    [{ customObjects: false }, '/rest/v1/customobjects/order_c.json', '1026'],
    [{ customObjectMetadata: false }, '/rest/v1/customobjects/schema/order_c/approve.json', '616'],
    [{ namedAccounts: false }, '/rest/v1/namedaccounts.json', '703'],
  ])('knows the switch %o', async (features, path, code) => {
    const caller = await startCaller({ features });
    expect((await caller.post(path, { input: [{}] })).code).toBe(code);
  });

  it('clones twenty programs a day', async () => {
    const caller = await startCaller();
    const codes = [];
    for (let clone = 0; clone < 21; clone += 1) {
      const input = { cloneToProgramName: `Clone ${clone}` };
      codes.push((await caller.post('/rest/v1/campaigns/7003/schedule.json', { input })).code);
    }
    expect(codes.filter((code) => code !== undefined)).toEqual(['1020']);
  });
});

function activity(changes: Record<string, unknown>): Record<string, unknown> {
  return {
    leadId: 1001,
    activityDate: '2026-05-01T10:00:00Z',
    activityTypeId: 100_001,
    primaryAttributeValue: 'Berlin',
    attributes: [{ apiName: 'note', value: 'x' }],
    ...changes,
  };
}

function codesOf(entry: Record<string, unknown>): string[] {
  const reasons = [entry.reasons, entry.errors].find(Array.isArray) ?? [];
  return reasons.map(({ code }: { code: string }) => code);
}
