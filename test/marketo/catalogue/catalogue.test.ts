import { describe, expect, it } from 'vitest';
import { CATALOGUE, entryFor, isKnown } from '../../../lib/marketo/catalogue/catalogue.ts';
import type { CodeLevel, VerdictRule } from '../../../lib/marketo/catalogue/types.ts';
import { DOCUMENTS, HTTP_TABLE, LATER_CODES, RECORD_TABLE, RESPONSE_TABLE } from './documented-codes.ts';

const LEVELS: readonly CodeLevel[] = ['http', 'response', 'record', 'identity'];

/** What the relay promises for each code; what is not here is rejected. Written apart from the catalogue. */
const VERDICTS: readonly (readonly [codes: string, verdict: VerdictRule])[] = [
  ['identity:401 603', { kind: 'stop' }],
  ['http:401 600 601 602', { kind: 'reauthenticate' }],
  ['606', { kind: 'wait', limit: 'window' }],
  ['615', { kind: 'wait', limit: 'slot' }],
  ['607 1020', { kind: 'wait', limit: 'day' }],
  ['408 429 500 502 503 504 604 608 713 719', { kind: 'retry', pace: 'growing' }],
  ['611', { kind: 'retry', pace: 'growing', maxAttempts: 4 }],
  ['614 1016 1019 1029', { kind: 'retry', pace: 'long' }],
  ['1014 1022', { kind: 'retry', pace: 'soon', maxAttempts: 2 }],
  ['413', { kind: 'reshape', how: 'halve' }],
  ['414', { kind: 'reshape', how: 'postAsGet' }],
  ['609 701 704 709 718', { kind: 'isolate' }],
];

function expectedVerdict(code: string, level: CodeLevel): VerdictRule {
  const names = [code, `${level}:${code}`];
  const row = VERDICTS.find(([codes]) => codes.split(' ').some((name) => names.includes(name)));
  return row?.[1] ?? { kind: 'reject' };
}

const rows = CATALOGUE.map((entry) => ({ label: `${entry.level} ${entry.code} ${entry.name}`, entry }));

describe('the catalogue of error codes', () => {
  it.each(rows)('has a complete row for $label', ({ entry }) => {
    expect(entry.code).toMatch(/^\d{3,4}$/);
    expect(LEVELS).toContain(entry.level);
    expect(entry.name.length).toBeGreaterThan(3);
    expect(entry.name.length).toBeLessThan(50);
    for (const text of [entry.meaning, entry.remedy]) {
      expect(text).toMatch(/^[A-Z`].{25,400}\.$/);
      expect(text).not.toMatch(/ {2}|TODO|’/);
    }
    expect(entry.remedy).not.toBe(entry.meaning);
    expect(['no', 'unknown']).toContain(entry.executed);
  });

  it.each(rows)('gives $label the promised verdict', ({ entry }) => {
    expect(entry.verdict).toStrictEqual(expectedVerdict(entry.code, entry.level));
  });

  it.each(rows)('puts $label at the level of its range', ({ entry }) => {
    const ranges: Record<CodeLevel, RegExp> = {
      http: /^(401|408|413|414|429|503|504)$/,
      identity: /^401$/,
      response: /^(500|502|6\d\d|7\d\d)$/,
      record: /^10\d\d$/,
    };
    expect(entry.code).toMatch(ranges[entry.level]);
  });

  it.each(['name', 'meaning', 'remedy'] as const)('says something of its own in each %s', (field) => {
    const texts = CATALOGUE.map((entry) => entry[field].toLowerCase());
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('gives a code one row, but for the two kinds of 401', () => {
    const codes = CATALOGUE.map((entry) => entry.code).filter((code) => code !== '401');
    expect(new Set(codes).size).toBe(codes.length);
    expect(CATALOGUE.filter((entry) => entry.code === '401').map((entry) => entry.level)).toStrictEqual([
      'identity',
      'http',
    ]);
  });

  it('gives back exactly the starred codes', () => {
    const free = CATALOGUE.filter((entry) => !entry.counted).map((entry) => entry.code);
    expect(free).toStrictEqual(['600', '601', '602', '604', '605', '608', '611']);
  });

  it('doubts the outcome of exactly the calls that ran into a timeout or an unhandled fault', () => {
    const unknown = CATALOGUE.filter((entry) => entry.executed === 'unknown').map((entry) => entry.code);
    expect(unknown.sort()).toStrictEqual(['408', '500', '502', '504', '604', '611']);
  });

  it('has five codes whose meaning depends on the circumstance', () => {
    const special = CATALOGUE.flatMap(({ code, special }) => (special === undefined ? [] : [[code, special]]));
    const soon: VerdictRule = { kind: 'retry', pace: 'soon', maxAttempts: 2 };
    expect(special).toStrictEqual([
      ['1004', { when: 'dependent', verdict: soon }],
      ['1013', { when: 'dependent', verdict: soon }],
      ['1015', { when: 'removal', verdict: { kind: 'delivered' } }],
      ['1029', { when: 'exportQuota', verdict: { kind: 'wait', limit: 'day' } }],
      ['1037', { when: 'statusChange', verdict: { kind: 'delivered' } }],
    ]);
  });

  it('cannot be changed by its users', () => {
    expect(Object.isFrozen(CATALOGUE)).toBe(true);
    expect(CATALOGUE.every((entry) => Object.isFrozen(entry))).toBe(true);
  });
});

describe('the documents behind the catalogue', () => {
  const documented = new Set(Object.values(DOCUMENTS).flat());

  it('name 69 codes in all', () => {
    expect(documented.size).toBe(69);
    expect(Object.values(DOCUMENTS).map((codes) => new Set(codes).size)).toStrictEqual([69, 41, 68, 68, 68]);
  });

  it.each(Object.entries(DOCUMENTS))('have no code in %s that the catalogue lacks', (_document, codes) => {
    const known = new Set(CATALOGUE.map((entry) => entry.code));
    expect(codes.filter((code) => !known.has(code))).toStrictEqual([]);
  });

  it.each([
    ['http', HTTP_TABLE],
    ['response', RESPONSE_TABLE],
    ['record', [...RECORD_TABLE, '1079']],
    ['identity', ['401']],
  ] as const)('put their codes of the %s level where the catalogue has them', (level, codes) => {
    expect(codes.map((code) => entryFor(code, level).level)).toStrictEqual(codes.map(() => level));
  });

  it('account for every row, but for later codes and plain HTTP statuses', () => {
    const beyond = CATALOGUE.map((entry) => entry.code).filter((code) => !documented.has(code));
    expect(beyond.sort()).toStrictEqual([...LATER_CODES, '408', '429', '503', '504'].sort());
  });
});

describe('looking a code up', () => {
  it.each(rows.filter(({ entry }) => entry.level !== 'identity'))('finds $label at every API level', ({ entry }) => {
    for (const level of ['http', 'response', 'record'] as const) {
      expect(entryFor(entry.code, level)).toBe(entry);
      expect(isKnown(entry.code, level)).toBe(true);
    }
  });

  it("keeps identity's 401 for identity", () => {
    expect(entryFor('401', 'identity').verdict).toStrictEqual({ kind: 'stop' });
    expect(entryFor('401', 'http').verdict).toStrictEqual({ kind: 'reauthenticate' });
    expect(entryFor('401', 'response').level).toBe('http');
  });

  it('finds gateway statuses at the identity level too', () => {
    expect(entryFor('503', 'identity').code).toBe('503');
    expect(isKnown('503', 'identity')).toBe(true);
  });

  const thrice: VerdictRule = { kind: 'retry', pace: 'growing', maxAttempts: 3 };
  it.each([
    ['505', 'http', thrice, 'unknown'],
    ['501', 'record', thrice, 'unknown'],
    ['599', 'response', thrice, 'unknown'],
    ['699', 'response', thrice, 'no'],
    ['799', 'response', thrice, 'no'],
    ['404', 'http', { kind: 'reject' }, 'no'],
    ['404', 'response', { kind: 'reject' }, 'no'],
    ['403', 'identity', { kind: 'stop' }, 'no'],
    ['1099', 'record', { kind: 'reject' }, 'no'],
    ['1900', 'response', { kind: 'reject' }, 'no'],
    ['0', 'response', thrice, 'unknown'],
    ['302', 'http', thrice, 'unknown'],
    ['4030801', 'response', thrice, 'unknown'],
    ['21001', 'record', thrice, 'unknown'],
    ['10010', 'record', thrice, 'unknown'],
    ['2404', 'http', thrice, 'unknown'],
    ['2699', 'response', thrice, 'unknown'],
    ['', 'response', thrice, 'unknown'],
    ['constructor', 'response', thrice, 'unknown'],
    ['__proto__', 'record', thrice, 'unknown'],
    ['606 ', 'response', thrice, 'unknown'],
  ] as const)('falls back by range for %j at %s level', (code, level, verdict, executed) => {
    const entry = entryFor(code, level);
    expect(entry).toMatchObject({ code, level, name: 'Unknown code', verdict, executed, counted: true });
    expect(entry.meaning).not.toBe('');
    expect(entry.remedy).not.toBe('');
    expect(isKnown(code, level)).toBe(false);
  });
});
