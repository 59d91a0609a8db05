import { findRoute } from '../../fake-marketo/routes.ts';
import { ENDPOINTS } from '../../marketo/endpoints/endpoints.ts';

/** What the fake has no model of it answers all alike: a fault of one would be one of them all. */
const ALL_ALIKE = /^unmodelled/;

/**
 * Operations by the relay's names, as dead letters and `status` have them, each with what the fake calls it. The fake knows
 * nothing of ours: path and method are what both go by.
 */
const FAULT_OPERATIONS: ReadonlyMap<string, string> = new Map(
  ENDPOINTS.flatMap(({ operation, method, path }): (readonly [string, string])[] => {
    const route = findRoute(method, path.replace(/\{\w+\}/g, '1'));
    return route.kind !== 'found' || ALL_ALIKE.test(route.operation.name) ? [] : [[operation, route.operation.name]];
  }).toSorted(([one], [other]) => (one < other ? -1 : 1)),
);

/** The relay's name of what the fake calls so: the first, where several are one to it. */
function relayNameOf(fakeName: string): string {
  return [...FAULT_OPERATIONS].find(([, name]) => name === fakeName)?.[0] ?? fakeName;
}

const MOST_NAMED = 5;
const LEAST_ALIKE = 3;

/** What is wrong with the name of an operation; undefined when nothing is. */
function operationProblem(operation: string): string | undefined {
  if (FAULT_OPERATIONS.has(operation)) return undefined;
  const near = [...FAULT_OPERATIONS.keys()]
    .map((name) => ({ name, alike: sharedStart(name, operation) }))
    .filter(({ alike }) => alike >= LEAST_ALIKE)
    .sort((one, other) => other.alike - one.alike)
    .slice(0, MOST_NAMED)
    .map(({ name }) => name);
  const meant = near.length === 0 ? 'as syncLeads' : `such as ${near.join(', ')}`;
  return `"${operation}" is no operation that the fake has; operations are called as dead letters have them, ${meant}`;
}

function sharedStart(one: string, other: string): number {
  const [left, right] = [one.toLowerCase(), other.toLowerCase()];
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}

export { FAULT_OPERATIONS, operationProblem, relayNameOf };
