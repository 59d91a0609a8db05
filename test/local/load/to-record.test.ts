import { describe, expect, it } from 'vitest';
import { cellValue } from '../../../lib/local/load/cell-value.ts';
import { destinationOf } from '../../../lib/local/load/destination.ts';
import { type RecordPlan, toRecord } from '../../../lib/local/load/to-record.ts';

const plan: RecordPlan = {
  destination: destinationOf({}),
  columns: ['email', 'firstName'].map((field, index) => ({ index, header: field, field })),
  width: 2,
  empty: 'skip',
};
const read = (cells: readonly string[], over: Partial<RecordPlan> = {}) =>
  toRecord({ cells, line: 2 }, { ...plan, ...over });

describe('a row becomes a record', () => {
  it('of its texts as they are; an empty cell leaves its field as it is', () => {
    expect(read(['ann@example.com', ' 007 '])).toMatchObject({
      kind: 'record',
      record: { email: 'ann@example.com', firstName: ' 007 ' },
    });
    expect(read(['ann@example.com', ''])).toMatchObject({ record: { email: 'ann@example.com' } });
  });

  it('with null for an empty cell where that is asked for', () => {
    expect(read(['ann@example.com', ''], { empty: 'clear' })).toMatchObject({
      record: { email: 'ann@example.com', firstName: null },
    });
  });

  it('with its key in front, whatever the order of the columns', () => {
    const columns = [...plan.columns].reverse();
    const reading = read(['ann@example.com', 'Ann'], { columns });
    expect(reading.kind === 'record' && Object.keys(reading.record)).toEqual(['email', 'firstName']);
  });

  it('with ids as numbers', () => {
    const destination = destinationOf({ list: '7' });
    const columns = [{ index: 0, header: 'id', field: 'id' }];
    expect(read(['1001'], { destination, columns, width: 1 })).toMatchObject({ record: { id: 1001 } });
    expect(read(['x'], { destination, columns, width: 1 })).toEqual({
      kind: 'reject',
      reason: 'id: "x" is no id: a whole number above 0',
    });
  });

  it('with a field called __proto__ as a field', () => {
    const columns = [...plan.columns.slice(0, 1), { index: 1, header: '__proto__', field: '__proto__' }];
    const reading = read(['ann@example.com', 'x'], { columns });
    expect(JSON.stringify(reading.kind === 'record' && reading.record)).toBe(
      '{"email":"ann@example.com","__proto__":"x"}',
    );
  });

  it.each([
    ['too few columns', ['ann@example.com'], 'the row has 1 columns, the header 2'],
    ['too many', ['ann@example.com', 'Ann', ''], 'the row has 3 columns, the header 2'],
    ['no key', [' ', 'Ann'], 'email is empty: Marketo finds a record by it'],
    ['a NUL', ['ann@example.com', 'A\0'], 'firstName holds a NUL: characters were lost before the load'],
    [
      'lost characters',
      ['ann@example.com', 'Jos\ufffd'],
      'firstName holds U+FFFD: characters were lost before the load',
    ],
    [
      'more than a call takes',
      ['ann@example.com', 'x'.repeat(1_000_000)],
      'the row takes 1000042 bytes, and 950000 fit into one call of Marketo',
    ],
  ])('or is rejected: %s', (_what, cells, reason) => {
    expect(read(cells)).toEqual({ kind: 'reject', reason });
  });

  it('or is passed over when nothing is in any cell', () => {
    expect(read(['', ' '])).toEqual({ kind: 'blank' });
  });
});

describe('a cell of a known type', () => {
  it.each([
    ['integer', '42', 42],
    ['integer', '-2147483647', -2_147_483_647],
    ['score', '007', 7],
    ['float', '1.5', 1.5],
    ['currency', '0.1000000000000000055', '0.1000000000000000055'],
    ['boolean', 'TRUE', true],
    ['boolean', 'no', 'no'],
    ['date', '2027-01-31', '2027-01-31'],
    ['datetime', '2027-01-31T12:00:00+01:00', '2027-01-31T12:00:00+01:00'],
    ['email', "o'hara+x@example.com", "o'hara+x@example.com"],
    ['string', ' as it is ', ' as it is '],
    ['somethingNew', '1', '1'],
  ])('%s %j is %j', (dataType, text, value) => {
    expect(cellValue(text, { dataType })).toEqual({ ok: true, value });
  });

  it.each([
    ['integer', '1.5', /is no whole number up to 2147483647/],
    ['integer', '99999999999', /is no whole number/],
    ['float', '1,5', /is no number \(with a point/],
    ['float', 'NaN', /is no number/],
    ['boolean', 'maybe', /is neither true nor false/],
    ['date', '31.01.2027', /is no date as Marketo takes it/],
    ['date', '2027-02-30', /is no date/],
    ['datetime', '2027-01-31 12:00', /is no date/],
    ['email', 'ann', /is no e-mail address/],
    ['email', 'ann@b@example.com', /is no e-mail address/],
    ['email', 'jos\u00e9@example.com', /is no e-mail address that Marketo takes \(ASCII/],
  ])('%s %j cannot be right', (dataType, text, reason) => {
    expect(cellValue(text, { dataType })).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('may be as long as its field', () => {
    expect(cellValue('abc', { dataType: 'string', length: 3 }).ok).toBe(true);
    expect(cellValue('abcd', { dataType: 'string', length: 3 })).toEqual({
      ok: false,
      reason: '"abcd" has 4 characters, the field takes 3',
    });
  });
});
