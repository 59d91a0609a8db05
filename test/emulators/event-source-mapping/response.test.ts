import { describe, expect, it } from 'vitest';
import { judgeResponse } from '../../../lib/emulators/event-source-mapping/response.ts';

const batch = ['a', 'b', 'c'];

describe('a handler answer that acknowledges the whole batch', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an empty list', { batchItemFailures: [] }],
    ['a null list', { batchItemFailures: null }],
    ['an undefined list, which JSON drops', { batchItemFailures: undefined }],
    ['an object about something else', { ok: true }],
  ])('is %s', (_, response) => {
    expect(judgeResponse(response, batch)).toEqual({ kind: 'settled', failedIds: new Set() });
  });
});

describe('a handler answer that names failed messages', () => {
  it('leaves exactly those on the queue', () => {
    const response = { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'c' }] };

    expect(judgeResponse(response, batch)).toEqual({ kind: 'settled', failedIds: new Set(['a', 'c']) });
  });

  it('may name one twice', () => {
    const response = { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'a' }] };

    expect(judgeResponse(response, batch)).toEqual({ kind: 'settled', failedIds: new Set(['a']) });
  });
});

describe('a handler answer that fails the whole batch', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;

  it.each<[string, unknown]>([
    ['an unknown identifier', { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'z' }] }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['a number as identifier', { batchItemFailures: [{ itemIdentifier: 1 }] }],
    ['a misspelt key', { batchItemFailures: [{ messageId: 'a' }] }],
    ['a null entry', { batchItemFailures: [null] }],
    ['a bare identifier', { batchItemFailures: ['a'] }],
    ['a list that is a string', { batchItemFailures: 'a' }],
    ['a list that is an object', { batchItemFailures: { itemIdentifier: 'a' } }],
    ['a string', 'ok'],
    ['a number', 200],
    ['true', true],
    ['a list', []],
    ['something that is not JSON: a circle', circular],
    ['something that is not JSON: a bigint', { n: 1n }],
  ])('is %s', (_, response) => {
    expect(judgeResponse(response, batch).kind).toBe('batchFailed');
  });
});
