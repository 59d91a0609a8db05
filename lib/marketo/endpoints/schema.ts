import { defineEndpoint } from './define-endpoint.ts';
import type { Endpoint } from './types.ts';

// Marketo: fields, custom-objects ("Custom Object Types"), activities ("Create Type" and after). All of them name what
// they change by a unique API name and say what it shall be, so a repetition fails or changes nothing. None answers
// `result[i]` for `input[i]`.

const FIELDS: readonly Endpoint[] = [
  schemaChange('createLeadFields', '/rest/v1/leads/schema/fields.json', 100),
  schemaChange('updateLeadField', '/rest/v1/leads/schema/fields/{fieldApiName}.json', 1),
  schemaChange('createProgramMemberFields', '/rest/v1/programs/members/schema/fields.json', 20),
  schemaChange('updateProgramMemberField', '/rest/v1/programs/members/schema/fields/{fieldApiName}.json', 1),
];

const TYPE = '/rest/v1/customobjects/schema/{apiName}';
const FIELDS_PER_TYPE = 50;

const CUSTOM_OBJECT_TYPES: readonly Endpoint[] = [
  schemaChange('syncCustomObjectType', '/rest/v1/customobjects/schema.json'),
  schemaState('approveCustomObjectType', `${TYPE}/approve.json`),
  schemaState('discardCustomObjectTypeDraft', `${TYPE}/discardDraft.json`),
  schemaState('deleteCustomObjectType', `${TYPE}/delete.json`),
  schemaChange('addCustomObjectTypeFields', `${TYPE}/addField.json`, FIELDS_PER_TYPE),
  schemaChange('deleteCustomObjectTypeFields', `${TYPE}/deleteField.json`, FIELDS_PER_TYPE),
  schemaChange('updateCustomObjectTypeField', `${TYPE}/{fieldApiName}/updateField.json`),
];

const ACTIVITY_TYPE = '/rest/v1/activities/external/type/{apiName}';

const ACTIVITY_TYPES: readonly Endpoint[] = [
  schemaChange('createCustomActivityType', '/rest/v1/activities/external/type.json'),
  schemaChange('updateCustomActivityType', `${ACTIVITY_TYPE}.json`),
  schemaState('approveCustomActivityType', `${ACTIVITY_TYPE}/approve.json`),
  schemaState('discardCustomActivityTypeDraft', `${ACTIVITY_TYPE}/discardDraft.json`),
  schemaState('deleteCustomActivityType', `${ACTIVITY_TYPE}/delete.json`),
  schemaChange('createCustomActivityTypeAttributes', `${ACTIVITY_TYPE}/attributes/create.json`),
  schemaChange('updateCustomActivityTypeAttributes', `${ACTIVITY_TYPE}/attributes/update.json`),
  schemaChange('deleteCustomActivityTypeAttributes', `${ACTIVITY_TYPE}/attributes/delete.json`),
];

const SCHEMA: readonly Endpoint[] = [...FIELDS, ...CUSTOM_OBJECT_TYPES, ...ACTIVITY_TYPES];

function schemaChange(operation: string, path: string, recordLimit?: number): Endpoint {
  return defineEndpoint({ operation, path, idempotent: true, ...(recordLimit === undefined ? {} : { recordLimit }) });
}

/** A change of state, with no body. */
function schemaState(operation: string, path: string): Endpoint {
  return defineEndpoint({ operation, path, idempotent: true, bodyForm: 'none' });
}

export { SCHEMA };
