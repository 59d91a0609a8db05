import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../lib/delivery/intake/read-message.ts';
import { bodyWith } from '../../../lib/message/message.ts';
import { encodeRelayState, freshState } from '../../../lib/message/relay-attribute.ts';
import { invalid, NOW_MS, recordOf, SYNC, validMessage } from './fixtures.ts';

describe('a valid message', () => {
  it('becomes its request, with its records numbered and keyed', () => {
    const message = validMessage(SYNC);
    expect(message.request).toEqual(SYNC);
    expect(message.endpoint.operation).toBe('syncLeads');
    expect(message.records?.map((record) => record.position)).toEqual([0, 1]);
    expect(message.records?.[0]?.value).toEqual({ email: 'a@example.com' });
    expect(message.records?.[0]?.keys.found).toHaveLength(1);
  });

  it('defaults to POST with a body or a form, and to GET without where the path only reads', () => {
    const { method: _, ...withoutMethod } = SYNC;
    expect(validMessage(withoutMethod).request.method).toBe('POST');
    expect(validMessage({ path: '/rest/asset/v1/folders.json', form: { name: 'x' } }).request.method).toBe('POST');
    expect(validMessage({ path: '/rest/v1/lead/7.json', query: { fields: 'email' } }).request.method).toBe('GET');
  });

  it('is known by its id, or else by its SQS message id, and starts without attempts', () => {
    expect(validMessage({ ...SYNC, id: 'order-7' }).state).toMatchObject({ relayId: 'order-7', attempts: 0, part: 0 });
    expect(validMessage(SYNC).state).toEqual({
      relayId: recordOf('').messageId,
      attempts: 0,
      attemptsAlone: 0,
      firstSeenMs: NOW_MS - 5_000,
      history: [],
      part: 0,
    });
  });

  it('overrules the catalogue by its own word on idempotency', () => {
    const trigger = { path: '/rest/v1/campaigns/7/trigger.json', body: { input: { leads: [{ id: 1 }] } } };
    expect(validMessage(trigger).idempotent).toBe(false);
    expect(validMessage({ ...trigger, idempotent: true }).idempotent).toBe(true);
    expect(validMessage({ ...SYNC, idempotent: false }).idempotent).toBe(false);
  });

  it('may hold `input` as an object where the endpoint wants one, and has no records then', () => {
    const body = { input: { leads: [{ id: 1 }], tokens: [{ name: '{{my.x}}', value: 'y' }] } };
    expect(validMessage({ path: '/rest/v1/campaigns/7/trigger.json', body }).records).toBeUndefined();
  });

  it('may hold more records than a call, because it is split', () => {
    const input = Array.from({ length: 1_000 }, (_, id) => ({ id }));
    expect(validMessage({ path: '/rest/v1/leads/delete.json', body: { input } }).records).toHaveLength(1_000);
  });

  it('reads notAfter with its offset', () => {
    expect(validMessage({ ...SYNC, notAfter: '2027-03-01T13:00:00+01:00' }).notAfterMs).toBe(NOW_MS);
  });

  it('passes the members of a record on as they are, prototype names included', () => {
    const text =
      '{"path":"/rest/v1/leads.json","body":{"input":[{"__proto__":{"admin":true},"constructor":"x","email":"a@b.c"}]}}';
    const value = validMessage(text).records?.[0]?.value;
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor', 'email']);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('keeps the control characters and the escaped U+FFFD of a field', () => {
    const text = '{"path":"/rest/v1/leads.json","body":{"input":[{"note":"a\\u0000\\n\\ufffd"}]}}';
    expect(validMessage(text).records?.[0]?.value).toEqual({ note: 'a\u0000\n\uFFFD' });
  });
});

describe('a copy of the relay', () => {
  const record = recordOf(SYNC);
  const state = { ...freshState(record, 'order-7'), attempts: 2, lastCode: '713', positions: [4, 9], part: 1 };

  it('carries on with its state, whatever id its body names', () => {
    const message = validMessage({ ...SYNC, id: 'other' }, { attributes: { relay: encodeRelayState(state) } });
    expect(message.state).toEqual(state);
    expect(message.records?.map((entry) => entry.position)).toEqual([4, 9]);
  });

  it('is numbered anew when the positions do not fit its records', () => {
    const attributes = { relay: encodeRelayState({ ...state, positions: [4] }) };
    const message = validMessage(SYNC, { attributes });
    expect(message.records?.map((entry) => entry.position)).toEqual([0, 1]);
    expect(message.state.positions).toBeUndefined();
  });

  it('is a new message when the attribute is not the relay`s', () => {
    const attributes = { relay: { dataType: 'String', stringValue: '{"v":1,"id":"x","attempt":-5}' } };
    expect(validMessage(SYNC, { attributes }).state.relayId).toBe(record.messageId);
  });

  it('of a part reads back as that part', () => {
    const message = validMessage({
      ...SYNC,
      id: 'order-7',
      body: { ...SYNC.body, input: [{ id: 1 }, { id: 2 }, { note: '\uFFFE\uD83D\uDE00' }] },
    });
    const body = bodyWith(message, new Set([2]));
    const attributes = { relay: encodeRelayState({ ...message.state, positions: [2], part: 1 }) };
    const copy = validMessage(body, { attributes });
    expect(copy.records?.map(({ position, value }) => ({ position, value }))).toEqual([
      { position: 2, value: { note: '\uFFFE\uD83D\uDE00' } },
    ]);
    expect(bodyWith(copy, new Set([2]))).toBe(body);
  });
});

/** Each hostile or broken body, and where its problem is found. */
const HOSTILE: readonly (readonly [name: string, body: unknown, path: string, expected: RegExp])[] = [
  ['empty', '', '', /a JSON object/],
  ['not JSON', 'hello', '', /a JSON object/],
  ['JSON cut short', '{"path":"/rest/v1/leads.json"', '', /a JSON object/],
  ['a byte order mark', '\uFEFF{}', '', /a JSON object/],
  ['an array', [SYNC], '', /a JSON object; got an array of 1/],
  ['a string', '"x"', '', /a JSON object/],
  ['null', 'null', '', /a JSON object; got null/],
  ['no path', {}, 'path', /a string.*got nothing/],
  ['an unknown member', { ...SYNC, headers: { authorization: 'x' } }, 'headers', /no such member/],
  ['a prototype member', '{"path":"/rest/v1/leads.json","__proto__":{"method":"POST"}}', '__proto__', /no such member/],
  ['another method', { ...SYNC, method: 'PUT' }, 'method', /GET, POST or DELETE; got "PUT"/],
  ['a method in lower case', { ...SYNC, method: 'post' }, 'method', /GET, POST or DELETE/],
  ['another host', { path: 'https://evil.example/rest/v1/leads.json' }, 'path', /without scheme and host/],
  ['another host without scheme', { path: '//evil.example/rest/v1/leads.json' }, 'path', /without scheme and host/],
  ['user info', { path: '/rest/v1/@evil.example/x.json' }, 'path', /letters, digits/],
  ['a script', { path: 'javascript:alert(1)' }, 'path', /without scheme/],
  ['traversal', { path: '/rest/v1/../../identity/oauth/token' }, 'path', /no "\." or "\.\."/],
  ['traversal by a dot', { path: '/rest/v1/./leads.json' }, 'path', /no "\." or "\.\."/],
  ['encoded traversal', { path: '/rest/v1/%2e%2e/identity/oauth/token' }, 'path', /no encoded slash/],
  ['encoded traversal, mixed', { path: '/rest/v1/.%2E/leads.json' }, 'path', /no encoded slash/],
  ['traversal encoded twice', { path: '/rest/v1/%252e%252e/leads.json' }, 'path', /no encoded slash/],
  ['traversal by a path parameter', { path: '/rest/v1/..;/leads.json' }, 'path', /letters, digits/],
  ['an encoded slash', { path: '/rest/v1/a%2Fb.json' }, 'path', /no encoded slash/],
  ['a backslash', { path: '/rest/v1\\..\\x.json' }, 'path', /no backslash/],
  ['an encoded backslash', { path: '/rest/v1/a%5cb.json' }, 'path', /no encoded slash/],
  ['a double slash', { path: '/rest/v1//leads.json' }, 'path', /no empty segment/],
  ['a slash at the end', { path: '/rest/v1/leads.json/' }, 'path', /no slash at the end/],
  ['overlong encoding of a slash', { path: '/rest/v1/a%c0%afb.json' }, 'path', /valid UTF-8/],
  ['a broken escape', { path: '/rest/v1/a%zz.json' }, 'path', /valid UTF-8/],
  ['a header in the path', { path: '/rest/v1/leads.json\r\nX-Evil: 1' }, 'path', /no control characters/],
  ['an encoded line end', { path: '/rest/v1/leads.json%0d%0aX-Evil' }, 'path', /control character/],
  ['a NUL', { path: '/rest/v1/leads.json\u0000' }, 'path', /no control characters/],
  ['a query in the path', { path: '/rest/v1/leads.json?access_token=x' }, 'path', /parameters go into `query`/],
  ['a fragment', { path: '/rest/v1/leads.json#x' }, 'path', /no "#"/],
  ['letters of another script', { path: '/rest/v1/le\u0430ds.json' }, 'path', /letters, digits/],
  ['the identity endpoint', { path: '/identity/oauth/token' }, 'path', /relay gets its tokens itself/],
  ['identity below a family', { path: '/rest/v1/identity/oauth/token' }, 'path', /relay gets its tokens itself/],
  ['another family', { path: '/rest/asset/v2/email' }, 'path', /below \/rest\/v1\//],
  ['user management', { path: '/userservice/management/v1/users/allusers.json' }, 'path', /below \/rest\/v1\//],
  ['a family alone', { path: '/rest/v1/' }, 'path', /below \/rest\/v1\//],
  ['an endless path', { path: `/rest/v1/${'a'.repeat(600)}` }, 'path', /at most 512/],
  [
    'a token in the query',
    { path: '/rest/v1/leads.json', query: { access_token: 'x' } },
    'query.access_token',
    /its own token/,
  ],
  [
    'a token in the form',
    { path: '/rest/asset/v1/folders.json', form: { access_token: 'x' } },
    'form.access_token',
    /its own token/,
  ],
  ['a method in the query', { ...SYNC, query: { _method: 'DELETE' } }, 'query._method', /"GET"/],
  [
    'a read by POST where Marketo would write',
    { path: '/rest/asset/v1/folders.json', form: { a: 1 }, query: { _method: 'GET' } },
    'query._method',
    /below \/rest\/v1/,
  ],
  ['a method in the form', { path: '/rest/v1/leads.json', form: { _method: 'DELETE' } }, 'form._method', /`query`/],
  ['an object in the query', { path: '/rest/v1/leads.json', query: { a: { b: 1 } } }, 'query.a', /a string, a number/],
  ['null in the query', { path: '/rest/v1/leads.json', query: { a: null } }, 'query.a', /a string, a number/],
  ['an empty array in the query', { path: '/rest/v1/leads.json', query: { a: [] } }, 'query.a', /a string, a number/],
  [
    'a query that is a string',
    { path: '/rest/v1/leads.json', query: 'a=b' },
    'query',
    /an object of parameters; got "a=b"/,
  ],
  ['a body that is an array', { path: '/rest/v1/leads.json', body: [] }, 'body', /an object/],
  ['body and form', { ...SYNC, form: {} }, 'form', /not both/],
  ['a body with GET', { ...SYNC, method: 'GET' }, 'body', /no body with GET/],
  [
    'a form with DELETE',
    { method: 'DELETE', path: '/rest/v1/lists/1/leads.json', form: {} },
    'form',
    /no form with DELETE/,
  ],
  ['empty input', { ...SYNC, body: { input: [] } }, 'body.input', /non-empty array of objects; got an empty array/],
  [
    'input that is an object',
    { ...SYNC, body: { input: {} } },
    'body.input',
    /non-empty array of objects; got an object/,
  ],
  ['a record that is no object', { ...SYNC, body: { input: [{}, 'x'] } }, 'body.input[1]', /an object; got "x"/],
  ['no input', { ...SYNC, body: { action: 'createOnly' } }, 'body.input', /the records/],
  ['no body where records are due', { method: 'POST', path: '/rest/v1/leads.json' }, 'body', /the records/],
  [
    'too many records',
    { ...SYNC, body: { input: Array.from({ length: 10_001 }, () => ({})) } },
    'body.input',
    /at most 10000/,
  ],
  [
    'a file import without a file',
    { method: 'POST', path: '/bulk/v1/leads.json', query: { format: 'csv' } },
    'file',
    /the object in S3 that holds the rows/,
  ],
  ['an empty id', { ...SYNC, id: '' }, 'id', /1 to 128 printable/],
  ['a long id', { ...SYNC, id: 'x'.repeat(129) }, 'id', /1 to 128 printable/],
  ['a control character in the id', { ...SYNC, id: 'a\nb' }, 'id', /1 to 128 printable/],
  ['a number as id', { ...SYNC, id: 7 }, 'id', /a string/],
  ['a day as notAfter', { ...SYNC, notAfter: '2027-03-01' }, 'notAfter', /ISO 8601/],
  ['a local time as notAfter', { ...SYNC, notAfter: '2027-03-01T12:00:00' }, 'notAfter', /ISO 8601/],
  ['a day that does not exist', { ...SYNC, notAfter: '2027-02-30T12:00:00Z' }, 'notAfter', /ISO 8601/],
  ['a word as idempotent', { ...SYNC, idempotent: 'yes' }, 'idempotent', /true or false/],
  [
    'a number too large for a double',
    '{"path":"/rest/v1/leads.json","body":{"input":[{"id":12345678901234567890}]}}',
    'body.input[0].id',
    /holds exactly, or a string; got 12345678901234567890/,
  ],
  [
    'a number beyond all',
    '{"path":"/rest/v1/leads.json","body":{"input":[{"id":1e400}]}}',
    'body.input[0].id',
    /holds exactly/,
  ],
  [
    'a number of a million digits',
    `{"path":"/rest/v1/leads.json","query":{"a":${'9'.repeat(1_000_000)}}}`,
    'query.a',
    /holds exactly/,
  ],
  ['a member given twice', '{"path":"/rest/v1/leads.json","path":"/rest/v1/lists.json"}', 'path', /each member once/],
  [
    'deep nesting',
    `{"path":"/rest/v1/leads.json","body":{"input":[${'['.repeat(500_000)}${']'.repeat(500_000)}]}}`,
    'body.input[0][0]',
    /at most 32 levels/,
  ],
  [
    'a lone surrogate',
    '{"path":"/rest/v1/leads.json","body":{"input":[{"name":"a\\ud800b"}]}}',
    'body.input[0].name',
    /no lone surrogate/,
  ],
  [
    'a lone surrogate in a name',
    '{"path":"/rest/v1/leads.json","body":{"input":[{"\\udc00":1}]}}',
    'body.input[0]',
    /no lone surrogate/,
  ],
  [
    'bytes that were not UTF-8',
    '{"path":"/rest/v1/leads.json","body":{"input":[{"name":"M\uFFFDller"}]}}',
    'body.input[0].name',
    /valid UTF-8/,
  ],
];

describe('an invalid message', () => {
  it.each(HOSTILE)('%s', (_name, body, path, expected) => {
    const { problems } = invalid(body);
    const found = problems.filter((problem) => problem.path.startsWith(path) && expected.test(problem.expected));
    expect(found, JSON.stringify(problems)).not.toHaveLength(0);
    expect(JSON.stringify(problems).length).toBeLessThan(20_000);
  });

  it('has every problem listed, not only the first', () => {
    const { problems } = invalid({
      method: 'PATCH',
      path: '/rest/v1/..//leads.json',
      query: { access_token: 'x', a: null },
      body: 'text',
      form: 7,
      id: '',
      notAfter: 'soon',
      idempotent: 1,
      retries: 3,
    });
    const paths = new Set(problems.map((problem) => problem.path));
    expect([...paths].sort()).toEqual(
      [
        'body',
        'form',
        'id',
        'idempotent',
        'method',
        'notAfter',
        'path',
        'query.a',
        'query.access_token',
        'retries',
      ].sort(),
    );
    expect(problems.filter((problem) => problem.path === 'path')).toHaveLength(2);
  });

  it('has the problems of its records listed beside those of its other members', () => {
    const { problems } = invalid({ ...SYNC, id: '', body: { input: [1, {}, 2] } });
    expect(problems.map((problem) => problem.path)).toEqual(['id', 'body.input[0]', 'body.input[2]']);
  });

  it('has a bounded list, which says how much it leaves out', () => {
    const { problems } = invalid({ ...SYNC, body: { input: Array.from({ length: 5_000 }, () => 1) } });
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.expected).toBe('and 4900 more problems');
  });

  it('shortens the bad value', () => {
    const { problems } = invalid({ path: 'x'.repeat(5_000) });
    expect(Math.max(...problems.map((problem) => problem.expected.length))).toBeLessThan(250);
  });

  it('is still known by its id', () => {
    expect(invalid({ id: 'order-7' }).state.relayId).toBe('order-7');
  });

  it('is never thrown about, even when it is no text at all of the kind expected', () => {
    expect(() => readMessage(recordOf('{"__proto__":null,"path":{"toString":1}}'), NOW_MS)).not.toThrow();
  });
});
