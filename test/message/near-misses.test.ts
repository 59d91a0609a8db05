import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../lib/marketo/endpoints/endpoints.ts';
import { checkMessage, checkMessageText } from '../../lib/message/check-message.ts';
import { nearPath } from '../../lib/message/near-misses.ts';

const PATH = '/rest/v1/leads.json';
const body = { input: [{ email: 'ann@example.com' }] };

function problemsOf(value: unknown): readonly string[] {
  const checked = typeof value === 'string' ? checkMessageText(value) : checkMessage(value);
  return checked.kind === 'invalid' ? checked.problems.map(({ path, expected }) => `${path}: ${expected}`) : [];
}

describe('a member that no message has', () => {
  it.each<[message: object, problem: string]>([
    [{ url: PATH, body }, 'url: no such member: the path goes into `path`, without scheme and host'],
    [{ URI: PATH, body }, 'URI: no such member: the path goes into `path`, without scheme and host'],
    [{ endpoint: PATH, body }, 'endpoint: no such member: the path goes into `path`'],
    [{ path: PATH, params: { a: 1 }, body }, 'params: no such member: parameters go into `query`'],
    [{ path: PATH, query_string: 'a=1', body }, 'query_string: no such member: parameters go into `query`'],
    [{ path: PATH, data: body }, 'data: no such member: the JSON body goes into `body`'],
    [{ path: PATH, httpMethod: 'POST', body }, 'httpMethod: no such member: it is called `method`'],
    [{ path: PATH, input: body.input }, 'input: no such member: it belongs into `body`'],
    [{ path: PATH, body, headers: {} }, 'headers: no such member: the relay writes the headers itself'],
    [{ path: PATH, body, access_token: 'x' }, 'access_token: no such member: the relay sends its own token'],
    [{ path: PATH, body, 'idempotency-key': 'x' }, 'idempotency-key: no such member: it is called `id`'],
    [{ Path: PATH, body }, 'Path: no such member; did you mean `path`?'],
    [{ path: PATH, Body: body }, 'Body: no such member; did you mean `body`?'],
    [{ path: PATH, body, idempotant: true }, 'idempotant: no such member; did you mean `idempotent`?'],
    [{ path: PATH, body, metod: 'POST' }, 'metod: no such member; did you mean `method`?'],
    [{ path: PATH, body, not_after: 'x' }, 'not_after: no such member; did you mean `notAfter`?'],
    [{ path: PATH, body, notAftre: 'x' }, 'notAftre: no such member; did you mean `notAfter`?'],
    [{ path: PATH, body, retries: 3 }, 'retries: no such member: the relay decides when to try again, by its settings'],
    [{ path: PATH, body, header: {} }, 'header: no such member: the relay writes the headers itself'],
    [{ path: PATH, body, 'Content-Type': 'x' }, 'Content-Type: no such member: the relay writes the headers itself'],
    [{ path: PATH, body, 'api-key': 'x' }, 'api-key: no such member: the relay sends its own token'],
    [{ path: PATH, payload: body }, 'payload: no such member: the JSON body goes into `body`'],
    [{ path: PATH, requestBody: body }, 'requestBody: no such member: the JSON body goes into `body`'],
    [
      { path: PATH, queryStringParameters: {}, body },
      'queryStringParameters: no such member: parameters go into `query`',
    ],
    [{ path: PATH, query_params: {}, body }, 'query_params: no such member: parameters go into `query`'],
    [{ path: PATH, filterType: 'email' }, 'filterType: no such member: it belongs into `query`'],
    [{ path: PATH, form_fields: {} }, 'form_fields: no such member: form fields go into `form`'],
    [{ path: PATH, lead: {} }, 'lead: no such member: it belongs into `body.input`, as one of its records'],
    [{ path: PATH, body, munchkinId: 'x' }, 'munchkinId: no such member: the base URL is a setting of the relay'],
    [{ operation: 'syncLeads', body }, 'operation: no such member: an operation is told by `method` and `path`'],
    [{ path: PATH, body, deadline: 'x' }, 'deadline: no such member: it is called `notAfter`, an instant'],
    [{ path: PATH, body, messageDeduplicationId: 'x' }, 'messageDeduplicationId: no such member: it is called `id`'],
    [
      { path: PATH, body, delaySeconds: 3 },
      "delaySeconds: no such member: a delay is SQS's: DelaySeconds of the message",
    ],
    [
      { path: PATH, body, metadata: {} },
      'metadata: no such member: what is yours to remember goes into a message attribute of SQS',
    ],
    [
      { request: { path: PATH, body } },
      'request: no such member: the request is the message: give its members without anything around them',
    ],
    [{ messages: [{ path: PATH, body }] }, 'messages: no such member: one request a message: publish each by itself'],
    [{ path: PATH, body, priority: 3 }, 'priority: no such member'],
    [{ path: PATH, body, constructor: 3 }, 'constructor: no such member'],
    [{ path: PATH, body, pathology: 3 }, 'pathology: no such member'],
  ])('is told what it was meant to be: %j', (message, problem) => {
    expect(problemsOf(message)).toContain(problem);
  });
});

describe('a path that is almost one', () => {
  it.each([
    ['rest/v1/leads.json', PATH],
    ['https://123-abc-456.mktorest.com/rest/v1/leads.json', PATH],
    ['//123-abc-456.mktorest.com/rest/v1/leads.json', PATH],
    ['https://123-abc-456.mktorest.com/rest/v1/leads.json?access_token=x', PATH],
    ['/v1/leads.json', PATH],
    ['v1/leads.json', PATH],
    [`POST ${PATH}`, PATH],
    ['get rest/v1/leads.json', PATH],
    ['/REST/V1/leads.json', PATH],
    ['\\rest\\v1\\leads.json', PATH],
    ['/leads.json', PATH],
    ['leads', PATH],
    ['rest/v1/leads.json/', PATH],
    ['/rest/v1//leads.json', PATH],
    ['/rest/v1/leads.json?filterType=email', PATH],
    [' /rest/v1/leads.json', PATH],
    ['/asset/v1/folders.json', '/rest/asset/v1/folders.json'],
    ['rest/v1/lists/7/leads.json', '/rest/v1/lists/7/leads.json'],
    ['bulk/v1/leads/export/create.json', '/bulk/v1/leads/export/create.json'],
  ])('%s was meant to be %s', (path, meant) => {
    expect(problemsOf({ path, body })[0]).toMatch(new RegExp(`did you mean ${JSON.stringify(meant)}\\?$`));
  });

  it.each([
    '/identity/oauth/token',
    'rest/v1/new/thing.json',
    '/rest/v1/../../identity/oauth/token',
    '',
    '/soap/mktows/2_9',
  ])('%s is not guessed at', (path) => {
    expect(problemsOf({ path, body }).join()).not.toContain('did you mean');
  });

  it('is found for every operation whose first slash is missing', () => {
    for (const { path } of ENDPOINTS) {
      const whole = path.replace(/\{\w+\}/g, '7');
      expect(nearPath(whole.slice(1))).toBe(whole);
    }
  });
});

describe('what was encoded once too often', () => {
  const encoded = JSON.stringify(body);
  const remedy = 'the JSON text of an object: give the object itself';

  it('is said of a body', () => {
    const [problem] = problemsOf({ path: PATH, body: encoded });
    expect(problem).toMatch(/^body: an object: the JSON body of the request; got "\{/);
    expect(problem).toContain(remedy);
  });

  it('is said of query and form', () => {
    expect(problemsOf({ method: 'GET', path: PATH, query: '{"a":1}' })[0]).toContain(remedy);
    expect(problemsOf({ path: '/rest/asset/v1/folders.json', form: '{"a":1}' })[0]).toContain(remedy);
  });

  it('is said of the whole message', () => {
    expect(problemsOf(JSON.stringify(JSON.stringify({ path: PATH, body })))[0]).toContain(remedy);
  });

  it('is not said of other texts', () => {
    for (const text of ['email: ann', '{not JSON', '[1]', '']) {
      expect(problemsOf({ path: PATH, body: text })[0]).toMatch(/^body: an object: .* got "[^"]*"$/);
    }
  });
});

describe('several requests in one message', () => {
  it('are told apart', () => {
    expect(problemsOf([{ path: PATH, body }])).toEqual([': a JSON object; got an array of 1: one request a message']);
  });
});

describe('a method that is none', () => {
  it.each([
    ['post', 'GET, POST or DELETE; got "post"; did you mean "POST"?'],
    ['PATCH', 'GET, POST or DELETE; got "PATCH": Marketo changes things by POST'],
    ['HEAD', 'GET, POST or DELETE; got "HEAD"'],
    [7, 'GET, POST or DELETE; got 7'],
  ])('%s', (method, expected) => {
    expect(problemsOf({ method, path: PATH, body })).toEqual([`method: ${expected}`]);
  });
});

describe('a member of another kind', () => {
  it.each<[member: object, problem: RegExp]>([
    [{ body: JSON.stringify(body) }, /^body: .*, the JSON text of an object: give the object itself$/],
    [{ body: [{ email: 'ann@example.com' }] }, /^body: .*an array of 1: records go into `body\.input`$/],
    [{ body: 'name=a+b&x=%21' }, /^body: .*: form fields go into `form`; did you mean \{"name":"a b","x":"!"\}\?$/],
    [{ form: 'name=a' }, /^form: .*; did you mean \{"name":"a"\}\?$/],
    [{ form: '{"name":"a"}' }, /^form: .*: give the object itself$/],
    [{ query: '?a=b&c=d', body }, /^query: .*; did you mean \{"a":"b","c":"d"\}\?$/],
    [{ query: 'access_token=abc', body }, /^query: .*: give each parameter as a member$/],
    [{ query: 'all', body }, /^query: .*; got "all"$/],
    [{ id: 4711, body }, /^id: .*; got 4711; did you mean "4711"\?$/],
    [{ id: {}, body }, /^id: .*; got an object$/],
    [{ idempotent: 'true', body }, /^idempotent: .*; did you mean true\?$/],
    [{ idempotent: 0, body }, /^idempotent: .*; did you mean false\?$/],
    [{ idempotent: 'maybe', body }, /^idempotent: .*; got "maybe"$/],
    [{ notAfter: 1_800_000_000, body }, /^notAfter: .*; did you mean "2027-01-15T08:00:00\.000Z"\?$/],
    [{ notAfter: 1_800_000_000_000, body }, /^notAfter: .*; did you mean "2027-01-15T08:00:00\.000Z"\?$/],
    [{ notAfter: 60, body }, /^notAfter: .*; got 60$/],
    [{ notAfter: '2027-01-15', body }, /^notAfter: .*: a day has no time$/],
    [{ notAfter: '2027-01-15T08:00:00', body }, /^notAfter: .*: without its offset/],
    [{ notAfter: 'tomorrow', body }, /^notAfter: .*; got "tomorrow"$/],
    [{ body: { inputs: body.input } }, /^body\.input: .*; got nothing; did you mean `inputs`\?$/],
    [{ body: { Records: body.input } }, /^body\.input: .*; did you mean `Records`\?$/],
    [{ body: { leads: 'none' } }, /^body\.input: .*; got nothing$/],
  ])('is told what it was meant to be: %j', (member, problem) => {
    expect(problemsOf({ path: PATH, ...member })).toContainEqual(expect.stringMatching(problem));
  });
});
