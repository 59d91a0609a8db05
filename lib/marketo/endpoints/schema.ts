import { createdBefore, whenCodeIs } from './already-done.ts';
import { defineEndpoint, type EndpointRow } from './define-endpoint.ts';
import type { Endpoint } from './types.ts';

// Marketo: fields, custom-objects ("Custom Object Types"), activities ("Create Type" and after). All of them name what
// they change by a unique API name and say what it shall be, so a repetition fails or changes nothing. None answers
// `result[i]` for `input[i]`.

/** Of an API name that is taken, Marketo says that the object exists (Marketo: error-codes, 1017). */
const CREATE = { alreadyDone: whenCodeIs('1017') };
const REMOVAL = { alreadyDone: whenCodeIs('1013') };
const FIELD_REMOVAL = { alreadyDone: whenCodeIs('1006', '1013') };

const FIELDS: readonly Endpoint[] = [
  schemaChange('createLeadFields', '/rest/v1/leads/schema/fields.json', { recordLimit: 100, ...CREATE }),
  schemaChange('updateLeadField', '/rest/v1/leads/schema/fields/{fieldApiName}.json', { recordLimit: 1 }),
  schemaChange('createProgramMemberFields', '/rest/v1/programs/members/schema/fields.json', {
    recordLimit: 20,
    ...CREATE,
  }),
  schemaChange('updateProgramMemberField', '/rest/v1/programs/members/schema/fields/{fieldApiName}.json', {
    recordLimit: 1,
  }),
];

const TYPE = '/rest/v1/customobjects/schema/{apiName}';
const FIELDS_PER_TYPE = 50;

const CUSTOM_OBJECT_TYPES: readonly Endpoint[] = [
  schemaChange('syncCustomObjectType', '/rest/v1/customobjects/schema.json', { alreadyDone: createdBefore }),
  schemaState('approveCustomObjectType', `${TYPE}/approve.json`),
  schemaState('discardCustomObjectTypeDraft', `${TYPE}/discardDraft.json`),
  schemaState('deleteCustomObjectType', `${TYPE}/delete.json`, REMOVAL),
  schemaChange('addCustomObjectTypeFields', `${TYPE}/addField.json`, { recordLimit: FIELDS_PER_TYPE, ...CREATE }),
  schemaChange('deleteCustomObjectTypeFields', `${TYPE}/deleteField.json`, {
    recordLimit: FIELDS_PER_TYPE,
    ...FIELD_REMOVAL,
  }),
  schemaChange('updateCustomObjectTypeField', `${TYPE}/{fieldApiName}/updateField.json`),
];

const ACTIVITY_TYPE = '/rest/v1/activities/external/type/{apiName}';

const ACTIVITY_TYPES: readonly Endpoint[] = [
  schemaChange('createCustomActivityType', '/rest/v1/activities/external/type.json', CREATE),
  schemaChange('updateCustomActivityType', `${ACTIVITY_TYPE}.json`),
  schemaState('approveCustomActivityType', `${ACTIVITY_TYPE}/approve.json`),
  schemaState('discardCustomActivityTypeDraft', `${ACTIVITY_TYPE}/discardDraft.json`),
  schemaState('deleteCustomActivityType', `${ACTIVITY_TYPE}/delete.json`, REMOVAL),
  schemaChange('createCustomActivityTypeAttributes', `${ACTIVITY_TYPE}/attributes/create.json`, CREATE),
  schemaChange('updateCustomActivityTypeAttributes', `${ACTIVITY_TYPE}/attributes/update.json`),
  schemaChange('deleteCustomActivityTypeAttributes', `${ACTIVITY_TYPE}/attributes/delete.json`, FIELD_REMOVAL),
];

const SCHEMA: readonly Endpoint[] = [...FIELDS, ...CUSTOM_OBJECT_TYPES, ...ACTIVITY_TYPES];

type More = Pick<EndpointRow, 'recordLimit' | 'alreadyDone'>;

function schemaChange(operation: string, path: string, more: More = {}): Endpoint {
  return defineEndpoint({ operation, path, idempotent: true, ...more });
}

/** A change of state, with no body. */
function schemaState(operation: string, path: string, more: More = {}): Endpoint {
  return defineEndpoint({ operation, path, idempotent: true, bodyForm: 'none', ...more });
}

export { SCHEMA };
