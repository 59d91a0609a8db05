import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJson, type JsonEdit, readJsonPath } from '../../lib/message/json-edit.ts';
import { layOut } from '../../lib/message/json-tree.ts';

function edited(text: string, edit: JsonEdit): string {
  const outcome = editJson(text, edit, (root) => [root]);
  return outcome.kind === 'edited' ? outcome.text : `impossible: ${outcome.problem}`;
}
const set = (path: string, valueText: string): JsonEdit => ({ kind: 'set', path: readJsonPath(path) ?? [], valueText });
const rename = (path: string, name: string): JsonEdit => ({ kind: 'rename', path: readJsonPath(path) ?? [], name });
const unset = (path: string): JsonEdit => ({ kind: 'unset', path: readJsonPath(path) ?? [] });

describe('an edit of JSON text', () => {
  it.each([
    ['sets what is there', '{"a":1,"b":2}', set('a', '"x"'), '{"a":"x","b":2}'],
    ['adds what is not', '{"a":1}', set('b', 'true'), '{"a":1,"b":true}'],
    ['adds to an empty object', '{ }', set('b', '1'), '{"b":1 }'],
    ['adds objects on the way', '{"a":{}}', set('a.b.c', '1'), '{"a":{"b":{"c":1}}}'],
    ['sets an item', '{"a":[1,2]}', set('a[1]', '5'), '{"a":[1,5]}'],
    ['renames', '{ "a" : 1.0 , "b":2}', rename('a', 'c'), '{ "c" : 1.0 , "b":2}'],
    ['renames nothing that is not there', '{"b":2}', rename('a', 'c'), '{"b":2}'],
    ['renames inside', '{"a":{"b":1}}', rename('a.b', 'c'), '{"a":{"c":1}}'],
    ['takes out the first', '{"a":1,"b":2}', unset('a'), '{"b":2}'],
    ['takes out the only one', '{"a":1}', unset('a'), '{}'],
    ['takes out all of a name', '{"a":1,"b":2,"a":3}', unset('a'), '{"b":2}'],
    ['knows a name by its meaning', '{"\\u0061":1}', rename('a', 'c'), '{"c":1}'],
    ['leaves digits alone', '{"id":9007199254740993123,"a":1}', set('a', '2'), '{"id":9007199254740993123,"a":2}'],
    ['leaves escapes alone', '{"x":"\\ud83d\\ude00\\/","a":1}', unset('a'), '{"x":"\\ud83d\\ude00\\/"}'],
    ['takes a quoted name', '{"a.b":1}', rename('["a.b"]', 'c'), '{"c":1}'],
    [
      'renames over nothing',
      '{"a":1,"b":2}',
      rename('a', 'b'),
      'impossible: a cannot be renamed: there is a b already, 2',
    ],
    ['sets nothing in a scalar', '{"a":5}', set('a.b', '1'), 'impossible: b cannot be set in the value 5'],
    ['adds no item', '{"a":[]}', set('a[0]', '1'), 'impossible: [0] cannot be set in an array'],
    ['is of JSON only', '{"a":', unset('a'), 'impossible: the message is not JSON'],
  ])('%s', (_, text, edit, expected) => {
    expect(edited(text, edit)).toBe(expected);
  });

  it('gives the same value as an edit of the value, whatever the JSON', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 });
    fc.assert(
      fc.property(value, fc.string({ minLength: 1 }), fc.jsonValue(), (object, name, added) => {
        const edit: JsonEdit = { kind: 'set', path: [name], valueText: JSON.stringify(added) };
        const expected = Object.fromEntries([...Object.entries(object).filter(([key]) => key !== name), [name, added]]);
        const text = JSON.stringify(object, null, 2);
        expect(JSON.parse(edited(text, edit))).toEqual(JSON.parse(JSON.stringify(expected)));
        expect(JSON.parse(edited(text, { kind: 'unset', path: [name] }))).toEqual(
          JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)))),
        );
        expect(JSON.parse(layOut(text, 0))).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  it('lays out without touching a token', () => {
    const text = '{"a":[1.0,{"b":9007199254740993123}],"c":{},"d":[]}';
    expect(layOut(layOut(text, 2), 0)).toBe(text);
    expect(layOut(text, 2).split('\n')).toHaveLength(10);
  });

  it.each(['', '.a', 'a.', 'a..b', 'a[', 'a[x]', 'a b', '["a"'])('%j is no path', (text) => {
    expect(readJsonPath(text)).toBeUndefined();
  });
});
