import type { Objects } from '../database/objects.ts';
import { type ApiCall, type Entry, type Operation, operations } from '../operation.ts';
import { fail, type Outcome } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { deleteObjects, describeObjects, getObjects, syncObjects } from './object-sync.ts';

type Use = (objects: Objects, call: ApiCall, subscription: Subscription) => Outcome;

/** With a native CRM sync these belong to the CRM (Marketo: error-codes 1018). */
const CRM_TYPES: readonly (readonly [name: string, operation: string])[] = [
  ['companies', 'Companies'],
  ['opportunities', 'Opportunities'],
  ['opportunities/roles', 'OpportunityRoles'],
  ['salespersons', 'SalesPersons'],
];

function crmEntries([name, operation]: readonly [string, string]): Entry[] {
  const writable =
    (use: Use) =>
    (call: ApiCall, subscription: Subscription): Outcome => {
      // Rule: objects-crm
      if (subscription.features.nativeCrm) return fail('1018', 'CRM Enabled');
      return withObjects(name, use)(call, subscription);
    };
  return [
    [`sync${operation}`, 'POST', `/rest/v1/${name}.json`, writable(syncObjects)],
    [`delete${operation}`, 'POST', `/rest/v1/${name}/delete.json`, writable(deleteObjects)],
    [`get${operation}`, 'GET', `/rest/v1/${name}.json`, withObjects(name, getObjects)],
    [`describe${operation}`, 'GET', `/rest/v1/${name}/describe.json`, withObjects(name, describeObjects)],
  ];
}

function namedAccountEntries(): Entry[] {
  const enabled =
    (use: Use) =>
    (call: ApiCall, subscription: Subscription): Outcome => {
      // Rule: objects-named-accounts
      if (!subscription.features.namedAccounts) return fail('703', 'The feature is not enabled for the subscription');
      return withObjects('namedaccounts', use)(call, subscription);
    };
  return [
    ['syncNamedAccounts', 'POST', '/rest/v1/namedaccounts.json', enabled(syncObjects)],
    ['deleteNamedAccounts', 'POST', '/rest/v1/namedaccounts/delete.json', enabled(deleteObjects)],
    ['getNamedAccounts', 'GET', '/rest/v1/namedaccounts.json', enabled(getObjects)],
    ['describeNamedAccounts', 'GET', '/rest/v1/namedaccounts/describe.json', enabled(describeObjects)],
  ];
}

function withObjects(name: string, use: Use) {
  return (call: ApiCall, subscription: Subscription): Outcome => {
    const objects = subscription.database.objects.get(name);
    return objects === undefined ? fail('1013', `Object '${name}' not found`) : use(objects, call, subscription);
  };
}

const crmOperations: readonly Operation[] = operations('json', [
  ...CRM_TYPES.flatMap(crmEntries),
  ...namedAccountEntries(),
]);

export { crmOperations };
