import type { Objects } from '../database/objects.ts';
import type { JsonObject } from '../json.ts';
import { type ApiCall, type Operation, operations } from '../operation.ts';
import { fail, type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { deleteObjects, describeObjects, getObjects, shownType, syncObjects } from './object-sync.ts';

type Use = (objects: Objects, call: ApiCall, subscription: Subscription) => Outcome;

function onType(use: Use) {
  return (call: ApiCall, subscription: Subscription): Outcome => {
    // Rule: objects-disabled
    if (!subscription.features.customObjects) return fail('1026', 'Custom object not enabled');
    const name = call.params.name ?? '';
    const objects = subscription.database.customObjectNames.has(name) && subscription.database.objects.get(name);
    // Rule: objects-unknown-type
    return objects ? use(objects, call, subscription) : fail('1013', `Object '${name}' not found`);
  };
}

function listTypes(_call: ApiCall, { database, features }: Subscription): Outcome {
  if (!features.customObjects) return fail('1026', 'Custom object not enabled');
  return succeed([...database.customObjectNames].flatMap((name) => shownTypes(database.objects.get(name))));
}

function shownTypes(objects: Objects | undefined): JsonObject[] {
  if (objects === undefined) return [];
  const { dedupeFields, idField } = objects.type;
  return [{ ...shownType(objects), searchableFields: [[...dedupeFields], [idField]], fields: [] }];
}

function onSchema(act: (name: string, subscription: Subscription) => Outcome) {
  return (call: ApiCall, subscription: Subscription): Outcome => {
    // Rule: objects-metadata
    if (!subscription.features.customObjectMetadata) return fail('616', 'Invalid subscription type');
    const name = call.params.name ?? '';
    const known = subscription.database.customObjectNames.has(name);
    return known ? act(name, subscription) : fail('1013', `Object '${name}' not found`);
  };
}

const addField = onSchema((name, { database }) => {
  database.objectDrafts.add(name);
  return succeed([{ name, state: 'approvedWithDraft' }]);
});

const approve = onSchema((name, { database }) => {
  if (!database.objectDrafts.delete(name)) return fail('709', 'Custom object has no draft to approve');
  return succeed([{ name, state: 'approved' }]);
});

const discardDraft = onSchema((name, { database }) => {
  // Rule: objects-discard
  if (!database.objectDrafts.delete(name)) return fail('1048', 'Custom Object Discard Draft Failed');
  return succeed([{ name, state: 'approved' }]);
});

/** A type that still has records is in use. */
const deleteType = onSchema((name, { database }) => {
  // Rule: objects-in-use
  if ((database.objects.get(name)?.size ?? 0) > 0) return fail('1022', `Object '${name}' in use`);
  database.customObjectNames.delete(name);
  return succeed([{ name, state: 'deleted' }]);
});

const customObjectOperations: readonly Operation[] = [
  ...operations('json', [
    ['syncCustomObjects', 'POST', '/rest/v1/customobjects/{name}.json', onType(syncObjects)],
    ['deleteCustomObjects', 'POST', '/rest/v1/customobjects/{name}/delete.json', onType(deleteObjects)],
    ['getCustomObjects', 'GET', '/rest/v1/customobjects/{name}.json', onType(getObjects)],
    ['addCustomObjectField', 'POST', '/rest/v1/customobjects/schema/{name}/addField.json', addField],
  ]),
  ...operations('none', [
    ['listCustomObjects', 'GET', '/rest/v1/customobjects.json', listTypes],
    ['describeCustomObject', 'GET', '/rest/v1/customobjects/{name}/describe.json', onType(describeObjects)],
    ['approveCustomObject', 'POST', '/rest/v1/customobjects/schema/{name}/approve.json', approve],
    ['discardCustomObjectDraft', 'POST', '/rest/v1/customobjects/schema/{name}/discardDraft.json', discardDraft],
    ['deleteCustomObjectType', 'POST', '/rest/v1/customobjects/schema/{name}/delete.json', deleteType],
  ]),
];

export { customObjectOperations };
