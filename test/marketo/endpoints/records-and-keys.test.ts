import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS, keysOf, matchEndpoint, recordsOf } from '../../../lib/marketo/endpoints/endpoints.ts';
import { customObjectKeysBy, type RecordKeys } from '../../../lib/marketo/endpoints/keys.ts';
import type { Json, JsonObject, MarketoRequest } from '../../../lib/marketo/request.ts';
import { runsOf } from '../../support/runs-of.ts';

const post = (path: string, more: Partial<MarketoRequest> = {}): MarketoRequest => ({ method: 'POST', path, ...more });

function keysOfRecord(path: string, record: JsonObject, body: JsonObject = {}): RecordKeys {
  const request = post(path, { body: { ...body, input: [record] } });
  return matchEndpoint(request).recordKeys(request, record);
}

/** What Marketo finds the object by. */
function keyOf(path: string, record: JsonObject, body: JsonObject = {}): string | undefined {
  return keysOfRecord(path, record, body).found[0];
}

const LEADS = '/rest/v1/leads.json';
const ROLES = '/rest/v1/opportunities/roles.json';
const CARS = '/rest/v1/customobjects/car_c.json';

describe('the key of a lead', () => {
  it.each(['Ann@Example.com', ' ann@example.com ', 'ANN@EXAMPLE.COM\n'])(
    'is the e-mail address %j, normalised',
    (email) => {
      expect(keyOf(LEADS, { email })).toBe('lead:email:ann@example.com');
    },
  );

  it('follows lookupField, and counts other fields exactly', () => {
    expect(keyOf(LEADS, { sfdcId: ' aB ' }, { lookupField: 'sfdcId' })).toBe('lead:sfdcId: aB ');
    expect(keyOf(LEADS, { id: 7, email: 'a@example.com' }, { lookupField: 'id' })).toBe('lead:id:7');
    expect(keyOf(LEADS, { id: '7' }, { lookupField: 'id' })).toBe('lead:id:7');
  });

  it.each([
    ['/rest/v1/leads/delete.json', { id: 7 }],
    ['/rest/v1/leads/partitions.json', { id: 7, partitionName: 'EU' }],
    ['/rest/v1/lists/1/leads.json', { id: 7 }],
    ['/rest/v1/programs/1/members.json', { leadId: 7 }],
    ['/rest/v1/programs/1/members/status.json', { leadId: 7 }],
    ['/rest/v1/programs/1/members/delete.json', { leadId: 7 }],
    ['/rest/v1/leads/programs/1/status.json', { id: 7 }],
  ])('is the same id for %s', (path, record) => {
    expect(keyOf(path, record)).toBe('lead:id:7');
  });

  it('is none for custom activities, which carry their own date and are written once', () => {
    expect(keyOf('/rest/v1/activities/external.json', { leadId: 7, activityTypeId: 9 })).toBeUndefined();
  });

  it('is found in pushed leads and submitted forms as well', () => {
    expect(keyOf('/rest/v1/leads/push.json', { email: 'A@example.com' })).toBe('lead:email:a@example.com');
    expect(keyOf('/rest/v1/leads/submitForm.json', { leadFormFields: { email: 'A@example.com' } })).toBe(
      'lead:email:a@example.com',
    );
  });

  it.each([
    [{}, {}],
    [{ email: null }, {}],
    [{ email: '' }, {}],
    [{ email: '  ' }, {}],
    [{ email: ['a@example.com'] }, {}],
    [{ email: { a: 1 } }, {}],
    [{ email: 'a@example.com' }, { lookupField: 7 }],
    [{ email: 'a@example.com' }, { lookupField: 'constructor' }],
    [{ email: 'a@example.com' }, { lookupField: '__proto__' }],
    [{ email: 'a@example.com' }, { lookupField: 'toString' }],
  ])('does not exist for %j with %j', (record, body) => {
    expect(keyOf(LEADS, record, body)).toBeUndefined();
  });

  it('may be an own member with a name from the prototype', () => {
    const record: JsonObject = JSON.parse('{"__proto__":"x","constructor":"y"}');
    expect(keyOf(LEADS, record, { lookupField: '__proto__' })).toBe('lead:__proto__:x');
    expect(keyOf(LEADS, record, { lookupField: 'constructor' })).toBe('lead:constructor:y');
  });

  it('ignores a lookupField that the body only inherits', () => {
    const body = Object.create({ lookupField: 'id' }) as JsonObject;
    const request = post(LEADS, { body });
    expect(matchEndpoint(request).recordKeys(request, { id: 7, email: 'a@example.com' }).found).toEqual([
      'lead:email:a@example.com',
    ]);
  });
});

describe('the key of other objects', () => {
  it.each([
    ['/rest/v1/companies', { externalCompanyId: 'C1', id: 5 }, 'company:externalCompanyId:C1', 'company:id:5'],
    [
      '/rest/v1/opportunities',
      { externalOpportunityId: 'O1', marketoGUID: 'g' },
      'opportunity:externalOpportunityId:O1',
      'opportunity:marketoGUID:g',
    ],
    [
      '/rest/v1/salespersons',
      { externalSalesPersonId: 'S1', id: 5 },
      'salesPerson:externalSalesPersonId:S1',
      'salesPerson:id:5',
    ],
    [
      '/rest/v1/namedaccounts',
      { name: 'Acme', marketoGUID: 'g' },
      'namedAccount:name:Acme',
      'namedAccount:marketoGUID:g',
    ],
    [
      '/rest/v1/namedAccountLists',
      { name: 'Top', marketoGUID: 'g' },
      'namedAccountList:name:Top',
      'namedAccountList:marketoGUID:g',
    ],
  ])('of %s is its dedupe field, or its id field where the request says so', (path, record, byDedupe, byId) => {
    for (const [suffix, member] of [
      ['.json', 'dedupeBy'],
      ['/delete.json', 'deleteBy'],
    ] as const) {
      expect(keyOf(path + suffix, record)).toBe(byDedupe);
      expect(keyOf(path + suffix, record, { [member]: 'dedupeFields' })).toBe(byDedupe);
      expect(keyOf(path + suffix, record, { [member]: 'idField' })).toBe(byId);
      expect(keyOf(path + suffix, { other: 1 })).toBeUndefined();
    }
  });

  it('of an opportunity role takes all three fields, and tells them apart', () => {
    const key = keyOf(ROLES, { externalOpportunityId: 'a', leadId: 1, role: 'b' });
    expect(key).toBe('opportunityRole:externalOpportunityId+leadId+role:["a","1","b"]');
    expect(keyOf(ROLES, { externalOpportunityId: 'a"', leadId: 1, role: 'b' })).not.toBe(key);
    expect(keyOf(ROLES, { externalOpportunityId: 'a', leadId: 1 })).toBeUndefined();
  });

  it('of a list member is its GUID', () => {
    expect(keyOf('/rest/v1/namedAccountList/1/namedAccounts/remove.json', { marketoGUID: 'g' })).toBe(
      'namedAccount:marketoGUID:g',
    );
  });

  it('of a custom object is its first member, whatever follows', () => {
    const key = keyOf(CARS, { vin: '1', color: 'red' });
    expect(key).toBe('customObject:car_c:vin:1');
    expect(keyOf(CARS, { vin: '1', year: 2003 })).toBe(key);
    expect(keyOf('/rest/v1/customobjects/Car_C/delete.json', { vin: '1' })).toBe(key);
    expect(keyOf('/rest/v1/customobjects/boat_c.json', { vin: '1' })).not.toBe(key);
    expect(keyOf(CARS, { vin: '2', color: 'red' })).not.toBe(key);
  });

  it('of a custom object passes over members without a plain value', () => {
    expect(keyOf(CARS, { tags: ['x'], note: null, vin: '1' })).toBe('customObject:car_c:vin:1');
    expect(keyOf(CARS, { tags: ['x'] })).toBeUndefined();
    expect(keyOf(CARS, {})).toBeUndefined();
  });

  it('of a custom object is its GUID with idField', () => {
    expect(keyOf(CARS, { vin: '1', marketoGUID: 'g' }, { dedupeBy: 'idField' })).toBe(
      'customObject:car_c:marketoGUID:g',
    );
    expect(keyOf(CARS, { vin: '1' }, { dedupeBy: 'idField' })).toBeUndefined();
  });
});

describe('the keys of a custom object whose dedupe fields are known', () => {
  const keysBy = (dedupeFields: readonly string[], guessToo: boolean, record: JsonObject, body: JsonObject = {}) =>
    customObjectKeysBy(dedupeFields, guessToo)(post(CARS, { body }), record);

  it('are the dedupe fields, wherever they stand', () => {
    const keys = { found: ['customObject:car_c:vin:1'], set: [] };
    expect(keysBy(['vin'], false, { color: 'red', vin: '1' })).toEqual(keys);
    expect(keysBy(['vin'], false, { vin: '1', color: 'red' })).toEqual(keys);
    expect(keysBy(['vin', 'owner'], false, { owner: 7, vin: '1' }).found).toEqual([
      'customObject:car_c:vin+owner:["1","7"]',
    ]);
  });

  it('have the guess beside them for as long as another worker may guess, so that the two agree', () => {
    const record = { color: 'red', vin: '1' };
    const guessed = keyOf(CARS, record);
    expect(keysBy(['vin'], true, record).found).toEqual(['customObject:car_c:vin:1', guessed]);
    expect(keysBy(['vin'], true, { vin: '1', color: 'red' }).found).toEqual(['customObject:car_c:vin:1']);
  });

  it('are the guess where a record lacks one of them, and the GUID with idField', () => {
    expect(keysBy(['vin'], false, { color: 'red' }).found).toEqual(['customObject:car_c:color:red']);
    expect(keysBy(['vin'], false, { vin: '1', marketoGUID: 'g' }, { dedupeBy: 'idField' })).toEqual({
      found: ['customObject:car_c:marketoGUID:g'],
      set: ['customObject:car_c:vin:1'],
    });
  });
});

describe('the keys that a record sets beside the one that finds its object', () => {
  it.each<[string, string, JsonObject, JsonObject, readonly string[]]>([
    [
      'an e-mail address, by id',
      LEADS,
      { id: 7, email: ' New@X.test' },
      { lookupField: 'id' },
      ['lead:email:new@x.test'],
    ],
    [
      'an id and an address, by a field',
      LEADS,
      { ref: 'r', id: 7, email: 'a@x.test' },
      { lookupField: 'ref' },
      ['lead:id:7', 'lead:email:a@x.test'],
    ],
    ['an id, by address', LEADS, { id: 7, email: 'a@x.test' }, {}, ['lead:id:7']],
    ['nothing but what finds it', LEADS, { email: 'a@x.test' }, {}, []],
    ['no address that is null', LEADS, { id: 7, email: null }, { lookupField: 'id' }, []],
    ['no address that is empty', LEADS, { id: 7, email: ' ' }, { lookupField: 'id' }, []],
    [
      'an address, without what would find it',
      LEADS,
      { email: 'a@x.test' },
      { lookupField: 'id' },
      ['lead:email:a@x.test'],
    ],
    [
      'an address of a lead that is pushed',
      '/rest/v1/leads/push.json',
      { id: 7, email: 'a@x.test' },
      { lookupField: 'id' },
      ['lead:email:a@x.test'],
    ],
    ['nothing by deletion', '/rest/v1/leads/delete.json', { id: 7, email: 'a@x.test' }, {}, []],
    [
      'a dedupe field, by id',
      '/rest/v1/companies.json',
      { id: 5, externalCompanyId: 'C1' },
      { dedupeBy: 'idField' },
      ['company:externalCompanyId:C1'],
    ],
    [
      'an id, by dedupe field',
      '/rest/v1/salespersons.json',
      { id: 5, externalSalesPersonId: 'S' },
      {},
      ['salesPerson:id:5'],
    ],
    [
      'all of a compound key',
      ROLES,
      { marketoGUID: 'g', externalOpportunityId: 'o', leadId: 1, role: 'r' },
      { dedupeBy: 'idField' },
      ['opportunityRole:externalOpportunityId+leadId+role:["o","1","r"]'],
    ],
    ['no part of a compound key', ROLES, { marketoGUID: 'g', leadId: 1 }, { dedupeBy: 'idField' }, []],
    [
      "a custom object's first member, by id",
      CARS,
      { marketoGUID: 'g', vin: '1' },
      { dedupeBy: 'idField' },
      ['customObject:car_c:vin:1'],
    ],
    [
      "a custom object's id, by its first member",
      CARS,
      { marketoGUID: 'g', vin: '1' },
      {},
      ['customObject:car_c:marketoGUID:g'],
    ],
  ])('%s', (_what, path, record, body, set) => {
    expect(keysOfRecord(path, record, body).set).toEqual(set);
  });
});

describe('the records of a request', () => {
  const record = { email: 'a@example.com' };
  const records = (request: MarketoRequest) => recordsOf(request, matchEndpoint(request));

  it('are its input where results align', () => {
    expect(records(post(LEADS, { body: { input: [record, {}] } }))).toStrictEqual([record, {}]);
  });

  it.each<[string, MarketoRequest]>([
    ['input is missing', post(LEADS, { body: {} })],
    ['there is no body', post(LEADS)],
    ['input is empty', post(LEADS, { body: { input: [] } })],
    ['input is an object', post(LEADS, { body: { input: { leads: [record] } } })],
    ['an entry is no object', post(LEADS, { body: { input: [record, 1] } })],
    ['an entry is null', post(LEADS, { body: { input: [null] } })],
    ['an entry is an array', post(LEADS, { body: { input: [[record]] } })],
    ['input is inherited', post(LEADS, { body: Object.create({ input: [record] }) as JsonObject })],
    [
      'ids are in the query',
      post('/rest/v1/lists/1/leads.json', { query: { id: [1, 2] }, body: { input: [{ id: 1 }] } }),
    ],
    ['results do not align', post('/rest/v1/leads/push.json', { body: { input: [record] } })],
    ['the request is a form', post(LEADS, { form: { input: [record] } })],
  ])('are undefined when %s', (_case, request) => {
    expect(records(request)).toBeUndefined();
  });
});

describe('the keys of a request', () => {
  const keys = (request: MarketoRequest) => keysOf(request, matchEndpoint(request));

  it('are those of its records, each once', () => {
    const input = [{ email: 'A@example.com' }, { email: 'a@example.com' }, {}, { email: 'b@example.com' }];
    expect(keys(post(LEADS, { body: { input } }))).toStrictEqual([
      'lead:email:a@example.com',
      'lead:email:b@example.com',
    ]);
  });

  it('include ids in the query of a list call', () => {
    const request: MarketoRequest = { method: 'DELETE', path: '/rest/v1/lists/1/leads.json', query: { id: [7, '8'] } };
    expect(keys(request)).toStrictEqual(['lead:id:7', 'lead:id:8']);
    expect(keys({ ...request, query: { id: 7 } })).toStrictEqual(['lead:id:7']);
  });

  it('are kept for calls that go alone', () => {
    expect(keys(post('/rest/v1/leads/push.json', { body: { input: [{ email: 'a@example.com' }] } }))).toStrictEqual([
      'lead:email:a@example.com',
    ]);
  });

  it('are none for reads and campaigns', () => {
    expect(keys({ method: 'GET', path: LEADS, query: { id: 7 } })).toStrictEqual([]);
    expect(keys(post('/rest/v1/campaigns/1/trigger.json', { body: { input: { leads: [{ id: 1 }] } } }))).toStrictEqual(
      [],
    );
  });
});

describe('any record at any endpoint', () => {
  it('has a namespaced key or none, the same each time, and never makes the table fail', () => {
    const names = fc.constantFrom(
      'id',
      'email',
      'leadId',
      'name',
      'role',
      '__proto__',
      'constructor',
      'leadFormFields',
    );
    const value = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
    const object = fc.dictionary(names, value) as fc.Arbitrary<JsonObject>;
    const body = fc.dictionary(
      fc.constantFrom('lookupField', 'dedupeBy', 'deleteBy', 'action'),
      fc.oneof(names, value),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...ENDPOINTS),
        body as fc.Arbitrary<JsonObject>,
        object,
        (endpoint, members, record) => {
          const request: MarketoRequest = { method: endpoint.method, path: endpoint.path, body: members };
          const keys = endpoint.recordKeys(request, record);
          expect(endpoint.recordKeys(request, structuredClone(record))).toEqual(keys);
          const all = [...keys.found, ...keys.set];
          expect(new Set(all).size).toBe(all.length);
          for (const key of all)
            expect(key).toMatch(
              /^(lead|company|opportunity|opportunityRole|salesPerson|namedAccount|namedAccountList|customObject):/,
            );
          expect(typeof endpoint.idempotent(request)).toBe('boolean');
        },
      ),
      { seed: 20260902, numRuns: runsOf(2_000) },
    );
  });
});
