import { readFileSync } from 'node:fs';

/** One operation of Adobe's OpenAPI description (Apache-2.0), in a line of `operations.txt`. */
interface Described {
  readonly method: string;
  readonly path: string;
  /** How parameters travel; `?` where the description does not insist. */
  readonly body: string;
  readonly query: readonly { readonly name: string; readonly required: boolean }[];
  /** Type of `result`; `file` without an envelope, `none` for an envelope without a result, `-` for nothing said. */
  readonly result: string;
}

interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
}

const lines = (file: string): readonly string[] =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');

const DESCRIBED: readonly Described[] = lines('operations.txt').map((line) => {
  const [method = '', path = '', body = '', query = '', result = ''] = line.split(' ');
  return { method, path, body, query: query === '-' ? [] : query.split(',').map(named), result };
});

const TYPES: ReadonlyMap<string, readonly Member[]> = new Map(
  lines('types.txt').map((line) => {
    const [name = '', ...members] = line.split(' ');
    return [
      name,
      members.map((member) => ({ ...named(member.split(':')[0] ?? ''), type: member.split(':')[1] ?? '' })),
    ];
  }),
);

function named(text: string): { name: string; required: boolean } {
  return { name: text.replace('*', ''), required: text.endsWith('*') };
}

/** The operation of a path as sent; fixed segments win over named ones. */
function describedFor(method: string, path: string): Described | undefined {
  const fitting = DESCRIBED.filter((one) => one.method === method && patternOf(one.path).test(path));
  return fitting.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

/** The path with something in place of its names. */
function exampleOf(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '1001');
}

export type { Described, Member };
export { DESCRIBED, describedFor, exampleOf, TYPES };
