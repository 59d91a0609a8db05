import type { UnknownFields } from '../settings/unknown-fields.ts';

/** What the relay makes of the subscription's fields, which it asks Marketo for. */
interface FieldProps {
  /**
   * What becomes of a record with a field that Marketo certainly does not have: `letter` makes it a dead letter before a call is
   * spent, `strip` delivers it without the field, `send` sends it as it is and asks for no fields.
   *
   * @default 'letter'
   */
  readonly unknownFields?: UnknownFields;

  /**
   * For how long messages are held whose field has gone from Marketo, in case it comes back, in hours: 0 to 168.
   *
   * @default 24
   */
  readonly schemaChangeHoldHours?: number;
}

export type { FieldProps };
