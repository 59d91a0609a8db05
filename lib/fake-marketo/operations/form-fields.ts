import { type ApiCall, type Operation, operations, readId } from '../operation.ts';
import { fail, type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { formName } from './lead-reads.ts';

/** A form's list has other names for fields than its submissions: `FirstName` for `firstName` (Marketo: forms). */
function getFormFields(call: ApiCall, { database }: Subscription): Outcome {
  const id = readId(call.params.id);
  const fields = id === undefined ? undefined : database.forms.get(id);
  // Rule: form-fields
  if (fields === undefined) return fail('702', `Form '${String(call.params.id)}' not found`);
  return succeed(
    [...fields].map((name, rowNumber) => ({
      id: formName(name),
      label: `${name}:`,
      dataType: name === 'email' ? 'email' : 'text',
      rowNumber,
      columnNumber: 0,
      required: name === 'email',
      formPrefill: true,
      visibilityRules: { ruleType: 'alwaysShow' },
    })),
  );
}

const formFieldOperations: readonly Operation[] = operations('none', [
  ['getFormFields', 'GET', '/rest/asset/v1/form/{id}/fields.json', getFormFields],
]);

export { formFieldOperations };
