import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../lib/marketo/endpoints/endpoints.ts';
import { checkMessage } from '../../lib/message/check-message.ts';
import { messageSchemaText } from '../../scripts/write-message-schema.ts';

const file = readFileSync(new URL('../../message.schema.json', import.meta.url), 'utf8');
const examples = readFileSync(new URL('../../examples/messages.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown);
const isValid = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  validateFormats: false,
}).compile(JSON.parse(file));

describe('the JSON Schema of a message', () => {
  it('is made from the schema of intake', () => {
    expect(messageSchemaText(), 'run: npm run generate').toBe(file);
  });

  it('accepts every example that intake accepts', () => {
    const accepted = examples.filter((example) => checkMessage(example).kind === 'valid');
    expect(accepted.length).toBeGreaterThan(200);
    expect(accepted.filter((example) => !isValid(example))).toEqual([]);
  });

  it('accepts the path of every operation', () => {
    const paths = ENDPOINTS.map(({ path }) => path.replace(/\{\w+\}/g, 'a%20b~c'));
    expect(paths.filter((path) => !isValid({ method: 'POST', path }))).toEqual([]);
  });

  const path = '/rest/v1/leads.json';
  it.each<[what: string, message: unknown]>([
    ['no object', [{ path }]],
    ['no path', { body: {} }],
    ['a near miss', { url: path, body: {} }],
    ['a path without its slash', { path: 'rest/v1/leads.json' }],
    ['a path with a host', { path: `https://123-abc-456.mktorest.com${path}` }],
    ['a path with a query', { path: `${path}?a=1` }],
    ['a slash at the end', { path: `${path}/` }],
    ['an empty segment', { path: '/rest/v1//leads.json' }],
    ['another family', { path: '/identity/oauth/token' }],
    ['a long path', { path: `/rest/v1/${'a'.repeat(600)}` }],
    ['a method in lower case', { method: 'post', path, body: {} }],
    ['a body that is a string', { path, body: '{}' }],
    ['a body that is an array', { path, body: [] }],
    ['body and form', { path, body: {}, form: {} }],
    ['a body with GET', { method: 'GET', path, body: {} }],
    ['a form with DELETE', { method: 'DELETE', path, form: {} }],
    ['an object in the query', { path, query: { a: {} } }],
    ['an empty array in the query', { path, query: { a: [] } }],
    ['an empty id', { path, body: {}, id: '' }],
    ['a day as notAfter', { path, body: {}, notAfter: '2027-03-01' }],
    ['a word as idempotent', { path, body: {}, idempotent: 'yes' }],
  ])('refuses %s, as intake does', (_what, message) => {
    expect(isValid(message)).toBe(false);
    expect(checkMessage(message).kind).toBe('invalid');
  });
});
