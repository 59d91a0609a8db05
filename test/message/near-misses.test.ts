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
    [{ path: PATH, body, retries: 3 }, 'retries: no such member'],
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
    for (const text of ['email=ann', '{not JSON', '[1]', '']) {
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
