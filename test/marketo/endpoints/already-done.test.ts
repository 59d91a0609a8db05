import { describe, expect, it } from 'vitest';
import { ENDPOINTS, matchEndpoint } from '../../../lib/marketo/endpoints/endpoints.ts';
import type { JsonObject, MarketoRequest } from '../../../lib/marketo/request.ts';

type Method = MarketoRequest['method'];
const CREATE_ONLY = { action: 'createOnly' };

/** After an earlier try of unknown outcome: the request, the code, Marketo's words where they matter, and whether it is done. */
const CASES: readonly (readonly [
  what: string,
  method: Method,
  path: string,
  body: JsonObject | undefined,
  code: string,
  message: string,
  done: boolean,
])[] = [
  ['a lead deleted', 'POST', '/rest/v1/leads/delete.json', undefined, '1004', 'Lead not found', true],
  ['a lead deleted by method', 'DELETE', '/rest/v1/leads.json', undefined, '1004', 'Lead not found', true],
  ['a lead that may not be deleted', 'POST', '/rest/v1/leads/delete.json', undefined, '1008', '', false],
  ['a member off its list', 'DELETE', '/rest/v1/lists/7/leads.json', undefined, '1015', '', true],
  ['a lead that never was', 'DELETE', '/rest/v1/lists/7/leads.json', undefined, '1004', '', false],
  ['a list that never was', 'DELETE', '/rest/v1/lists/7/leads.json', undefined, '1013', '', false],
  ['a member out of its program', 'POST', '/rest/v1/programs/7/members/delete.json', undefined, '1013', '', true],
  ['a member gone by status', 'POST', '/rest/v1/programs/7/members/delete.json', undefined, '1037', '', true],
  ['a status that is reached', 'POST', '/rest/v1/programs/7/members/status.json', undefined, '1037', '', true],
  ['a status by the older path', 'POST', '/rest/v1/leads/programs/7/status.json', undefined, '1037', '', true],
  ['a custom object deleted', 'POST', '/rest/v1/customobjects/car_c/delete.json', undefined, '1013', '', true],
  ['a company deleted', 'POST', '/rest/v1/companies/delete.json', undefined, '1013', '', true],
  ['a company in use', 'POST', '/rest/v1/companies/delete.json', undefined, '1022', '', false],
  ['an opportunity deleted', 'POST', '/rest/v1/opportunities/delete.json', undefined, '1013', '', true],
  ['a role deleted', 'POST', '/rest/v1/opportunities/roles/delete.json', undefined, '1013', '', true],
  ['a sales person deleted', 'POST', '/rest/v1/salespersons/delete.json', undefined, '1013', '', true],
  ['a named account deleted', 'POST', '/rest/v1/namedaccounts/delete.json', undefined, '1013', '', true],
  ['a list of accounts deleted', 'POST', '/rest/v1/namedAccountLists/delete.json', undefined, '1013', '', true],
  [
    'an account off its list',
    'POST',
    '/rest/v1/namedAccountList/7/namedAccounts/remove.json',
    undefined,
    '1013',
    '',
    true,
  ],
  ['a type deleted', 'POST', '/rest/v1/customobjects/schema/car_c/delete.json', undefined, '1013', '', true],
  [
    'a field of a type deleted',
    'POST',
    '/rest/v1/customobjects/schema/car_c/deleteField.json',
    undefined,
    '1006',
    '',
    true,
  ],
  [
    'an activity type deleted',
    'POST',
    '/rest/v1/activities/external/type/buy/delete.json',
    undefined,
    '1013',
    '',
    true,
  ],
  ['an e-mail deleted', 'POST', '/rest/asset/v1/email/7/delete.json', undefined, '702', 'Email not found', true],
  ['a form field deleted', 'POST', '/rest/asset/v1/form/7/field/email/delete.json', undefined, '702', '', true],
  ['a token deleted', 'POST', '/rest/asset/v1/folder/7/tokens/delete.json', undefined, '702', 'No data', true],
  [
    'an e-mail that may not change',
    'POST',
    '/rest/asset/v1/email/7/delete.json',
    undefined,
    '702',
    'Delete not allowed',
    false,
  ],
  ['an e-mail in use', 'POST', '/rest/asset/v1/email/7/delete.json', undefined, '709', 'Email is in use', false],
  ['an update of what is gone', 'POST', '/rest/asset/v1/email/7.json', undefined, '702', '', false],
  [
    'a draft approved',
    'POST',
    '/rest/asset/v1/email/7/approveDraft.json',
    undefined,
    '709',
    'The asset has no draft to approve',
    true,
  ],
  [
    'an approval already made',
    'POST',
    '/rest/asset/v1/snippet/7/approveDraft.json',
    undefined,
    '709',
    'Already approved',
    true,
  ],
  [
    'a draft that breaks a rule',
    'POST',
    '/rest/asset/v1/email/7/approveDraft.json',
    undefined,
    '709',
    'Subject is missing',
    false,
  ],
  [
    'a campaign active',
    'POST',
    '/rest/asset/v1/smartCampaign/7/activate.json',
    undefined,
    '709',
    'is already active',
    true,
  ],
  ['a lead created only', 'POST', '/rest/v1/leads.json', CREATE_ONLY, '1005', 'Lead already exists', true],
  ['a lead upserted', 'POST', '/rest/v1/leads.json', { action: 'createOrUpdate' }, '1005', '', false],
  ['a lead with no action', 'POST', '/rest/v1/leads.json', {}, '1005', '', false],
  ['a lead updated only', 'POST', '/rest/v1/leads.json', { action: 'updateOnly' }, '1004', '', false],
  ['a custom object created only', 'POST', '/rest/v1/customobjects/car_c.json', CREATE_ONLY, '1017', '', true],
  ['a company created only', 'POST', '/rest/v1/companies.json', CREATE_ONLY, '1005', '', true],
  ['an opportunity updated only', 'POST', '/rest/v1/opportunities.json', { action: 'updateOnly' }, '1017', '', false],
  ['a lead field created', 'POST', '/rest/v1/leads/schema/fields.json', undefined, '1017', '', true],
  ['an activity type created', 'POST', '/rest/v1/activities/external/type.json', undefined, '1017', '', true],
  [
    'an export in the queue',
    'POST',
    '/bulk/v1/leads/export/7/enqueue.json',
    undefined,
    '1029',
    'Job already queued',
    true,
  ],
  [
    'a queue that is full',
    'POST',
    '/bulk/v1/leads/export/7/enqueue.json',
    undefined,
    '1029',
    'Too many jobs in queue',
    false,
  ],
  ['a push', 'POST', '/rest/v1/leads/push.json', undefined, '1004', '', false],
  ['a merge', 'POST', '/rest/v1/leads/7/merge.json', undefined, '1004', '', false],
  ['a read', 'GET', '/rest/v1/leads.json', undefined, '1004', '', false],
];

describe('an error after an earlier try whose outcome is unknown', () => {
  it.each(CASES)('%s: %s %s %j answers %s %s: done %s', (_what, method, path, body, code, message, done) => {
    const request: MarketoRequest = { method, path, ...(body && { body }) };
    expect(matchEndpoint(request).alreadyDone(code, request, message)).toBe(done);
  });

  it('never says done of what was not executed, for a limit, a fault or a token', () => {
    for (const endpoint of ENDPOINTS) {
      const request: MarketoRequest = { method: endpoint.method, path: endpoint.path, body: CREATE_ONLY };
      for (const code of ['601', '604', '606', '607', '608', '609', '611', '615', '701', '713', '1003', '1007', '']) {
        expect(endpoint.alreadyDone(code, request, 'already')).toBe(false);
      }
    }
  });

  it('can say it of every operation that deletes or removes', () => {
    const removals = ENDPOINTS.filter(
      ({ method, operation }) => method !== 'GET' && /^(delete|remove)/.test(operation),
    );
    expect(removals.length).toBeGreaterThan(30);
    for (const endpoint of removals) {
      const request: MarketoRequest = { method: endpoint.method, path: endpoint.path };
      const codes = ['702', '1004', '1013', '1015'].filter((code) => endpoint.alreadyDone(code, request));
      expect(codes, endpoint.operation).not.toEqual([]);
    }
  });

  it('can say it of nothing that may not be repeated, but for what the publisher overrules', () => {
    for (const endpoint of ENDPOINTS) {
      const request: MarketoRequest = { method: endpoint.method, path: endpoint.path };
      if (endpoint.idempotent(request)) continue;
      for (const code of ['702', '709', '1004', '1005', '1013', '1015', '1017', '1029', '1037']) {
        expect(endpoint.alreadyDone(code, request, 'already queued'), endpoint.operation).toBe(false);
      }
    }
  });
});
