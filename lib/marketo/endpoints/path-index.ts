import type { Endpoint, Method } from './types.ts';

const SUFFIX = '.json';

interface Pattern {
  readonly endpoint: Endpoint;
  readonly segments: readonly string[];
  /** A character for each segment, the literal ones first in the alphabet. */
  readonly order: string;
}

interface PathIndex {
  find(method: Method, path: string): Endpoint | undefined;
  /** The rows of all methods that fit equally well, which is as literally as any. */
  readings(path: string): readonly Endpoint[];
}

const METHODS = ['GET', 'POST', 'DELETE'] as const satisfies readonly Method[];

/**
 * An index of rows by path pattern. `{name}` stands for one whole segment; in the last one, `.json` is no part of it.
 * Where several patterns fit, the one that is literal earlier wins: `customobjects/schema.json` is never an object
 * named `schema`.
 */
function indexByPath(endpoints: readonly Endpoint[]): PathIndex {
  const patterns = new Map<string, Pattern[]>();
  for (const endpoint of endpoints) {
    const segments = endpoint.path.split('/');
    const key = `${endpoint.method} ${segments.length}`;
    const group = patterns.get(key);
    const pattern = { endpoint, segments, order: segments.map(orderOf).join('') };
    if (group === undefined) patterns.set(key, [pattern]);
    else group.push(pattern);
  }
  for (const group of patterns.values()) group.sort(byLiteralFirst);
  const patternFor = (method: Method, path: string): Pattern | undefined => {
    const segments = path.split('/');
    return patterns.get(`${method} ${segments.length}`)?.find((pattern) => fits(pattern.segments, segments));
  };
  return {
    find: (method, path) => patternFor(method, path)?.endpoint,
    readings(path) {
      const found = METHODS.flatMap((method) => patternFor(method, path) ?? []);
      const [best] = found.toSorted(byLiteralFirst);
      return found.flatMap((one) => (best !== undefined && byLiteralFirst(best, one) === 0 ? one.endpoint : []));
    },
  };
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.every((part, position) => {
    const segment = segments[position] ?? '';
    if (!isPlaceholder(part)) return part === segment;
    return part.endsWith(SUFFIX) ? segment.endsWith(SUFFIX) && segment.length > SUFFIX.length : segment.length > 0;
  });
}

function byLiteralFirst({ order }: Pattern, other: Pattern): number {
  return order === other.order ? 0 : order < other.order ? -1 : 1;
}

function orderOf(part: string): string {
  return isPlaceholder(part) ? 'b' : 'a';
}

function isPlaceholder(part: string): boolean {
  return part.startsWith('{');
}

export type { PathIndex };
export { indexByPath };
