/** A body that is no message, and what its letter must list: one entry a problem, no more and no less. */
interface BadMessage {
  readonly title: string;
  readonly body: string;
  readonly problems: readonly string[];
}

const LEADS = '/rest/v1/leads.json';
/** In every bad message that has room for it: none may ever reach Marketo. */
const BAD_MARKER = 'marker-bad';
const body = { action: 'createOrUpdate', input: [{ email: 'bad@example.com', firstName: BAD_MARKER }] };
const MIB = 1_048_576;

function bad(title: string, message: unknown, ...problems: readonly string[]): BadMessage {
  return { title, body: typeof message === 'string' ? message : JSON.stringify(message), problems };
}

function badPath(title: string, path: string, ...problems: readonly string[]): BadMessage {
  return bad(title, { path, body }, ...problems.map((problem) => `path: expected ${problem}`));
}

const FAMILIES = 'a path below /rest/v1/';
const NO_HOST = 'a path without scheme and host';
const NO_ENCODED = 'no encoded slash';

const BAD_MESSAGES: readonly BadMessage[] = [
  bad('not JSON', 'this is not JSON', 'the message: expected a JSON object'),
  bad('half a JSON', '{"path":"/rest/v1/leads.json","body":{"inp', 'the message: expected a JSON object'),
  bad('1 MiB that is not JSON', 'x'.repeat(MIB), 'the message: expected a JSON object'),
  bad('a list', ['a', 'list'], 'the message: expected a JSON object; got an array of 2'),
  bad('a number', '42', 'the message: expected a JSON object; got 42'),
  bad('null', 'null', 'the message: expected a JSON object; got null'),
  bad('a text', '"text"', 'the message: expected a JSON object; got "text"'),
  bad('nothing in it', {}, 'path: expected a string: the path of a Marketo REST endpoint; got nothing'),
  bad(
    'unknown members',
    { path: LEADS, body, priority: 'high', retries: 3 },
    'priority: expected no such member',
    'retries: expected no such member',
  ),
  badPath('an unknown path', '/soap/mktows/2_9', FAMILIES),
  badPath('another version', '/rest/v2/leads.json', FAMILIES),
  badPath(
    'a full URL',
    'https://elsewhere.example/rest/v1/leads.json',
    NO_HOST,
    FAMILIES,
    'no empty segment',
    'letters',
  ),
  badPath('a host without a scheme', '//elsewhere.example/rest/v1/leads.json', NO_HOST, FAMILIES, 'no empty segment'),
  badPath('..', '/rest/v1/../../admin', 'no "." or ".." segment'),
  badPath('an encoded ..', '/rest/v1/%2e%2e/admin', NO_ENCODED),
  badPath('an encoded slash', '/rest/v1/leads%2Fdelete.json', NO_ENCODED),
  badPath('an empty segment', '/rest/v1//leads.json', 'no empty segment'),
  badPath('a query in the path', '/rest/v1/leads.json?action=createOnly', 'no "?"', 'letters'),
  badPath('a line break in the path', '/rest/v1/leads.json\r\nHost: elsewhere', 'letters'),
  badPath('an identity path', '/identity/oauth/token', 'no identity endpoint', FAMILIES),
  badPath('an identity path below', '/rest/v1/identity/oauth/token', 'no identity endpoint'),
  bad('no input', { path: LEADS, body: {} }, 'body.input: expected the records'),
  bad('an empty input', { path: LEADS, body: { input: [] } }, 'body.input: expected a non-empty array'),
  bad(
    'records of a wrong type',
    { path: LEADS, body: { input: [{ email: 'ok@example.com', firstName: BAD_MARKER }, 1, null, 'x', []] } },
    'body.input[1]: expected an object; got 1',
    'body.input[2]: expected an object; got null',
    'body.input[3]: expected an object; got "x"',
    'body.input[4]: expected an object; got an empty array',
  ),
  bad(
    'members of a wrong type, all at once',
    { method: 'PATCH', path: 7, query: [], body: 'x', id: 4, notAfter: 'tomorrow', idempotent: 'yes' },
    'method: expected GET, POST or DELETE',
    'path: expected a string',
    'query: expected an object',
    'body: expected an object',
    'id: expected a string',
    'notAfter: expected an ISO 8601 instant',
    'idempotent: expected true or false',
  ),
  bad('a body and a form', { path: LEADS, body, form: { a: 1 } }, 'form: expected either `body` or `form`, not both'),
  bad('a GET with a body', { method: 'GET', path: LEADS, body }, 'body: expected no body with GET'),
  bad(
    'a token of its own',
    { path: LEADS, query: { access_token: 'abc' }, body },
    'query.access_token: expected no access_token',
  ),
  bad(
    'bytes that were no UTF-8',
    `{"path":"${LEADS}","body":{"input":[{"email":"m\uFFFDller@example.com","firstName":"${BAD_MARKER}"}]}}`,
    'body.input[0].email: expected valid UTF-8',
  ),
  bad(
    'half a surrogate pair',
    `{"path":"${LEADS}","body":{"input":[{"email":"a@example.com","firstName":"${BAD_MARKER}\\ud83d"}]}}`,
    'body.input[0].firstName: expected text that UTF-8 can carry',
  ),
  bad(
    'a member twice',
    `{"path":"${LEADS}","path":"/rest/v1/companies.json","body":{"input":[{"email":"${BAD_MARKER}"}]}}`,
    'path: expected each member once',
  ),
  bad(
    'a number that loses digits',
    `{"path":"${LEADS}","body":{"input":[{"email":"${BAD_MARKER}","crmId":12345678901234567890}]}}`,
    'body.input[0].crmId: expected a number that a double holds exactly',
  ),
  bad(
    'nesting without end',
    `{"path":"${LEADS}","body":{"input":[{"email":"${BAD_MARKER}","x":${'['.repeat(2_000)}${']'.repeat(2_000)}}]}}`,
    'expected at most 32 levels of nesting',
  ),
  bad(
    'a file import without a file',
    { method: 'POST', path: '/bulk/v1/leads.json', query: { format: 'csv' } },
    'file: expected the object in S3',
  ),
];

export type { BadMessage };
export { BAD_MARKER, BAD_MESSAGES };
