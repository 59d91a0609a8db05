import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitUri, toHttpRequest } from '../../../lib/marketo/http-request.ts';
import type { MarketoRequest } from '../../../lib/marketo/request.ts';
import { type Described, describedFor } from './description.ts';
import { EXCHANGES } from './exchanges.ts';

const BASE = 'https://123-abc-456.mktorest.com';
const FILE = new URL('../../../examples/messages.ndjson', import.meta.url);

/** Known requests that the description has no operation for. */
const NOT_DESCRIBED = new Map([
  ['DELETE /rest/v1/leads.json', 'a known form of delete leads: samples of Marketo use it'],
  ['DELETE /rest/v1/campaigns.json', 'an example of a wrong method: 605'],
  ['POST /rest/v1/leeds.json', 'an example of a wrong path: 610'],
]);

/** What the description asks for and Marketo does not, or an example gets wrong. */
const NOT_REQUIRED = new Map([
  [
    'POST /rest/v1/leads.json: sent as application/x-www-form-urlencoded, not application/json',
    'an example of a wrong content type: 612',
  ],
  ['DELETE /rest/v1/lists/{listId}/leads.json: id is missing in the query', 'the ids may be in the body, as recorded'],
]);

/** What a request lacks or has too much, by the description; empty where the message itself is at fault. */
function requestProblems(described: Described, url: URL, method: string, contentType: string | undefined): string[] {
  const override = url.searchParams.get('_method');
  if (method === 'POST' && override !== null) return [];
  const missing = described.query.filter(({ name, required }) => required && !url.searchParams.has(name));
  const wanted = { json: 'application/json', form: 'application/x-www-form-urlencoded' }[described.body];
  return [
    ...missing.map(({ name }) => `${name} is missing in the query`),
    ...(wanted !== undefined && contentType !== undefined && contentType !== wanted
      ? [`sent as ${contentType}, not ${wanted}`]
      : []),
  ];
}

interface Example extends Partial<MarketoRequest> {
  readonly path: string;
}

const examples = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown)
  .filter((line): line is Example => {
    const path = (line as Partial<Example> | null)?.path;
    return typeof path === 'string' && /^\/(rest|bulk)\/(asset\/)?v1\/[^./%]/.test(path) && !/%2f|\/\//i.test(path);
  });

/** As intake fills the method in. */
function complete({ body, form, ...rest }: Example): MarketoRequest {
  const method = rest.method ?? (body === undefined && form === undefined ? 'GET' : 'POST');
  return { ...rest, method, ...(body && { body }), ...(form && { form }) };
}

const modelled = EXCHANGES.filter(({ file }) => file === undefined).map(
  ({ method, path, body, form }): MarketoRequest => {
    const [bare = '', query = ''] = path.split('?');
    const parameters = Object.fromEntries(new URLSearchParams(query));
    return {
      method,
      path: bare,
      query: parameters,
      ...(body === undefined ? {} : { body: body as NonNullable<MarketoRequest['body']> }),
      ...(form === undefined ? {} : { form }),
    };
  },
);

describe('requests as the relay sends them', () => {
  it.each([
    ['of the example messages', examples.map(complete)],
    ['to every operation that the fake plays', modelled],
  ])('%s are requests of the description', (_title, requests) => {
    const problems = new Set<string>();
    const seen = new Set<string>();
    for (const request of requests.filter(({ method }) => ['GET', 'POST', 'DELETE'].includes(method))) {
      const sent = toHttpRequest(BASE, fitUri(request));
      const url = new URL(sent.url);
      const method = url.searchParams.get('_method') ?? sent.method;
      const name = `${method} ${url.pathname}`;
      const described = describedFor(method, url.pathname);
      if (described === undefined) {
        if (!NOT_DESCRIBED.has(name)) problems.add(`${name} is not described`);
        continue;
      }
      seen.add(`${described.method} ${described.path}`);
      for (const problem of requestProblems(described, url, sent.method, sent.headers['Content-Type'])) {
        const text = `${described.method} ${described.path}: ${problem}`;
        if (!NOT_REQUIRED.has(text)) problems.add(text);
      }
    }
    expect([...problems]).toEqual([]);
    expect(seen.size).toBeGreaterThan(30);
  });
});
