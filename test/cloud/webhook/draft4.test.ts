import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { toDraft4 } from '../../../lib/cloud/webhook/draft4.ts';
import { messageModel } from '../../../lib/cloud/webhook/message-model.ts';
import { checkMessage } from '../../../lib/message/check-message.ts';

/** What the validator knows that API Gateway is built on; draft 4 has no others that a message needs. */
const DRAFT_4_KEYWORDS = new Set(
  '$schema title description type enum pattern minLength maxLength minimum maximum minItems maxItems items required properties additionalProperties allOf anyOf not'.split(
    ' ',
  ),
);

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const options = { strict: false, validateFormats: false } as const;
const schema = JSON.parse(read('message.schema.json')) as { readonly properties: object };
const isValid = new Ajv2020(options).compile(schema);
const { $schema, ...model } = messageModel();
// What is left is the same in draft 4 and in draft 7, whose meta-schema Ajv has.
const isValidModel = new Ajv({ ...options, strictSchema: true }).compile(model);

function keywordsOf(schema: unknown, isNames = false): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => keywordsOf(one));
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => [
    ...(isNames ? [] : [keyword]),
    ...(['enum', 'required', 'type'].includes(keyword) && !isNames
      ? []
      : keywordsOf(value, keyword === 'properties' && !isNames)),
  ]);
}

describe('the model of a message', () => {
  it('has keywords of draft 4 and refers to nothing', () => {
    expect($schema).toBe('http://json-schema.org/draft-04/schema#');
    expect(keywordsOf(messageModel()).filter((keyword) => !DRAFT_4_KEYWORDS.has(keyword))).toEqual([]);
  });

  it('keeps each member that a message can have', () => {
    expect(Object.keys(model.properties as object).sort()).toEqual(Object.keys(schema.properties).sort());
    expect(Object.keys(schema.properties)).toContain('path');
  });

  const path = '/rest/v1/leads.json';
  const examples = read('examples/messages.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const others: readonly unknown[] = [
    { path },
    { path: 'rest/v1/leads.json' },
    { path: `${path}?a=1` },
    { path: `/rest/v1/${'a'.repeat(600)}` },
    { url: path },
    { method: 'GET', path },
    { method: 'GET', path, body: {} },
    { method: 'GET', path, form: {} },
    { method: 'DELETE', path, body: {} },
    { method: 'DELETE', path, form: {} },
    { method: 'PUT', path },
    { path, body: {}, form: {} },
    { path, body: '{}' },
    { path, form: [] },
    { path, query: { a: 1, b: ['x', true], c: 'y' } },
    { path, query: { a: {} } },
    { path, query: { a: [] } },
    { path, query: { a: [{}] } },
    { path, id: 'order-4711' },
    { path, id: ' order' },
    { path, id: '' },
    { path, id: 7 },
    { path, notAfter: '2027-03-01T12:00:00Z' },
    { path, notAfter: '2027-03-01' },
    { path, idempotent: true },
    { path, idempotent: 'yes' },
    [],
    null,
    'text',
    {},
  ];

  it.each([...examples, ...others].map((value) => [JSON.stringify(value).slice(0, 80), value]))(
    'judges %s as the schema does',
    (_, value) => {
      expect(isValidModel(value)).toBe(isValid(value));
    },
  );

  it('refuses nothing that intake accepts', () => {
    const accepted = examples.filter((example) => checkMessage(example).kind === 'valid');
    expect(accepted.filter((example) => !isValidModel(example))).toEqual([]);
    expect(accepted.length).toBeGreaterThan(200);
  });
});

describe('a conversion to draft 4', () => {
  it('says const, if and then, and definitions in the words of draft 4', () => {
    const schema = {
      $defs: { name: { type: 'string', format: 'email' } },
      properties: { a: { const: 1 }, if: { $ref: '#/$defs/name' } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      ...{ if: { required: ['a'] }, then: { required: ['if'] } },
    };
    expect(toDraft4(schema)).toEqual({
      $schema: 'http://json-schema.org/draft-04/schema#',
      properties: { a: { enum: [1] }, if: { type: 'string' } },
      anyOf: [{ not: { required: ['a'] } }, { required: ['if'] }],
    });
  });

  it.each([
    [{ prefixItems: [] }, /prefixItems has no conversion/],
    [{ properties: { a: { exclusiveMinimum: 1 } } }, /exclusiveMinimum has no conversion/],
    [{ $ref: '#/$defs/missing' }, /is no definition/],
    [{ const: 1, enum: [1, 2] }, /enum is there twice/],
  ])('loses no rule unnoticed: %j', (schema, problem) => {
    expect(() => toDraft4(schema as never)).toThrow(problem);
  });
});
