import { isObject, type JsonObject } from '../marketo/request.ts';
import type { Finding, Views } from './check-record.ts';
import { nameKey, type ObjectType, type SchemaField } from './object-schema.ts';
import type { SchemaView } from './schema-view.ts';

/**
 * What is certainly wrong with a submission. Marketo takes REST API names ("firstName"), all of which must be fields of the
 * form, and drops the whole submission for one that is not (Marketo: leads, "Submit Form"; canonical/ubuntu.com, 16793). The
 * form's own list has other names ("FirstName"); only Describe of leads brings the two together. So a field is certainly
 * not the form's when it is a lead's, its other name is known, and the form has neither of the two; or when it is
 * neither the form's, nor a lead's, nor a program member's.
 *
 * @param types the form's, then those of leads and program members
 */
function fieldsInForm(types: readonly ObjectType[], record: JsonObject, views: Views): readonly Finding[] {
  const { leadFormFields } = record;
  const [form, leads, members] = types.map(views);
  if (!isObject(leadFormFields)) return [];
  return Object.keys(leadFormFields).flatMap((name): readonly Finding[] => {
    if (nameKey(name) === 'email' || form?.hasLike(name)) return [];
    const field = leads?.field(name);
    if (field !== undefined) {
      const isElsewhere = form !== undefined && field.formName !== undefined && !form.hasLike(field.formName);
      return isElsewhere ? [{ kind: 'unknown', types: types.slice(0, 2), field: name, ofForm: true }] : [];
    }
    if (leads === undefined || members === undefined || members.field(name) !== undefined) return [];
    const removedAtMs = leads.removedAtMs(name) ?? members.removedAtMs(name);
    return [{ kind: 'unknown', types, field: name, ...(removedAtMs !== undefined && { removedAtMs }) }];
  });
}

/** The fields that a form calls required and a submission lacks. The flag is stale at times: it is worth a warning. */
function missingInForm(record: JsonObject, form: SchemaView, leads: SchemaView | undefined): readonly string[] {
  const given = isObject(record.leadFormFields) ? Object.keys(record.leadFormFields) : [];
  const formNames = given.flatMap((name) => [name, leads?.field(name)?.formName ?? name].map(nameKey));
  const isGiven = ({ name }: SchemaField): boolean => formNames.includes(nameKey(name));
  return form.schema.fields.filter((field) => field.required && !isGiven(field)).map(({ name }) => name);
}

export { fieldsInForm, missingInForm };
