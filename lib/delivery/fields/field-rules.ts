import type { Schemas } from '../../schema/schema-keeper.ts';
import type { UnknownFields } from '../../settings/unknown-fields.ts';

/** What is made of the subscription's fields. */
interface FieldRules {
  readonly schemas: Schemas;
  readonly unknownFields: UnknownFields;
  /** For how long messages are held whose field has gone from Marketo. */
  readonly holdMs: number;
}

export type { FieldRules };
