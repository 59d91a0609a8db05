import type { MarketoRequest } from '../request.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Endpoint } from './types.ts';

/** Operations of paths that the table lacks (`families.ts`). */
const UNLISTED = ['unknown', 'readAsset', 'writeAsset'];
/** What those are called here whose path or method says that something goes for good. */
const UNLISTED_DELETE = 'deleteUnknown';
const UNLISTED_MERGE = 'mergeUnknown';

/** Every name that a pattern can mean. */
const OPERATION_NAMES: readonly string[] = [
  ...ENDPOINTS.map(({ operation }) => operation),
  ...UNLISTED,
  UNLISTED_DELETE,
  UNLISTED_MERGE,
];

/**
 * The name by which a request is allowed or refused: its operation, or for a path that the table lacks what path and method show.
 * Marketo may read a path with other letters, or escaped ones, as the one that it means: so does this.
 *
 * @example
 * allowedName({ method: 'POST', path: '/rest/v1/things/Delete.json' }, endpoint); // 'deleteUnknown'
 */
function allowedName({ method, path }: MarketoRequest, { operation }: Pick<Endpoint, 'operation'>): string {
  if (!UNLISTED.includes(operation)) return operation;
  const last = decoded(path.split('/').at(-1) ?? '').toLowerCase();
  if (method === 'DELETE' || last.startsWith('delete')) return UNLISTED_DELETE;
  return last.startsWith('merge') ? UNLISTED_MERGE : operation;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A lone "%": Marketo has no such path either.
    return segment;
  }
}

/**
 * Whether patterns allow a name: at least one means it, and none with a `!` before it does. A `*` at the end stands for any ending.
 *
 * @example
 * allows(['*', '!delete*'], 'deleteLeads'); // false
 */
function allows(patterns: readonly string[], name: string): boolean {
  const isRefused = patterns.some((pattern) => pattern.startsWith('!') && meansName(pattern.slice(1), name));
  return !isRefused && patterns.some((pattern) => meansName(pattern, name));
}

function meansName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

export { allowedName, allows, meansName, OPERATION_NAMES };
