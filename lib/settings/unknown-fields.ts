import { accept, type Parsed, refuse, shown } from './parse.ts';

const UNKNOWN_FIELDS = ['letter', 'strip', 'send'] as const;

/**
 * What becomes of a record with a field that Marketo certainly does not have.
 *
 * - `letter`: it is a dead letter, before a call is spent on it.
 * - `strip`: it is delivered without the field.
 * - `send`: it is sent as it is. No record is looked at.
 */
type UnknownFields = (typeof UNKNOWN_FIELDS)[number];

const DEFAULT_UNKNOWN_FIELDS: UnknownFields = 'letter';

function parseUnknownFields(text: string): Parsed<UnknownFields> {
  const choice = UNKNOWN_FIELDS.find((one) => one === text);
  return choice === undefined ? refuse(`is ${shown(text)}: give one of ${UNKNOWN_FIELDS.join(', ')}`) : accept(choice);
}

export type { UnknownFields };
export { DEFAULT_UNKNOWN_FIELDS, parseUnknownFields, UNKNOWN_FIELDS };
