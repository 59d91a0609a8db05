import { describe, expect, it } from 'vitest';
import { CATALOGUE, entryFor, verdictFor } from '../../../lib/marketo/catalogue/catalogue.ts';
import type { Circumstance, CodeLevel } from '../../../lib/marketo/catalogue/types.ts';

const SOON = { kind: 'retry', pace: 'soon', maxAttempts: 2 } as const;
const ALL: readonly Circumstance[] = ['statusChange', 'removal', 'dependent', 'exportQuota'];

function verdictOf(
  code: string,
  level: CodeLevel,
  more: { circumstances?: readonly Circumstance[]; message?: string; shared?: boolean } = {},
) {
  return verdictFor(entryFor(code, level), { level, circumstances: [], message: '', ...more });
}

describe('the verdict in a circumstance', () => {
  it.each([
    ['1037', 'statusChange', { kind: 'delivered' }],
    ['1015', 'removal', { kind: 'delivered' }],
    ['1004', 'dependent', SOON],
    ['1013', 'dependent', SOON],
  ] as const)('of %s follows %s and nothing else', (code, circumstance, verdict) => {
    const others = ALL.filter((other) => other !== circumstance);
    expect(verdictOf(code, 'record', { circumstances: [circumstance] })).toStrictEqual(verdict);
    expect(verdictOf(code, 'record', { circumstances: ALL })).toStrictEqual(verdict);
    expect(verdictOf(code, 'record', { circumstances: others })).toStrictEqual({ kind: 'reject' });
    expect(verdictOf(code, 'record')).toStrictEqual({ kind: 'reject' });
  });

  it.each(['Export daily quota exceeded', 'error: EXPORT DAILY QUOTA (500 MB)'])(
    'of 1029 waits for the day when Marketo says %j',
    (message) => {
      expect(verdictOf('1029', 'response', { message })).toStrictEqual({ kind: 'wait', limit: 'day' });
    },
  );

  it.each(['Too many jobs in queue', 'Job already queued', 'daily export', ''])(
    'of 1029 is a long retry when Marketo says %j, whatever the endpoint claims',
    (message) => {
      const verdict = verdictOf('1029', 'response', { message, circumstances: ['exportQuota'] });
      expect(verdict).toStrictEqual({ kind: 'retry', pace: 'long' });
    },
  );

  it('ignores the words of the message for other codes', () => {
    expect(verdictOf('1003', 'record', { message: 'Export daily quota exceeded' })).toStrictEqual({ kind: 'reject' });
  });

  it.each(CATALOGUE.filter((entry) => entry.special === undefined))('of $level $code knows no exception', (entry) => {
    const context = { level: entry.level, circumstances: ALL, message: 'Export daily quota exceeded' };
    expect(verdictFor(entry, context)).toStrictEqual(entry.verdict);
  });
});

describe('the verdict on a record code at response level', () => {
  const records = CATALOGUE.filter((entry) => entry.level === 'record');

  it.each(records.filter((entry) => entry.verdict.kind === 'reject'))(
    'isolates $code instead of rejecting',
    (entry) => {
      const context = { circumstances: [], message: '' };
      expect(verdictFor(entry, { ...context, level: 'response' })).toStrictEqual({ kind: 'isolate' });
      expect(verdictFor(entry, { ...context, level: 'record' })).toStrictEqual({ kind: 'reject' });
    },
  );

  it('isolates a code of the range that nobody knows', () => {
    expect(verdictOf('1099', 'response')).toStrictEqual({ kind: 'isolate' });
  });

  it.each([
    ['1016', { kind: 'retry', pace: 'long' }],
    ['1019', { kind: 'retry', pace: 'long' }],
    ['1020', { kind: 'wait', limit: 'day' }],
    ['1029', { kind: 'retry', pace: 'long' }],
  ] as const)('keeps that of %s, which is about the whole call', (code, verdict) => {
    expect(verdictOf(code, 'response')).toStrictEqual(verdict);
    expect(verdictOf(code, 'response', { shared: true })).toStrictEqual(verdict);
  });

  it.each([
    ['1014', SOON],
    ['1022', SOON],
    ['1004', SOON],
    ['1013', SOON],
    ['1015', { kind: 'delivered' }],
    ['1037', { kind: 'delivered' }],
  ] as const)('keeps that of %s for a record alone, and isolates it among others', (code, verdict) => {
    expect(verdictOf(code, 'response', { circumstances: ALL })).toStrictEqual(verdict);
    expect(verdictOf(code, 'response', { circumstances: ALL, shared: false })).toStrictEqual(verdict);
    expect(verdictOf(code, 'response', { circumstances: ALL, shared: true })).toStrictEqual({ kind: 'isolate' });
    expect(verdictOf(code, 'record', { circumstances: ALL, shared: true })).toStrictEqual(verdict);
  });

  it.each(['603', '605', '610', '612', '616', '703'])(
    'does not isolate %s, which is about the whole endpoint',
    (code) => {
      expect(verdictOf(code, 'response', { shared: true }).kind).not.toBe('isolate');
    },
  );
});
