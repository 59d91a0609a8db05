import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitUri, otherRead, postAsGet, toHttpRequest, wireSize } from '../../lib/marketo/http-request.ts';
import { MAX_URI_BYTES } from '../../lib/marketo/limits.ts';
import type { MarketoRequest } from '../../lib/marketo/request.ts';

const BASE = 'https://123-abc-456.mktorest.com';
const GET: MarketoRequest = { method: 'GET', path: '/rest/v1/leads.json' };
const POST: MarketoRequest = { method: 'POST', path: '/rest/v1/leads.json' };

const sent = (request: MarketoRequest) => toHttpRequest(BASE, request);

describe('a request on the wire', () => {
  it('has a query with repeated parameters and no body', () => {
    const request = { ...GET, query: { filterType: 'id', filterValues: [1, 2], big: true } };

    expect(sent(request)).toEqual({
      method: 'GET',
      url: `${BASE}/rest/v1/leads.json?filterType=id&filterValues=1&filterValues=2&big=true`,
      headers: { Accept: 'application/json' },
    });
  });

  it('encodes names and values of the query', () => {
    const { url } = sent({ ...GET, query: { 'a b': "ü&=+%#'/?" } });

    expect(url).toBe(`${BASE}/rest/v1/leads.json?a%20b=%C3%BC%26%3D%2B%25%23%27%2F%3F`);
    expect(new URL(url).searchParams.get('a b')).toBe("ü&=+%#'/?");
  });

  it('has a JSON body', () => {
    expect(sent({ ...POST, body: { input: [{ name: 'Jürgen' }] } })).toEqual({
      method: 'POST',
      url: `${BASE}/rest/v1/leads.json`,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: '{"input":[{"name":"Jürgen"}]}',
    });
  });

  it('has a form body: objects as JSON, plain lists repeated, null as nothing', () => {
    const form = {
      name: 'a b&c',
      folder: { id: 1, type: 'Folder' },
      tags: [{ a: 1 }],
      ids: [1, 2],
      gone: null,
      on: false,
    };

    const { body, headers } = sent({ method: 'POST', path: '/rest/asset/v1/programs.json', form });

    expect(headers['Content-Type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(body)]).toEqual([
      ['name', 'a b&c'],
      ['folder', '{"id":1,"type":"Folder"}'],
      ['tags', '[{"a":1}]'],
      ['ids', '1'],
      ['ids', '2'],
      ['gone', ''],
      ['on', 'false'],
    ]);
  });

  it.each<[method: 'POST' | 'DELETE', path: string, query?: { id: number }]>([
    ['POST', '/rest/v1/leads/1/associate.json'],
    ['POST', '/rest/v1/lists/1/leads.json', { id: 7 }],
    ['DELETE', '/rest/v1/lists/1/leads.json', { id: 7 }],
    ['DELETE', '/rest/v1/leads.json', { id: 7 }],
    ['POST', '/rest/asset/v1/email/1/approveDraft.json'],
    ['POST', '/bulk/v1/leads/export/1/enqueue.json'],
  ])('names JSON for %s %s without a body, and sends none', (method, path, query) => {
    const http = sent({ method, path, ...(query && { query }) });

    expect(http.headers).toEqual({ Accept: 'application/json', 'Content-Type': 'application/json' });
    expect(http).not.toHaveProperty('body');
  });

  it('names nothing for a GET', () => {
    expect(sent({ ...GET, query: { filterType: 'id' } }).headers).toEqual({ Accept: 'application/json' });
  });

  it('takes only the origin from the base URL', () => {
    expect(toHttpRequest(`${BASE}/rest/`, GET).url).toBe(`${BASE}/rest/v1/leads.json`);
  });

  it('survives lone surrogates in query, form and body', () => {
    const lone = 'a\ud800';

    expect(sent({ ...GET, query: { lone } }).url).toContain('lone=a%EF%BF%BD');
    expect(sent({ ...POST, form: { lone } }).body).toBe('lone=a%EF%BF%BD');
    expect(sent({ ...POST, body: { lone } }).body).toBe('{"lone":"a\\ud800"}');
  });

  it.each([
    '//evil.example/rest/v1/leads.json',
    'https://evil.example/rest/v1/leads.json',
    '@evil.example/rest/v1/leads.json',
    '.evil.example/rest/v1/leads.json',
    '/identity/oauth/token',
    '/rest/v1/../../identity/oauth/token',
    '/rest/v1/%2e%2e/leads.json',
    '/rest/v1/.%2E/leads.json',
    '/rest/v1/..;/leads.json',
    '/rest/v1/./leads.json',
    '/rest/v1//leads.json',
    '/rest/v1/a%2fb.json',
    '/rest/v1\\..\\..\\identity',
    '/rest/v1/leads.json?access_token=1',
    '/rest/v1/leads.json#a',
    '/rest/v1/leads.json\r\nX-Header: 1',
    '/rest/v1/le\tads.json',
    '/rest/v1/',
    '',
  ])('never leaves the API: %j', (path) => {
    expect(() => sent({ ...GET, path })).toThrow(/not a path of the Marketo API|would leave/);
    expect(() => wireSize({ ...GET, path })).toThrow();
  });

  it('stays at the base URL whatever path and query hold', () => {
    const part = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '@', '//', '\\', ':', '%2e'),
    );
    const path = fc.oneof(
      part,
      part.map((text) => `/rest/v1/${text}`),
    );

    fc.assert(
      fc.property(path, fc.dictionary(part, part), (anyPath, query) => {
        let url: URL;
        try {
          url = new URL(sent({ ...GET, path: anyPath, query }).url);
        } catch (error) {
          expect(String(error)).toMatch(/not a path of the Marketo API|would leave/);
          return;
        }
        expect(url.origin).toBe(BASE);
        expect(url.pathname).toMatch(/^\/rest\/v1\/./);
        expect(url.hash).toBe('');
        const wellFormed = Object.entries(query).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]);
        expect([...url.searchParams]).toEqual(wellFormed);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a GET as POST', () => {
  it('carries its query as a form', () => {
    const { method, url, headers, body } = sent(postAsGet({ ...GET, query: { id: [1, 2], fields: 'a,b' } }));

    expect({ method, url, body }).toEqual({
      method: 'POST',
      url: `${BASE}/rest/v1/leads.json?_method=GET`,
      body: 'id=1&id=2&fields=a%2Cb',
    });
    expect(headers['Content-Type']).toBe('application/x-www-form-urlencoded');
  });

  it('keeps a JSON body, as compound keys need it', () => {
    const request: MarketoRequest = { ...GET, query: { fields: 'a' }, body: { input: [{ a: 1 }] } };

    for (const asPost of [postAsGet(request), request]) {
      expect(sent(asPost)).toMatchObject({
        method: 'POST',
        url: `${BASE}/rest/v1/leads.json?fields=a&_method=GET`,
        body: '{"input":[{"a":1}]}',
      });
    }
  });

  it('is left alone when it is none', () => {
    expect(postAsGet(POST)).toBe(POST);
  });

  it('is chosen only for a URI beyond the limit', () => {
    const ofSize = (bytes: number): MarketoRequest => {
      const empty = wireSize({ ...GET, query: { q: '' } }).uriBytes;
      return { ...GET, query: { q: 'x'.repeat(bytes - empty) } };
    };

    expect(wireSize(ofSize(MAX_URI_BYTES)).uriBytes).toBe(MAX_URI_BYTES);
    expect(fitUri(ofSize(MAX_URI_BYTES)).method).toBe('GET');
    expect(fitUri(ofSize(MAX_URI_BYTES + 1)).method).toBe('POST');
    expect(fitUri({ ...ofSize(MAX_URI_BYTES + 1), method: 'DELETE' }).method).toBe('DELETE');
  });
});

describe('a read that was refused as a POST', () => {
  const read = (chars: number): MarketoRequest => ({ ...GET, query: { q: 'x'.repeat(chars), ids: [1, 2] } });

  it('is made as the GET itself where Marketo may take its length, else with the method in the form', () => {
    expect(otherRead(read(100), false)).toEqual(read(100));
    const inForm = { method: 'POST', path: GET.path, form: { ...read(100).query, _method: 'GET' } };
    expect(otherRead(read(100), true)).toEqual(inForm);
    const long = read(2 * MAX_URI_BYTES);
    expect(otherRead(long, false)).toEqual({ ...inForm, form: { ...long.query, _method: 'GET' } });
  });

  it('has no other form where it is no read, or not one with `_method`, or has a body', () => {
    expect(otherRead(POST, false)).toBeUndefined();
    expect(otherRead({ ...GET, path: '/rest/asset/v1/emails.json' }, false)).toBeUndefined();
    expect(otherRead({ ...GET, body: { input: [] } }, false)).toBeUndefined();
  });
});

describe('the size of a request', () => {
  it('is that of the bytes as they are sent', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean());
    const query = fc.dictionary(fc.string(), fc.oneof(value, fc.array(value, { minLength: 1 })));

    fc.assert(
      fc.property(
        query,
        fc.option(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), { nil: undefined }),
        (q, body) => {
          const request: MarketoRequest = { ...POST, query: q, ...(body === undefined ? {} : { body }) };
          const http = sent(request);

          expect(wireSize(request)).toEqual({
            uriBytes: Buffer.byteLength(http.url.slice(BASE.length)),
            bodyBytes: Buffer.byteLength(http.body ?? ''),
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
