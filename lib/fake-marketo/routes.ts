import type { Operation } from './operation.ts';
import { activityOperations } from './operations/activities.ts';
import { assetOperations } from './operations/assets.ts';
import { bulkExportOperations } from './operations/bulk-exports.ts';
import { bulkImportOperations } from './operations/bulk-imports.ts';
import { campaignOperations } from './operations/campaigns.ts';
import { crmOperations } from './operations/crm-objects.ts';
import { customObjectOperations } from './operations/custom-objects.ts';
import { formFieldOperations } from './operations/form-fields.ts';
import { leadReads } from './operations/lead-reads.ts';
import { leadWrites } from './operations/lead-writes.ts';
import { listOperations } from './operations/lists.ts';
import { mergeOperations } from './operations/merge.ts';
import { namedAccountListOperations } from './operations/named-account-lists.ts';
import { programOperations } from './operations/programs.ts';
import { unmodelledOperations } from './operations/unmodelled.ts';
import { usageOperations } from './operations/usage-reads.ts';

type Route =
  | { readonly kind: 'found'; readonly operation: Operation; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrongMethod'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

/** One segment of a path: fixed text first, then whatever a pattern names. */
interface Node {
  readonly fixed: Map<string, Node>;
  readonly named: { readonly name: string; readonly suffix: string; readonly node: Node }[];
  readonly methods: Map<string, Operation>;
}

const ALL: readonly Operation[] = [
  ...leadWrites,
  ...leadReads,
  ...formFieldOperations,
  ...mergeOperations,
  ...listOperations,
  ...programOperations,
  ...campaignOperations,
  ...customObjectOperations,
  ...crmOperations,
  ...namedAccountListOperations,
  ...activityOperations,
  ...usageOperations,
  ...bulkImportOperations,
  ...bulkExportOperations,
  ...assetOperations,
  ...unmodelledOperations,
];

/** Names of all operations. One name can stand for several paths. */
const operationNames: ReadonlySet<string> = new Set(ALL.map(({ name }) => name));

const root = plant(ALL);

/** The operation of a path and method. Fixed segments win over named ones: `leads/describe.json` is no lead id. */
function findRoute(method: string, path: string): Route {
  const params: Record<string, string> = {};
  const node = walk(root, path.split('/').slice(1), params);
  if (node === undefined) return { kind: 'unknown' };
  const operation = node.methods.get(method);
  if (operation === undefined) return { kind: 'wrongMethod', allowed: [...node.methods.keys()] };
  return { kind: 'found', operation, params };
}

function walk(node: Node, segments: readonly string[], params: Record<string, string>): Node | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined) return node.methods.size > 0 ? node : undefined;
  const fixed = node.fixed.get(segment);
  const found = fixed && walk(fixed, rest, params);
  if (found !== undefined) return found;
  for (const { name, suffix, node: next } of node.named) {
    if (!segment.endsWith(suffix) || segment.length === suffix.length) continue;
    const end = walk(next, rest, params);
    if (end === undefined) continue;
    params[name] = decode(segment.slice(0, segment.length - suffix.length));
    return end;
  }
  return undefined;
}

function plant(operations: readonly Operation[]): Node {
  const top = newNode();
  for (const operation of operations) {
    let node = top;
    for (const segment of operation.path.split('/').slice(1)) node = child(node, segment);
    if (!node.methods.has(operation.method)) node.methods.set(operation.method, operation);
  }
  return top;
}

function child(node: Node, segment: string): Node {
  const pattern = /^\{(\w+)\}(.*)$/.exec(segment);
  if (pattern === null) {
    const next = node.fixed.get(segment) ?? newNode();
    node.fixed.set(segment, next);
    return next;
  }
  const [, name = '', suffix = ''] = pattern;
  const known = node.named.find((candidate) => candidate.suffix === suffix && candidate.name === name);
  const next = known?.node ?? newNode();
  if (known === undefined) node.named.push({ name, suffix, node: next });
  return next;
}

function newNode(): Node {
  return { fixed: new Map(), named: [], methods: new Map() };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export type { Route };
export { ALL, findRoute, operationNames };
