import type { Json, JsonObject } from '../json.ts';
import { type Reason, reason } from '../outcome.ts';

type FieldType = 'string' | 'text' | 'email' | 'integer' | 'float' | 'boolean' | 'date' | 'datetime';

interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Most characters of a string or text. Default 255, and 30,000 for text. */
  readonly length?: number;
  /** Belongs to the company: not writable through the lead endpoints (1021). */
  readonly company?: true;
  readonly readOnly?: true;
  /** Can be a `lookupField` or `filterType`. */
  readonly searchable?: true;
}

type FieldSet = ReadonlyMap<string, Field>;

/** More reasons than this help nobody. */
const MAX_REASONS = 5;
// Rule: leads-ascii-email
const EMAIL = /^[!-~]+@[!-~]+\.[A-Za-z]{2,}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

function fieldSet(fields: readonly Field[]): Map<string, Field> {
  return new Map(fields.map((field) => [field.name, field]));
}

/** Every problem with the fields of a record: unknown, not writable, or of another type. */
function fieldProblems(fields: FieldSet, record: JsonObject, options: { companyFields: boolean }): Reason[] {
  const problems: Reason[] = [];
  for (const [name, value] of Object.entries(record)) {
    if (problems.length === MAX_REASONS) break;
    const field = fields.get(name);
    // Rule: leads-field-unknown
    if (field === undefined) problems.push(reason('1006', `Field '${name}' not found`));
    // Rule: leads-company-field
    else if (field.company && !options.companyFields) problems.push(reason('1021', 'Company update not allowed'));
    // Rule: leads-read-only
    else if (field.readOnly) problems.push(reason('1003', `Field '${name}' is not updateable`));
    else {
      const problem = valueProblem(field, value);
      if (problem !== undefined) problems.push(problem);
    }
  }
  return problems;
}

/** Null and the empty string clear any field (Marketo: lead-database). */
function valueProblem(field: Field, value: Json): Reason | undefined {
  // Rule: leads-null-clears
  if (value === null || value === '') return undefined;
  if (typeof value === 'object') return invalid(field, value);
  switch (field.type) {
    case 'integer':
      return isInteger(value) ? undefined : mismatch(field, value);
    case 'float':
      return typeof value !== 'boolean' && Number.isFinite(Number(value)) ? undefined : mismatch(field, value);
    case 'boolean':
      return ['true', 'false', '1', '0'].includes(String(value)) ? undefined : mismatch(field, value);
    case 'email':
      return EMAIL.test(String(value)) && String(value).length <= 255 ? undefined : invalid(field, value);
    case 'date':
      return DATE.test(String(value)) && isDate(String(value)) ? undefined : invalid(field, value);
    case 'datetime':
      return DATE_TIME.test(String(value)) && isDate(String(value)) ? undefined : invalid(field, value);
    case 'string':
    case 'text':
      return String(value).length <= maxLength(field) ? undefined : invalid(field, value);
  }
}

function maxLength(field: Field): number {
  return field.length ?? (field.type === 'text' ? 30_000 : 255);
}

function isInteger(value: string | number | boolean): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= 2_147_483_647;
  return typeof value === 'string' && /^-?\d{1,10}$/.test(value);
}

/** `2026-02-30` has the form of a date and is none. */
function isDate(text: string): boolean {
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  return new Date(day || 0).toISOString().startsWith(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));
}

function mismatch(field: Field, value: Json): Reason {
  // Rule: leads-value-type
  return reason('1001', `Invalid value '${shown(value)}'. Required of type '${field.type}'`);
}

/** Marketo echoes the value, personal or not. */
function invalid(field: Field, value: Json): Reason {
  // Rule: leads-value-invalid
  return reason('1003', `Invalid value for field '${field.name}' and value '${shown(value)}'`);
}

function shown(value: Json): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

export type { Field, FieldSet, FieldType };
export { fieldProblems, fieldSet, valueProblem };
