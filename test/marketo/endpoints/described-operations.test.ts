import { describe, expect, it } from 'vitest';
import { ENDPOINTS, matchEndpoint, readingsOf } from '../../../lib/marketo/endpoints/endpoints.ts';
import type { Endpoint } from '../../../lib/marketo/endpoints/types.ts';
import { pathFaults } from '../../../lib/message/request-path.ts';
import { ASSET_WRITES } from './asset-writes.ts';
import { DESCRIBED_ELSEWHERE, DESCRIBED_READS, DESCRIBED_WRITES, type Described } from './described-operations.ts';

const fill = (path: string): string => path.replace(/\{\w+\}/g, '1234');
const DESCRIBED = [...DESCRIBED_WRITES, ...DESCRIBED_READS];
const place = ([method, path]: Described) => [method, path] as const;
const nameOf = ([method, path]: Described): string => `${method} ${path}`;

/** Known from samples and recordings, and not from the description. */
const UNDESCRIBED = ['DELETE /rest/v1/leads.json'];

describe('every operation that Adobe describes', () => {
  it('is in the list: 164 writes and 149 reads below the paths of a message, 47 elsewhere', () => {
    expect([DESCRIBED_WRITES, DESCRIBED_READS, DESCRIBED_ELSEWHERE].map((list) => list.length)).toEqual([164, 149, 47]);
    expect(new Set(DESCRIBED.map(nameOf)).size).toBe(164 + 149);
  });

  it.each(DESCRIBED.map(place))('has a row of its own: %s %s', (method, path) => {
    const endpoint = matchEndpoint({ method, path: fill(path) });
    expect([endpoint.method, endpoint.path]).toEqual([method, path]);
    expect(ENDPOINTS).toContain(endpoint);
    expect(readingsOf(fill(path))).toContain(endpoint);
  });

  it('is all that the table has, but for what only samples and recordings show', () => {
    const described = new Set(DESCRIBED.map(nameOf));
    const rows = ENDPOINTS.map(({ method, path }) => `${method} ${path}`);
    expect(rows.filter((row) => !described.has(row))).toEqual(UNDESCRIBED);
    expect(rows).toHaveLength(described.size + UNDESCRIBED.length);
  });

  it.each(DESCRIBED_ELSEWHERE.map(place))('or is refused by its path: %s %s', (_method, path) => {
    expect(pathFaults(fill(path))).not.toEqual([]);
  });
});

describe('the writes of the asset API', () => {
  it('are 98, each once', () => {
    const described = DESCRIBED_WRITES.flatMap(([, path]) => (path.startsWith('/rest/asset/') ? [path] : []));
    expect(ASSET_WRITES.map(([, path]) => `/rest/asset/v1/${path}`).toSorted()).toEqual(described.toSorted());
  });

  it.each(
    ASSET_WRITES.map(([operation, path, repeatable, form = 'form']) => [operation, path, repeatable, form] as const),
  )('%s: %s, %s, as %s', (operation, path, repeatable, form) => {
    const request = { method: 'POST', path: `/rest/asset/v1/${fill(path)}` } as const;
    const endpoint = matchEndpoint(request);
    expect(endpoint).toMatchObject({ operation, bodyForm: form, serverTimeoutSeconds: 300, aligned: false });
    expect(endpoint.recordLimit).toBeUndefined();
    expect(endpoint.idempotent(request)).toBe(repeatable === 'repeat');
  });

  it.each([
    [{ name: 'Spring' }, true],
    [{ costs: '[{"startDate":"2027-01-01","cost":5}]' }, false],
    [{ costs: '[]', costsDestructiveUpdate: false }, false],
    [{ costs: '[]', costsDestructiveUpdate: true }, true],
    [{ costs: '[]', costsDestructiveUpdate: 'true' }, true],
    [{ costsDestructiveUpdate: true }, true],
  ])('add costs to a program each time, unless they replace them: %j', (form, repeatable) => {
    const request = { method: 'POST', path: '/rest/asset/v1/program/7.json', form } as const;
    expect(matchEndpoint(request).idempotent(request)).toBe(repeatable);
  });
});

/** Called required by the documents, or answered as missing in recordings, although the description has no star for it. */
const BEYOND_THE_DESCRIPTION = [
  'pushLeads programName', // Marketo: leads, "Push Lead to Marketo"
  'mergeLeads leadId', // one of the two: leads, "Merge"
  'mergeLeads leadIds',
  'areLeadsMemberOfList id', // list-membership, "Member of List"
  'areLeadsMemberOfList input',
];
/** Instead of `filterValues`, for compound keys: lead-database. */
const INSTEAD_OF_VALUES = 'input';

describe('what a row requires', () => {
  const required = ENDPOINTS.flatMap((endpoint) =>
    (endpoint.parameters.required ?? []).flatMap(({ oneOf }) => oneOf.map((name) => [endpoint, name] as const)),
  );
  const describedOf = ({ method, path }: Endpoint): string =>
    (DESCRIBED.find((one) => one[0] === method && one[1] === path) ?? []).slice(2).join(' ');

  it.each(required.map(([endpoint, name]) => [endpoint.operation, name, endpoint] as const))(
    'is no invention: %s needs %s',
    (operation, name, endpoint) => {
      const starred = describedOf(endpoint).split(' ').includes(`${name}*`);
      const isAlternative = name === INSTEAD_OF_VALUES && describedOf(endpoint).includes('filterValues*');
      expect(starred || isAlternative || BEYOND_THE_DESCRIPTION.includes(`${operation} ${name}`)).toBe(true);
    },
  );

  it('covers the parameters that users forget', () => {
    const names = required.map(([endpoint, name]) => `${endpoint.operation} ${name}`);
    expect(names).toEqual(
      expect.arrayContaining([
        'pushLeads programName',
        'submitForm formId',
        'associateLead cookie',
        'mergeLeads leadIds',
        'syncProgramMemberStatus statusName',
        'changeLeadProgramStatus status',
        'getLeadsByFilter filterType',
        'getActivitiesPagingToken sinceDatetime',
        'importProgramMembers programMemberStatus',
      ]),
    );
  });
});

describe('what a path can mean', () => {
  it.each([
    ['/rest/v1/lists/7/leads.json', ['getLeadsOfList', 'addLeadsToList', 'removeLeadsFromList']],
    ['/rest/v1/leads.json', ['getLeadsByFilter', 'syncLeads', 'deleteLeadsByMethod']],
    ['/rest/v1/leads/7/merge.json', ['mergeLeads']],
    ['/rest/v1/leads/partitions.json', ['getLeadPartitions', 'updateLeadPartitions']],
    ['/rest/v1/lead/7.json', ['getLeadById']],
    ['/rest/asset/v1/email/7.json', ['getEmailById', 'updateEmail']],
    ['/rest/asset/v1/email/byName.json', ['getEmailByName']],
    ['/rest/asset/v1/form/fields.json', ['getAvailableFormFields']],
    ['/rest/v1/customobjects/schema.json', ['listCustomObjectTypes', 'syncCustomObjectType']],
    ['/rest/v1/customobjects/schema/fieldDataTypes.json', ['getCustomObjectTypeFieldDataTypes']],
    ['/rest/v1/new/thing.json', []],
  ])('%s: %j', (path, operations) => {
    expect(readingsOf(path).map((row) => row.operation)).toEqual(operations);
  });
});
