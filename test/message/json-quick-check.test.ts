import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCertainlySound } from '../../lib/message/json-quick-check.ts';
import { readJson } from '../../lib/message/json-text.ts';
import { runsOf } from '../support/runs-of.ts';

const DEPTH = 8;
const quick = (text: string): boolean => isCertainlySound(text, JSON.parse(text), DEPTH);

/** The faults that the scan alone would find: what is doubtful is read with one more fault in front of it. */
function faultsByScan(text: string): number {
  const reading = readJson(`[12345678901234567890,${text}]`, DEPTH + 1);
  return reading.ok ? reading.faults.length - 1 : Number.NaN;
}

describe('the quick check of JSON text', () => {
  it.each([
    '{}',
    '[]',
    '"x"',
    '{"path":"/rest/v1/leads.json","body":{"input":[{"email":"a@example.com","score":42,"ok":true,"none":null}]}}',
    ' { "a" : 1 , "b" : [ 1.5 , -2 , { "a" : "x" } ] } ',
    '{"name":"Zoë \\"Zo\\" \\\\","path":"C:\\\\","b":"a:b\\":1"}',
    '{"id":"0e9f5e21-11aa-4e11-8e5e-123456789012","long":"12345678901234567890"}',
    '[123456789012345, 0.1234567890123]',
  ])('is content with %s', (text) => {
    expect(quick(text)).toBe(true);
    expect(faultsByScan(text)).toBe(0);
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":{"b":1,"\\u0062":2}}',
    '{"__proto__":1,"__proto__":2}',
    '[12345678901234567890]',
    '{"n":1e400}',
    '{"a":"\\ud800"}',
    '{"a":"\uFFFD"}',
    '[[[[[[[[[1]]]]]]]]]',
  ])('doubts %s', (text) => {
    expect(quick(text)).toBe(false);
    expect(faultsByScan(text)).toBeGreaterThan(0);
  });

  it('is content with nothing that the scan finds a fault in', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'b', '\\u0061', '__proto__', 'x\\"y', '1e5'),
      fc.string({ maxLength: 3 }),
    );
    const number = fc.oneof(fc.double().map(String), fc.bigInt().map(String), fc.constantFrom('1e5', '1.0', '-0'));
    const { text } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { maxDepth: 10 },
        fc.string({ unit: 'binary', maxLength: 6 }).map((value) => JSON.stringify(value)),
        number,
        fc.constantFrom('true', 'null', '"\\ud83d\\ude00"', '"\\udc00"', '"\\\\"', '"\uFFFD"', '"\uD800"'),
        fc.array(tie('text'), { maxLength: 3 }).map((entries) => `[${entries.join(' , ')}]`),
        fc
          .array(fc.tuple(name, tie('text')), { maxLength: 4 })
          .map(
            (members) =>
              `{${members.map(([one, value]) => `"${one.replace(/(?<!\\)["\n]/g, '')}" : ${value}`).join()}}`,
          ),
      ),
    }));
    fc.assert(
      fc.property(text, (one) => {
        let value: unknown;
        try {
          value = JSON.parse(one);
        } catch {
          return;
        }
        if (isCertainlySound(one, value, DEPTH)) expect(faultsByScan(one)).toBe(0);
      }),
      { numRuns: runsOf(3_000) },
    );
  });
});
