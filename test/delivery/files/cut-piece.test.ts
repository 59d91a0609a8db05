import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPiece } from '../../../lib/delivery/files/cut-piece.ts';

const COMMA = ','.charCodeAt(0);
const cut = (text: string, isLast = false) => cutPiece({ bytes: Buffer.from(text), delimiter: COMMA, isLast });

describe('a piece of CSV', () => {
  it.each([
    ['whole rows', 'a,b\nc,d\ne', 8, 2],
    ['rows with carriage returns', 'a\r\nb\r\nc', 6, 2],
    ['carriage returns alone', 'a\rb\rc', 4, 2],
    ['a line end in a quoted cell', 'a,"x\ny"\nb', 8, 1],
    ['a doubled quote in a quoted cell', '"a ""\n"" b"\nc', 12, 1],
    ['an empty quoted cell', '"",x\n"', 5, 1],
    ['a quote in the middle of a cell', '5" x\n6" y\nz', 10, 2],
    ['two quotes in the middle of a cell', 'a""b\nc', 5, 1],
    ['empty lines', 'a\n\n\nb\nc', 6, 2],
    ['nothing whole', '"a\nb', 0, 0],
    ['a carriage return of which the line feed may follow', 'a\nb\r', 2, 1],
  ])('ends behind the last row of %s', (_what, text, toByte, rows) => {
    expect(cut(text)).toEqual({ toByte, rows });
  });

  it.each([
    ['a,b\nc,d', 7, 2],
    ['a\r', 2, 1],
    ['a\n', 2, 1],
  ])('ends with the file: %j', (text, toByte, rows) => {
    expect(cut(text, true)).toEqual({ toByte, rows });
  });

  it.each(['"never closed\nx', 'a,"b""'])('ends inside a quoted cell, and says so: %j', (text) => {
    expect(cut(text, true)).toEqual({ toByte: text.length, rows: 1, isUnclosed: true });
  });

  it('ends where a CSV parser ends a row, wherever it is cut', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é'), maxLength: 6 });
    const rows = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), cell), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const text = stringify(all, { quoted_match: /[\r\n ]/ });
        const bytes = Buffer.from(text);
        const end = Math.floor(bytes.length * share);
        const { toByte, rows: counted } = cutPiece({ bytes: bytes.subarray(0, end), delimiter: COMMA, isLast: false });
        const head = parse(bytes.subarray(0, toByte), { record_delimiter: ['\r\n', '\n', '\r'] });
        const tail = parse(bytes.subarray(toByte), { record_delimiter: ['\r\n', '\n', '\r'] });
        expect(head.length).toBe(counted);
        expect([...head, ...tail]).toEqual(all);
      }),
    );
  });
});
