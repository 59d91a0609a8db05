import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS, matchEndpoint, recordsOf } from '../../../lib/marketo/endpoints/endpoints.ts';
import type { MarketoRequest } from '../../../lib/marketo/request.ts';
import { runsOf } from '../../support/runs-of.ts';
import { WRITES } from './write-operations.ts';

const post = (path: string, more: Partial<MarketoRequest> = {}): MarketoRequest => ({ method: 'POST', path, ...more });
const get = (path: string): MarketoRequest => ({ method: 'GET', path });
const fill = (path: string): string => path.replace(/\{\w+\}/g, '1234');

describe('the endpoint table', () => {
  it('was checked against 66 operations that write', () => {
    expect(new Set(WRITES.map(([method, path]) => `${method} ${path}`)).size).toBe(66);
  });

  it.each(WRITES)('knows %s %s (%s)', (method, path, _operationId, expected) => {
    const request: MarketoRequest = { method, path: fill(path) };
    const endpoint = matchEndpoint(request);
    expect({
      operation: endpoint.operation,
      method: endpoint.method,
      path: endpoint.path,
      recordLimit: endpoint.recordLimit,
      serverTimeoutSeconds: endpoint.serverTimeoutSeconds,
      idempotent: endpoint.idempotent(request),
      aligned: endpoint.aligned,
      bodyForm: endpoint.bodyForm,
      circumstances: endpoint.circumstances,
    }).toStrictEqual({
      operation: expected.operation,
      method,
      path,
      recordLimit: expected.limit,
      serverTimeoutSeconds: expected.timeout ?? 30,
      idempotent: expected.idempotent,
      aligned: expected.aligned ?? false,
      bodyForm: expected.form ?? 'json',
      circumstances: expected.circumstances ?? [],
    });
  });

  it('has no other operation that writes outside the asset API', () => {
    const writes = ENDPOINTS.filter(({ method, path }) => method !== 'GET' && !path.startsWith('/rest/asset/'));
    // One is missing in the description: DELETE leads.json.
    expect(writes).toHaveLength(WRITES.length + 1);
  });

  it.each(['DELETE', 'POST'] as const)('deletes leads by %s alike, but for the path', (method) => {
    const path = method === 'DELETE' ? '/rest/v1/leads.json' : '/rest/v1/leads/delete.json';
    const request: MarketoRequest = { method, path, body: { input: [{ id: 7 }] } };
    const endpoint = matchEndpoint(request);
    expect(endpoint).toMatchObject({ aligned: true, recordLimit: 300, bodyForm: 'json', circumstances: ['removal'] });
    expect(endpoint.idempotent(request)).toBe(true);
    expect(recordsOf(request, endpoint)).toEqual([{ id: 7 }]);
    expect(endpoint.recordKeys(request, { id: 7 })).toEqual({ found: ['lead:id:7'], set: [] });
  });

  it('names each operation once', () => {
    const names = ENDPOINTS.map((endpoint) => endpoint.operation);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
  });

  it.each(ENDPOINTS)('finds $operation by $method $path', (endpoint) => {
    expect(matchEndpoint({ method: endpoint.method, path: fill(endpoint.path) })).toBe(endpoint);
  });

  it('holds the 149 reads of the description, all repeatable and without records', () => {
    const reads = ENDPOINTS.filter((endpoint) => endpoint.method === 'GET');
    expect(reads).toHaveLength(149);
    for (const read of reads) {
      expect(read).toMatchObject({ aligned: false, bodyForm: 'none' });
      expect(read.idempotent(get(read.path))).toBe(true);
      expect(read.recordKeys(get(read.path), { id: 1, email: 'a@example.com' })).toEqual({ found: [], set: [] });
    }
  });

  it.each([
    ['/rest/v1/leads.json', 60],
    ['/rest/v1/list/7/leads.json', 60],
    ['/rest/v1/lists/7/leads.json', 60],
    ['/rest/v1/activities/pagingtoken.json', 300],
    ['/rest/v1/namedAccountLists.json', 60],
    ['/rest/v1/namedAccountList/7/namedAccounts.json', 60],
    ['/rest/v1/stats/usage.json', 30],
    ['/bulk/v1/leads/export/7/file.json', 60],
    ['/rest/asset/v1/emails.json', 300],
  ])('waits for the read %s as long as Marketo does', (path, seconds) => {
    expect(matchEndpoint(get(path)).serverTimeoutSeconds).toBe(seconds);
  });

  it('gives a record limit to every aligned endpoint', () => {
    for (const endpoint of ENDPOINTS.filter((row) => row.aligned)) expect(endpoint.recordLimit).toBe(300);
  });
});

describe('matching a path', () => {
  it.each([
    ['/rest/v1/customobjects/schema.json', 'syncCustomObjectType'],
    ['/rest/v1/customobjects/schema_c.json', 'syncCustomObjects'],
    ['/rest/v1/customobjects/schema/car_c/delete.json', 'deleteCustomObjectType'],
    ['/rest/v1/customobjects/car_c/delete.json', 'deleteCustomObjects'],
    ['/rest/v1/opportunities/roles.json', 'syncOpportunityRoles'],
    ['/bulk/v1/program/members/export/create.json', 'createExportProgramMembers'],
    ['/rest/asset/v1/email/7/content/rearrange.json', 'rearrangeEmailModules'],
    ['/rest/asset/v1/folder/7/delete.json', 'deleteFolder'],
    ['/rest/asset/v1/smartCampaign/7.json', 'updateSmartCampaign'],
  ])('prefers literal segments: %s is %s', (path, operation) => {
    expect(matchEndpoint(post(path)).operation).toBe(operation);
  });

  it.each([
    '/rest/v1/customobjects/.json',
    '/rest/v1/lists//leads.json',
    '/rest/v1/leads',
    '/rest/v1/leads.json/',
    '/rest/v1/Leads.json',
    '/rest/v1/leadsXjson',
    '/rest/v1/__proto__.json',
    '/rest/v1/constructor/prototype',
    '/rest/v1/',
  ])('does not take %s for an operation that it knows', (path) => {
    expect(matchEndpoint(post(path)).operation).toBe('unknown');
  });

  it.each([
    ['GET', '/rest/v1/new/thing.json', 'unknown', 30, true],
    ['POST', '/rest/v1/new/thing.json', 'unknown', 30, false],
    ['DELETE', '/rest/v1/new/thing.json', 'unknown', 30, false],
    ['GET', '/bulk/v1/new/thing.json', 'unknown', 60, true],
    ['POST', '/bulk/v1/new/thing.json', 'unknown', 60, false],
    ['GET', '/rest/asset/v1/new/thing.json', 'readAsset', 300, true],
    ['POST', '/rest/asset/v1/new/thing.json', 'writeAsset', 300, false],
    ['DELETE', '/rest/asset/v1/email/7.json', 'writeAsset', 300, false],
  ] as const)('applies the rule of the family to %s %s', (method, path, operation, seconds, idempotent) => {
    const request: MarketoRequest = { method, path, body: { input: [{ id: 1 }] } };
    const endpoint = matchEndpoint(request);
    expect(endpoint).toMatchObject({ operation, method, serverTimeoutSeconds: seconds, aligned: false });
    expect(endpoint.idempotent(request)).toBe(idempotent);
    expect(endpoint.recordLimit).toBeUndefined();
    expect(recordsOf(request, endpoint)).toBeUndefined();
  });

  it('says how an unknown request travels by the request itself', () => {
    expect(matchEndpoint(post('/rest/v1/new.json')).bodyForm).toBe('none');
    expect(matchEndpoint(post('/rest/v1/new.json', { body: {} })).bodyForm).toBe('json');
    expect(matchEndpoint(post('/rest/asset/v1/new.json', { form: { name: 'x' } })).bodyForm).toBe('form');
  });

  it.each(['approveDraft', 'unapprove', 'discardDraft', 'delete'])('lets %s of an asset be repeated', (verb) => {
    const request = post(`/rest/asset/v1/landingPage/7/${verb}.json`);
    expect(matchEndpoint(request).idempotent(request)).toBe(true);
  });

  it.each(['/rest/asset/v1/files.json', '/rest/asset/v1/email/7/fullContent.json'])('knows %s as an upload', (path) => {
    expect(matchEndpoint(post(path)).bodyForm).toBe('multipart');
  });

  it('never fails, and never calls a POST without a row repeatable', () => {
    const segment = fc.oneof(
      fc.constantFrom('leads.json', 'leads', 'lists', '1', 'delete.json', 'schema', '__proto__', 'email', '.json', ''),
      fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
    );
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'DELETE'),
      path: fc
        .tuple(fc.constantFrom('/rest/v1/', '/rest/asset/v1/', '/bulk/v1/'), fc.array(segment, { maxLength: 8 }))
        .map(([prefix, segments]) => prefix + segments.join('/')),
      query: fc.dictionary(fc.constantFrom('_method', 'id', '__proto__'), fc.constantFrom('GET', 'DELETE', 'x', 7)),
      body: fc.dictionary(
        fc.constantFrom('input', 'action', 'lookupField', 'constructor'),
        fc.constantFrom(null, 'x', 1),
      ),
    });
    fc.assert(
      fc.property(request, (candidate) => {
        const endpoint = matchEndpoint(candidate);
        expect(endpoint.method).toBe(candidate.method);
        expect(endpoint.serverTimeoutSeconds).toBeGreaterThanOrEqual(30);
        const idempotent = endpoint.idempotent(candidate);
        const override = Object.hasOwn(candidate.query, '_method') ? candidate.query._method : undefined;
        const overridden = candidate.method === 'POST' && candidate.path.startsWith('/rest/v1/') && override === 'GET';
        const isRead = candidate.method === 'GET' || overridden;
        if (['unknown', 'writeAsset'].includes(endpoint.operation)) expect(idempotent).toBe(isRead);
        expect(recordsOf(candidate, endpoint)).toBeUndefined();
      }),
      { seed: 20260901, numRuns: runsOf(2_000) },
    );
  });
});

describe('a POST in the name of another method', () => {
  it.each([
    { query: { _method: 'GET' }, form: { filterType: 'email', filterValues: 'a@example.com' } },
    { query: { _method: 'get' } },
    { form: { _method: 'GET', filterType: 'email', filterValues: 'a@example.com' } },
  ])('is a read when it says GET: %j', (more) => {
    const request = post('/rest/v1/leads.json', more);
    const endpoint = matchEndpoint(request);
    expect(endpoint).toMatchObject({ operation: 'getLeadsByFilter', method: 'POST', serverTimeoutSeconds: 60 });
    expect(endpoint.idempotent(request)).toBe(true);
  });

  it('has no records and no keys when it reads by compound key', () => {
    const input = [{ externalOpportunityId: 'o1', leadId: 1, role: 'Captain' }];
    const request = post('/rest/v1/opportunities/roles.json', { query: { _method: 'GET' }, body: { input } });
    const endpoint = matchEndpoint(request);
    expect(endpoint).toMatchObject({ operation: 'getOpportunityRoles', aligned: false, bodyForm: 'json' });
    expect(recordsOf(request, endpoint)).toBeUndefined();
    expect(endpoint.recordKeys(request, { externalOpportunityId: 'o1', leadId: 1, role: 'Captain' })).toEqual({
      found: [],
      set: [],
    });
  });

  it('is a repeatable read on a path without a row too', () => {
    const request = post('/rest/v1/new.json', { query: { _method: 'GET' } });
    expect(matchEndpoint(request)).toMatchObject({ operation: 'unknown', method: 'POST', aligned: false });
    expect(matchEndpoint(request).idempotent(request)).toBe(true);
  });

  it('removes when it says DELETE where a DELETE exists, and is unknown where none does', () => {
    const query = { _method: 'DELETE' };
    expect(matchEndpoint(post('/rest/v1/lists/7/leads.json', { query })).operation).toBe('removeLeadsFromList');
    expect(matchEndpoint(post('/rest/v1/leads.json', { query })).operation).toBe('deleteLeadsByMethod');
    expect(matchEndpoint(post('/rest/v1/companies.json', { query })).operation).toBe('unknown');
  });

  it.each<{ override: string | boolean | string[] }>([
    { override: 'PUT' },
    { override: ['GET', 'GET'] },
    { override: '' },
    { override: true },
  ])('is unknown and not repeatable when it says $override', ({ override }) => {
    const request = post('/rest/v1/leads.json', { query: { _method: override } });
    expect(matchEndpoint(request).operation).toBe('unknown');
    expect(matchEndpoint(request).idempotent(request)).toBe(false);
  });

  it.each(['/rest/asset/v1/emails.json', '/bulk/v1/leads.json'])('stays a write on %s', (path) => {
    const request = post(path, { query: { _method: 'GET' } });
    expect(matchEndpoint(request).idempotent(request)).toBe(false);
  });

  it('means nothing on a request that is no POST', () => {
    expect(matchEndpoint({ method: 'GET', path: '/rest/v1/leads.json', query: { _method: 'DELETE' } }).operation).toBe(
      'getLeadsByFilter',
    );
  });
});

describe('whether Sync Leads may be repeated', () => {
  it.each([
    [{}, true],
    [{ action: 'createOnly' }, true],
    [{ action: 'updateOnly' }, true],
    [{ action: 'createOrUpdate' }, true],
    [{ action: 'createDuplicate' }, false],
    [{ action: 'CREATEDUPLICATE' }, false],
    [{ action: 'constructor' }, false],
    [{ action: null }, false],
  ] as const)('with %j is %s', (body, idempotent) => {
    const request = post('/rest/v1/leads.json', { body });
    expect(matchEndpoint(request).idempotent(request)).toBe(idempotent);
  });
});
