import { isObject, type Json, type JsonObject, type MarketoRequest, takesMethodOverride } from '../request.ts';
import { ACTIVITIES } from './activities.ts';
import { ASSET_READS } from './asset-reads.ts';
import { ASSETS } from './assets.ts';
import { BULK } from './bulk.ts';
import { CAMPAIGNS } from './campaigns.ts';
import { CRM_OBJECTS } from './crm-objects.ts';
import { CUSTOM_OBJECTS } from './custom-objects.ts';
import { bodyFormOf, familyEndpoint } from './families.ts';
import { ownValue } from './keys.ts';
import { LEADS } from './leads.ts';
import { LISTS } from './lists.ts';
import { NAMED_ACCOUNTS } from './named-accounts.ts';
import { indexByPath } from './path-index.ts';
import { PROGRAMS } from './programs.ts';
import { READS } from './reads.ts';
import { SCHEMA } from './schema.ts';
import type { Endpoint } from './types.ts';

/** Every operation that the relay knows by name. */
const ENDPOINTS: readonly Endpoint[] = Object.freeze([
  ...LEADS,
  ...LISTS,
  ...PROGRAMS,
  ...CUSTOM_OBJECTS,
  ...CRM_OBJECTS,
  ...NAMED_ACCOUNTS,
  ...CAMPAIGNS,
  ...ACTIVITIES,
  ...SCHEMA,
  ...BULK,
  ...ASSETS,
  ...READS,
  ...ASSET_READS,
]);

const index = indexByPath(ENDPOINTS);

/**
 * The row for a request, or the rule of its family of paths for one that has none. Never fails.
 *
 * A POST with `_method=GET` is the read that it stands for (Marketo: lead-database, "Long URIs"); `_method=DELETE` is
 * seen in recordings and taken likewise. The asset API has dropped `_method`, and of bulk nothing is said: there it
 * changes nothing.
 *
 * @example
 * matchEndpoint({ method: 'POST', path: '/rest/v1/leads.json' }).operation; // 'syncLeads'
 */
function matchEndpoint(request: MarketoRequest): Endpoint {
  const override = methodOverride(request);
  if (override === undefined)
    return index.find(request.method, request.path) ?? familyEndpoint(request, isGet(request));
  if (override === 'GET') {
    const row = index.find('GET', request.path) ?? familyEndpoint(request, true);
    return { ...row, method: request.method, bodyForm: bodyFormOf(request) };
  }
  const row = override === 'DELETE' ? index.find('DELETE', request.path) : undefined;
  return row === undefined ? familyEndpoint(request, false) : { ...row, method: request.method };
}

/**
 * What a path can mean: the rows that fit it, one for each method that has one, in the order GET, POST, DELETE. A row that
 * fits by a placeholder only where another has the very word is none of them: `email/byName.json` is no e-mail's id.
 *
 * @example
 * readingsOf('/rest/v1/lists/7/leads.json').map((row) => row.operation);
 * // ['getLeadsOfList', 'addLeadsToList', 'removeLeadsFromList']
 */
function readingsOf(path: string): readonly Endpoint[] {
  return index.readings(path);
}

/**
 * The records that `result` will answer one by one, or undefined where it will not: the endpoint is not aligned, the
 * ids are in the query, or `input` is no array of objects or an empty one.
 */
function recordsOf(request: MarketoRequest, endpoint: Endpoint): readonly JsonObject[] | undefined {
  if (!endpoint.aligned || Object.hasOwn(request.query ?? {}, 'id')) return undefined;
  return inputOf(request);
}

/**
 * The keys of everything that a request changes, each once: of its records, whether `result` is aligned or not, and of
 * the ids in the query of list and delete calls.
 */
function keysOf(request: MarketoRequest, endpoint: Endpoint): readonly string[] {
  const ids = endpoint.aligned ? [ownQuery(request, 'id') ?? []].flat() : [];
  const records = [...(inputOf(request) ?? []), ...ids.map((id): JsonObject => ({ id }))];
  const keys = records.map((record) => endpoint.recordKeys(request, record));
  return [...new Set(keys.flatMap(({ found, set }) => [...found, ...set]))];
}

function inputOf(request: MarketoRequest): readonly JsonObject[] | undefined {
  const input: Json | undefined = ownValue(request.body ?? {}, 'input');
  return Array.isArray(input) && input.length > 0 && input.every(isObject) ? input : undefined;
}

/** The method that a POST asks to be taken for; in the query as a rule, in the form body in some recordings. */
function methodOverride(request: MarketoRequest): string | undefined {
  if (request.method !== 'POST' || !takesMethodOverride(request.path)) return undefined;
  const override = ownQuery(request, '_method') ?? ownValue(request.form ?? {}, '_method');
  return override === undefined ? undefined : String(override).toUpperCase();
}

function ownQuery(request: MarketoRequest, name: string): NonNullable<MarketoRequest['query']>[string] | undefined {
  const query = request.query ?? {};
  return Object.hasOwn(query, name) ? query[name] : undefined;
}

function isGet(request: MarketoRequest): boolean {
  return request.method === 'GET';
}

export { ENDPOINTS, keysOf, matchEndpoint, readingsOf, recordsOf };
