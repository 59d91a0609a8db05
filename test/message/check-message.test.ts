import { describe, expect, it } from 'vitest';
import { ENDPOINTS, readingsOf } from '../../lib/marketo/endpoints/endpoints.ts';
import { checkMessage, checkMessageText } from '../../lib/message/check-message.ts';
import type { MessageProblem } from '../../lib/message/problem.ts';

const LIST = '/rest/v1/lists/1234/leads.json';
const LEADS = '/rest/v1/leads.json';
const MERGE = '/rest/v1/leads/7/merge.json';
const ASSOCIATE = '/rest/v1/leads/7/associate.json';
const fill = (path: string): string => path.replace(/\{\w+\}/g, '1234');
const input = [{ id: 7 }];

function problemsOf(message: unknown): readonly MessageProblem[] {
  const checked = checkMessage(message);
  return checked.kind === 'invalid' ? checked.problems : [];
}

function methodOf(message: unknown): string {
  const checked = checkMessage(message);
  return checked.kind === 'valid' ? checked.parsed.request.method : JSON.stringify(checked.problems);
}

describe('a message that says neither method nor body nor form', () => {
  it.each<[message: object, expected: string]>([
    [
      { path: LIST, query: { id: [3, 4] } },
      '"GET", "POST" or "DELETE": without body or form the path is "getLeadsOfList", "addLeadsToList" and "removeLeadsFromList"; got nothing',
    ],
    [
      { path: LEADS, query: { id: 7 } },
      '"GET", "POST" or "DELETE": without body or form the path is "getLeadsByFilter", "syncLeads" and "deleteLeadsByMethod"; got nothing',
    ],
    [
      { path: '/rest/v1/leads/partitions.json' },
      '"GET" or "POST": without body or form the path is both "getLeadPartitions" and "updateLeadPartitions"; got nothing',
    ],
    [
      { path: '/rest/asset/v1/emails.json', query: { maxReturn: 20 } },
      '"GET" or "POST": without body or form the path is both "getEmails" and "createEmail"; got nothing',
    ],
    [
      { path: MERGE, query: { leadId: 8 } },
      '"POST": the path is "mergeLeads", which writes, and a message without body or form would read; got nothing',
    ],
    [
      { path: ASSOCIATE, query: { cookie: 'x' } },
      '"POST": the path is "associateLead", which writes, and a message without body or form would read; got nothing',
    ],
    [
      { path: '/rest/asset/v1/email/7/approveDraft.json' },
      '"POST": the path is "approveEmailDraft", which writes, and a message without body or form would read; got nothing',
    ],
  ])('names what the path can mean: %j', (message, expected) => {
    expect(problemsOf(message)).toEqual([{ path: 'method', expected }]);
  });

  it('is refused on every path that can write', () => {
    for (const { method, path, operation } of ENDPOINTS) {
      if (method === 'GET' || readingsOf(fill(path)).every((row) => row.operation !== operation)) continue;
      expect(problemsOf({ path: fill(path) }), operation).toMatchObject([{ path: 'method' }]);
    }
  });

  it.each([
    ['the path only reads', { path: '/rest/v1/lead/7.json' }],
    ['the path is that of a named asset', { path: '/rest/asset/v1/email/byName.json', query: { name: 'Spring' } }],
    ['nobody knows the path', { path: '/rest/v1/new/thing.json', query: { id: 7 } }],
    ['the query is one that only a read takes', { path: LEADS, query: { filterType: 'id', filterValues: '7' } }],
    ['so is that of another page', { path: LEADS, query: { filterType: 'id', nextPageToken: 'abc' } }],
  ])('is a read where %s', (_case, message) => {
    expect(methodOf(message)).toBe('GET');
  });

  it.each([{ filterType: 'id' }, { nextPageToken: 'abc' }, { filterType: '', filterValues: '' }, { fields: 'email' }])(
    'is no read for half of its parameters: %j',
    (query) => {
      expect(problemsOf({ path: LEADS, query })).toMatchObject([{ path: 'method' }]);
    },
  );

  it('is what it says once it says it', () => {
    expect(methodOf({ method: 'GET', path: LIST })).toBe('GET');
    expect(methodOf({ method: 'POST', path: LIST, query: { id: [3, 4] } })).toBe('POST');
    expect(methodOf({ method: 'DELETE', path: LIST, query: { id: 3 } })).toBe('DELETE');
    expect(methodOf({ path: LIST, body: { input } })).toBe('POST');
    expect(methodOf({ method: 'DELETE', path: LEADS, body: { input } })).toBe('DELETE');
  });

  it('has its other problems listed beside it', () => {
    expect(problemsOf({ path: LIST, id: '', retries: 3 }).map(({ path }) => path)).toEqual(['id', 'retries', 'method']);
  });
});

describe('parameters that belong in the query', () => {
  const takesOnly = (names: string) => new RegExp(`takes its parameters in \`query\` only \\(${names}\\)`);
  it.each<[message: object, path: string, expected: RegExp]>([
    [{ path: MERGE, body: { leadIds: [8] } }, 'body', takesOnly('`query.leadId` or `query.leadIds`')],
    [{ path: MERGE, form: { leadId: 8 } }, 'form', takesOnly('`query.leadId` or `query.leadIds`')],
    [{ path: ASSOCIATE, body: { cookie: 'x' } }, 'body', takesOnly('`query.cookie`')],
    [{ path: ASSOCIATE, form: { cookie: 'x' } }, 'form', takesOnly('`query.cookie`')],
    [{ path: ASSOCIATE, query: { cookie: 'x' }, body: {} }, 'body', takesOnly('`query.cookie`')],
  ])('are refused anywhere else: %j', (message, path, expected) => {
    expect(problemsOf(message)).toEqual([{ path, expected: expect.stringMatching(expected) }]);
  });
});

describe('a parameter that the endpoint cannot do without', () => {
  const post = (path: string, more: object = {}) => ({ method: 'POST', path, ...more });
  const get = (path: string, query?: object) => ({ method: 'GET', path, ...(query && { query }) });
  const filter = { filterType: 'id', filterValues: '7' };

  it.each<[message: object, problems: readonly string[]]>([
    [post(MERGE), ['query: `leadId` or `leadIds`, which mergeLeads requires; got neither']],
    [post(ASSOCIATE), ['query.cookie: a value, which associateLead requires; got nothing']],
    [post(ASSOCIATE, { query: { cookie: ' ' } }), ['query.cookie: a value, which associateLead requires; got nothing']],
    [
      post('/rest/v1/leads/push.json', { body: { input } }),
      ['body.programName: a value, which pushLeads requires; got nothing'],
    ],
    [
      post('/rest/v1/leads/submitForm.json', { body: { input } }),
      ['body.formId: a value, which submitForm requires; got nothing'],
    ],
    [
      post('/rest/v1/leads/submitForm.json', { body: { formId: 7 } }),
      ['body.input: the records, in a non-empty array `body.input`; got nothing'],
    ],
    [
      post('/rest/v1/programs/7/members/status.json', { body: { input } }),
      ['body.statusName: a value, which syncProgramMemberStatus requires; got nothing'],
    ],
    [
      post('/rest/v1/leads/programs/7/status.json', { body: { status: null, input } }),
      ['body.status: a value, which changeLeadProgramStatus requires; got nothing'],
    ],
    [
      post('/rest/v1/campaigns/7/trigger.json', { body: {} }),
      ['body.input: a value, which requestCampaign requires; got nothing'],
    ],
    [
      post('/bulk/v1/leads/export/create.json', { body: { fields: ['email'] } }),
      ['body.filter: a value, which createExportLeads requires; got nothing'],
    ],
    [post(LIST), ['body: the records, in a non-empty array `body.input`, or their ids in `query.id`; got nothing']],
    [
      post(LIST, { body: {} }),
      ['body.input: the records, in a non-empty array `body.input`, or their ids in `query.id`; got nothing'],
    ],
    [
      { method: 'DELETE', path: LIST },
      ['body: the records, in a non-empty array `body.input`, or their ids in `query.id`; got nothing'],
    ],
    [
      { method: 'DELETE', path: LEADS },
      ['body: the records, in a non-empty array `body.input`, or their ids in `query.id`; got nothing'],
    ],
    [post(LEADS, { query: { id: 7 } }), ['body: the records, in a non-empty array `body.input`; got nothing']],
    [
      get(LEADS),
      [
        'query.filterType: a value, which getLeadsByFilter requires; got nothing',
        'query: `filterValues` or `input`, which getLeadsByFilter requires; got neither',
      ],
    ],
    [
      get('/rest/v1/activities.json', { activityTypeIds: 1 }),
      ['query.nextPageToken: a value, which getLeadActivities requires; got nothing'],
    ],
    [
      get('/rest/v1/activities/pagingtoken.json'),
      ['query.sinceDatetime: a value, which getActivitiesPagingToken requires; got nothing'],
    ],
    [
      get('/rest/v1/lists/7/leads/ismember.json'),
      ['query: `id` or `input`, which areLeadsMemberOfList requires; got neither'],
    ],
    [
      get('/rest/asset/v1/program/byTag.json', { tagType: 'a' }),
      ['query.tagValue: a value, which getProgramsByTag requires; got nothing'],
    ],
  ])('is missed before a call is spent: %j', (message, problems) => {
    expect(problemsOf(message).map(({ path, expected }) => `${path}: ${expected}`)).toEqual(problems);
  });

  it.each<[why: string, message: object]>([
    ['one of two is enough', post(MERGE, { query: { leadIds: '8,9' } })],
    [
      'the token of a click stands for the program',
      post('/rest/v1/leads/push.json', { body: { lookupField: 'mktToken', input } }),
    ],
    ['a campaign can be scheduled without anything', post('/rest/v1/campaigns/7/schedule.json')],
    ['ids in the query', post(LIST, { query: { id: 7 } })],
    ['ids in the query of a deletion', post('/rest/v1/leads/delete.json', { query: { id: [7, 8] } })],
    ['ids in a form, which Marketo may take', post(LIST, { form: { id: 7 } })],
    ['a form where JSON is due: 612 is for Marketo to say', post(LEADS, { form: { email: 'a@example.com' } })],
    ['zero and false are values', post(ASSOCIATE, { query: { cookie: 0 } })],
    ['a read in a form', post(LEADS, { query: { _method: 'GET' }, form: filter })],
    [
      'a read by compound key',
      post('/rest/v1/opportunities/roles.json', {
        query: { _method: 'GET' },
        body: { filterType: 'dedupeFields', input },
      }),
    ],
    ['another page', get(LEADS, { nextPageToken: 'abc' })],
    ['all leads of a list', get(LIST)],
    [
      'an asset without the fields that the description stars',
      post('/rest/asset/v1/emails.json', { form: { name: 'x' } }),
    ],
    ['an export without fields', post('/bulk/v1/activities/export/create.json', { body: { filter: {} } })],
    ['an operation that nobody knows', post('/rest/v1/new/thing.json')],
  ])('is not asked for in doubt: %s', (_why, message) => {
    expect(problemsOf(message)).toEqual([]);
  });
});

describe('a member that every object has by inheritance', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('is a name like any other: %s', (name) => {
    const body = JSON.parse(`{"${name}":[{"email":"a@x.test"}]}`);
    expect(problemsOf({ path: LEADS, body })).toEqual([
      { path: 'body.input', expected: expect.stringContaining('the records, in a non-empty array `body.input`') },
    ]);
  });
});

describe('the values of one call', () => {
  const values = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);
  const read = (filterValues: unknown, path = LEADS) => ({
    method: 'GET',
    path,
    query: { filterType: 'externalId', filterValues },
  });

  it.each([
    ['with commas', values(301).join(',')],
    ['repeated', values(301)],
  ])('of a read may be more than a call takes, %s', (_how, filterValues) => {
    expect(problemsOf(read(filterValues))).toEqual([]);
  });

  it.each([
    ['300', read(values(300).join(','))],
    ['300 and blanks between them', read(`${values(300).join(', ,')},`)],
  ])('may be %s', (_what, message) => {
    expect(problemsOf(message)).toEqual([]);
  });

  it('are ids for lists', () => {
    expect(problemsOf({ method: 'POST', path: LIST, query: { id: values(301) } })).toMatchObject([
      { path: 'query.id' },
    ]);
    expect(problemsOf({ method: 'POST', path: LIST, query: { id: values(300) } })).toEqual([]);
  });
});

describe('the check of a text', () => {
  it('is that of the value, and of what JSON hides', () => {
    expect(checkMessageText(JSON.stringify({ path: LIST, body: { input } }))).toMatchObject({
      kind: 'valid',
      parsed: { request: { method: 'POST', path: LIST, body: { input } } },
      endpoint: { operation: 'addLeadsToList' },
    });
    expect(checkMessageText(`{"path":"${LIST}","body":{"input":[{"id":12345678901234567890}]}}`)).toMatchObject({
      kind: 'invalid',
      problems: [{ path: 'body.input[0].id', expected: expect.stringMatching(/a double holds exactly/) }],
    });
    expect(checkMessageText('{"path":')).toMatchObject({ kind: 'invalid', problems: [{ path: '' }] });
  });

  it('keeps a sound id, whatever else is wrong', () => {
    expect(checkMessage({ id: 'order-7', path: LIST })).toMatchObject({ kind: 'invalid', id: 'order-7' });
  });
});
