/**
 * The fields of an object type, as Describe gives them, in as little as the relay needs.
 *
 * Marketo: leads ("Describe"): "the primary source of truth for whether fields are available for use".
 */
interface ObjectSchema {
  readonly fields: readonly SchemaField[];
  /** What tells one object from another, all of them together. Empty for leads. */
  readonly dedupeFields: readonly string[];
}

interface SchemaField {
  /** By which the REST API takes it: `firstName`. */
  readonly name: string;
  /** The name that the SOAP API had for it, and forms still have: `FirstName`. */
  readonly formName?: string;
  /** On the screen. */
  readonly displayName?: string;
  /** Marketo's word: `integer`, `string`, `datetime`. */
  readonly dataType?: string;
  /** Characters. */
  readonly length?: number;
  readonly readOnly?: true;
  /** Of a form: so it says. */
  readonly required?: true;
}

/**
 * What a schema is of: `leads`, `customobjects/order_c`, `forms/1029`. It is a part of the path of Describe, and the name of
 * the item that keeps the schema.
 */
type ObjectType =
  | 'leads'
  | 'companies'
  | 'opportunities'
  | 'opportunities/roles'
  | 'salespersons'
  | 'namedaccounts'
  | 'activities'
  | 'programs/members'
  | `customobjects/${string}`
  | `forms/${number}`;

/** A field by its name as Marketo may read it: nobody has documented whether case counts, so it never decides. */
function nameKey(name: string): string {
  return name.trim().toLowerCase();
}

export type { ObjectSchema, ObjectType, SchemaField };
export { nameKey };
