import * as z from 'zod';
import { toJsonText } from '../message/json-text.ts';
import type { MessageProblem } from '../message/problem.ts';

/**
 * Which lead a posted form becomes, as data: names of form fields to API names of lead fields.
 *
 * @example
 * { name: 'newsletter', fields: { mail: 'email', first: 'firstName' }, values: { leadSource: 'Newsletter' } }
 */
interface WebhookForm {
  /** The last part of its address: `/forms/newsletter`. Letters, digits, `-` and `_`, 64 at most. */
  readonly name: string;
  /** Name of a form field to the API name of the lead's field. What is not named is left out. */
  readonly fields: Readonly<Record<string, string>>;
  /** Form fields that must be filled in, beside the one of `lookupField`. @default none */
  readonly required?: readonly string[];
  /** @default 'email' */
  readonly lookupField?: string;
  /** @default 'createOrUpdate' */
  readonly action?: 'createOnly' | 'updateOnly' | 'createOrUpdate' | 'createDuplicate';
  /** @default the subscription's own */
  readonly partitionName?: string;
  /** Fields of the lead that are the same for each post. @default none */
  readonly values?: Readonly<Record<string, string | number | boolean>>;
}

type FormReading =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'incomplete'; readonly problems: readonly MessageProblem[] };

/** API Gateway ends a loop of a mapping template at 1,000 rounds (quotas for REST APIs). */
const MAX_FORM_PAIRS = 1_000;
const MAX_FORMS = 20;
const MAX_FIELDS = 200;
/** Marketo writes the values of a field with several of them so. */
const SEPARATOR = ';';
const SYNC_LEADS = '/rest/v1/leads.json';

/** No control character, quote, dollar sign, hash or backslash: names stand in mapping templates too. */
const FIELD_NAME = /^[^\p{C}"'$#\\]{1,100}$/u;
const API_NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;

const fieldName = z.string().regex(FIELD_NAME, 'expected 1 to 100 characters without quotes, $, # and \\');
const apiName = z.string().regex(API_NAME, 'expected the API name of a field of the lead, such as firstName');
const formSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, "-" and "_"'),
    fields: z
      .record(fieldName, apiName)
      .refine((fields) => Object.keys(fields).length > 0, 'expected a field at least')
      .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `expected at most ${MAX_FIELDS} fields`),
    required: z.array(fieldName).max(MAX_FIELDS).optional(),
    lookupField: apiName.optional(),
    action: z.enum(['createOnly', 'updateOnly', 'createOrUpdate', 'createDuplicate']).optional(),
    partitionName: z.string().min(1).max(255).optional(),
    values: z.record(apiName, z.union([z.string().max(2_000), z.number(), z.boolean()])).optional(),
  })
  .superRefine((form, context) => {
    const targets = [...Object.values(form.fields), ...Object.keys(form.values ?? {})];
    const twice = targets.find((name, index) => targets.indexOf(name) !== index);
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (twice !== undefined) issue('fields', `expected each field of the lead once; ${twice} is there twice`);
    const lookup = form.lookupField ?? 'email';
    if (!targets.includes(lookup)) issue('fields', `expected a form field for ${lookup}, which the lead is found by`);
    const strange = form.required?.find((name) => !Object.hasOwn(form.fields, name));
    if (strange !== undefined) issue('required', `expected names that are in fields; ${strange} is not`);
  });
const formsSchema = z
  .array(formSchema)
  .max(MAX_FORMS)
  .superRefine((forms, context) => {
    const names = forms.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: 'custom', message: `expected each name once; ${twice} is there twice` });
  });

/**
 * Checks a list of forms.
 *
 * @returns the forms, or every problem, as the end of a sentence that says where they came from.
 */
function readForms(
  value: unknown,
): { readonly forms: readonly WebhookForm[] } | { readonly problems: readonly string[] } {
  const read = formsSchema.safeParse(value);
  if (read.success) return { forms: read.data as readonly WebhookForm[] };
  return {
    problems: read.error.issues.map(({ path, message }) => {
      const [index, ...inner] = path;
      const where =
        index === undefined ? 'the list' : `[${String(index)}]${inner.map((step) => `.${String(step)}`).join('')}`;
      return `${where}: ${message}`;
    }),
  };
}

/** Form fields without which nothing is published. */
function requiredFields({ fields, required = [], lookupField = 'email' }: WebhookForm): readonly string[] {
  const lookup = Object.keys(fields).filter((name) => fields[name] === lookupField);
  return [...new Set([...lookup, ...required])];
}

/**
 * The message of a posted form (`application/x-www-form-urlencoded`). A field that is left empty is left out, so that it
 * does not empty what Marketo knows; one that is there several times, such as ticked boxes, becomes one value with
 * semicolons.
 */
function formMessage(form: WebhookForm, body: string): FormReading {
  const values = readPairs(body);
  if (values === undefined) {
    const expected = `at most ${MAX_FORM_PAIRS} fields, with each % before two hexadecimal digits`;
    return { kind: 'incomplete', problems: [{ path: '', expected }] };
  }
  const missing = requiredFields(form).filter((name) => !values.has(name));
  if (missing.length > 0) return { kind: 'incomplete', problems: missing.map(missingProblem) };
  const lead = Object.entries(form.fields).flatMap(([name, target]) => {
    const value = values.get(name);
    return value === undefined ? [] : [[target, value] as const];
  });
  return { kind: 'message', text: toJsonText(requestOf(form, { ...form.values, ...Object.fromEntries(lead) })) };
}

function missingProblem(name: string): MessageProblem {
  return { path: name, expected: 'a form field that is filled in' };
}

function requestOf(form: WebhookForm, lead: Readonly<Record<string, unknown>>) {
  const { action = 'createOrUpdate', lookupField = 'email', partitionName } = form;
  return {
    path: SYNC_LEADS,
    body: { action, lookupField, ...(partitionName === undefined ? {} : { partitionName }), input: [lead] },
  };
}

/** What is filled in. Undefined when it is no form, or too large a one. */
function readPairs(body: string): ReadonlyMap<string, string> | undefined {
  const pairs = body.split('&');
  if (pairs.length > MAX_FORM_PAIRS || /%(?![0-9A-Fa-f]{2})/.test(body)) return undefined;
  const values = new Map<string, string>();
  // Without the & it would take a first question mark for the mark of a query.
  for (const [name, value] of new URLSearchParams(`&${body}`)) {
    if (value === '') continue;
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}${SEPARATOR}${value}`);
  }
  return values;
}

export type { FormReading, WebhookForm };
export { formMessage, MAX_FORM_PAIRS, missingProblem, readForms, requestOf, requiredFields, SEPARATOR };
