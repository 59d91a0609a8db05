import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinLogParts, MAX_PART_BYTES, toLogParts } from '../../lib/telemetry/log-parts.ts';
import { runsOf } from '../support/runs-of.ts';

/** Any code units, so that quotes, controls, emoji and halves of emoji all meet. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '\n',
        '\u0000',
        '\u001f',
        '\u2028',
        '\uFFFD',
        '😀',
        '\uD83D',
        '\uDE00',
        'ä',
        '漢',
        'a',
      ),
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 200 },
  )
  .map((units) => units.join(''));

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
const MIB = 1_048_576;

describe('a long string in the log', () => {
  it('is cut into parts that each fit, and joined is the same again, through JSON and in any order', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 6, max: 60 }), (text, maxBytes) => {
        const parts = toLogParts(text, maxBytes);
        for (const one of parts) expect(jsonBytes(one.text)).toBeLessThanOrEqual(maxBytes);
        const read = parts.map((one) => JSON.parse(JSON.stringify(one)) as (typeof parts)[number]);
        expect(joinLogParts([...read.toReversed(), ...read])).toBe(text);
      }),
      { numRuns: runsOf(2_000) },
    );
  });

  it('is never cut inside a character', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 6, max: 20 }), (text, maxBytes) => {
        const wellFormed = text.toWellFormed();
        for (const { text: one } of toLogParts(wellFormed, maxBytes)) expect(one.isWellFormed()).toBe(true);
      }),
      { numRuns: runsOf(1_000) },
    );
  });

  it('takes as few parts as it can', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 6, max: 60 }), (text, maxBytes) => {
        const parts = toLogParts(text, maxBytes);
        for (const [index, one] of parts.slice(0, -1).entries()) {
          const next = String.fromCodePoint(parts[index + 1]?.text.codePointAt(0) ?? 0);
          expect(jsonBytes(one.text) + jsonBytes(next)).toBeGreaterThan(maxBytes);
        }
      }),
      { numRuns: runsOf(1_000) },
    );
  });

  it.each([
    ['letters', 'a', 6],
    ['quotes', '"', 12],
    ['controls', '\u0000', 35],
    ['letters of three bytes', '漢', 6],
    ['emoji', '😀', 6],
  ])('of 1 MiB is whole again: %s', (_, unit, count) => {
    const text = unit.repeat(MIB / Buffer.byteLength(unit));
    const parts = toLogParts(text);
    expect(parts).toHaveLength(count);
    for (const one of parts) expect(jsonBytes(one.text)).toBeLessThanOrEqual(MAX_PART_BYTES);
    expect(Buffer.from(joinLogParts(parts)).equals(Buffer.from(text))).toBe(true);
  });

  it('is one part when it is empty', () => {
    expect(toLogParts('')).toEqual([{ part: 1, parts: 1, text: '' }]);
    expect(joinLogParts(toLogParts(''))).toBe('');
  });

  it('is not joined when a part is missing, or of another string', () => {
    const parts = toLogParts('abcdefghijklmnopqr', 6);
    expect(() => joinLogParts(parts.slice(1))).toThrow('2 of 3 parts');
    expect(() => joinLogParts([])).toThrow('0 of 0 parts');
    expect(() => joinLogParts([...parts, ...toLogParts('x', 6)])).toThrow('parts');
  });

  it('needs room for a character in each part', () => {
    expect(() => toLogParts('a', 5)).toThrow('maxBytes is 5: give 6 or more');
  });
});
