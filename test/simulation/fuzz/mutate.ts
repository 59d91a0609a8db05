import type { Dice } from '../../../lib/simulation/dice.ts';

type Node = null | boolean | number | string | Node[] | { [name: string]: Node };

const DEEP = 60;
const nested = (depth: number, open: string, close: string): string => `${open.repeat(depth)}0${close.repeat(depth)}`;

/** Texts that have broken programs before. */
const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\r\nHost: evil.example',
  '\ud800',
  '\udfff\ud800',
  '\ufffd',
  '\ufffe\uffff',
  '\u202eevil',
  '💥'.repeat(20),
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'NaN',
  '-0',
  '1e999',
  '../../etc/passwd',
  '/rest/v1/../../identity/oauth/token',
  '/rest/v1/%2e%2e/identity/oauth/token',
  '//evil.example/rest/v1/leads.json',
  'https://evil.example/rest/v1/leads.json',
  '/rest/v1/leads.json?access_token=x',
  '/rest/v1/leads.json#x',
  '/rest/v1/leads%0d%0aX-Evil:%201.json',
  '/rest/v1/\\evil.example\\leads.json',
  '/identity/oauth/token',
  'POST',
  'CONNECT',
  '{{my.token}}',
  '$ne',
  'x'.repeat(2_000),
  '2027-13-45T99:99:99Z',
  '9999-12-31T23:59:59Z',
];

const HOSTILE_VALUES: readonly Node[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER + 2,
  1e308,
  [],
  [[]],
  {},
  [null],
  { input: [] },
  JSON.parse(nested(DEEP, '[', ']')) as Node,
  JSON.parse(`{"__proto__":{"polluted":true}}`) as Node,
  ...HOSTILE_TEXTS,
];

/** JSON that `JSON.stringify` never writes. */
const HOSTILE_JSON: readonly string[] = [
  '',
  'null',
  '[]',
  '{}',
  '"text"',
  '{"path":"/rest/v1/leads.json","path":"/rest/v1/lists.json"}',
  '{"path":"/rest/v1/leads.json","query":{"id":12345678901234567890}}',
  '{"path":"/rest/v1/leads.json","body":{"input":[{"email":"\\ud800"}]}}',
  '{"__proto__":{"path":"/rest/v1/leads.json"}}',
  '{"deadLetter":1}',
  '{"deadLetter":1,"message":{"body":{"deadLetter":1,"message":{"body":"{}"}}}}',
  '{"deadLetter":1,"message":{"body":{}},"overflow":{"bucket":"evil","key":"dead-letters/x","cut":["message.body"]}}',
  nested(20_000, '[', ']'),
  `{"a":${nested(5_000, '{"a":', '}')}}`,
  '{"path":"/rest/v1/leads.json"',
  '\ufeff{"path":"/rest/v1/leads.json"}',
];

/** Every place of a tree, as the parent and the name in it. */
function placesOf(node: Node, places: [parent: { [name: string]: Node }, name: string][] = []) {
  if (typeof node !== 'object' || node === null) return places;
  for (const [name, child] of Object.entries(node)) {
    places.push([node as { [name: string]: Node }, name]);
    placesOf(child, places);
  }
  return places;
}

/** One change to a copy of a tree: a value replaced, a member added, doubled or taken away. */
function mutate(tree: Node, dice: Dice): Node {
  const copy = structuredClone(tree);
  const places = placesOf(copy);
  if (places.length === 0) return dice.pick(HOSTILE_VALUES);
  const [parent, name] = dice.pick(places);
  const value = structuredClone(dice.pick(HOSTILE_VALUES));
  switch (dice.whole(0, 5)) {
    case 0:
      delete parent[name];
      break;
    case 1:
      // Defined, not assigned: `__proto__` is a member like any other here.
      Object.defineProperty(parent, dice.pick(HOSTILE_TEXTS), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      break;
    case 2:
      if (Array.isArray(parent))
        parent.push(...Array.from({ length: dice.whole(1, 40) }, () => structuredClone(value)));
      else parent[name] = [structuredClone(parent[name] ?? null)];
      break;
    default:
      parent[name] = value;
  }
  return copy;
}

/** Text that was JSON: cut, spliced, or with a few characters changed. */
function damage(text: string, dice: Dice): string {
  const at = dice.whole(0, text.length);
  switch (dice.whole(0, 3)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + dice.pick(HOSTILE_TEXTS) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(Math.min(text.length, at + dice.whole(1, 5)));
    default:
      return text.slice(0, at) + String.fromCharCode(dice.whole(0, 0xffff)) + text.slice(at + 1);
  }
}

export type { Node };
export { damage, HOSTILE_JSON, HOSTILE_TEXTS, HOSTILE_VALUES, mutate };
