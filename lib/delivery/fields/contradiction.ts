import type { MarketoError } from '../../marketo/reply.ts';
import type { SchemaView } from '../../schema/schema-view.ts';
import type { CallResult } from '../call/call-result.ts';

/** Marketo: error-codes. 1006 is about a field; 1003 can be, and names it then. */
const NO_SUCH_FIELD = '1006';
const INVALID_DATA = '1003';
/** Records and errors of one reply that are looked at. */
const MAX_RECORDS = 1_000;
const MAX_ERRORS = 50;

/**
 * What a reply says against a schema.
 *
 * - `missing`: a field that the schema has is not there; or, with no schema, some field is not.
 * - `invalid`: something is wrong with the data of a field that the schema has.
 */
type Contradiction = 'missing' | 'invalid';

/** What a reply says of fields: as the fault of the whole call, or of single records. */
function saidOfFields(result: CallResult): readonly MarketoError[] {
  const fault = 'fault' in result ? result.fault : undefined;
  const ofCall = fault === undefined ? [] : [{ code: fault.code, message: fault.text }];
  const ofRecords = [...result.outcomes.values()].slice(0, MAX_RECORDS).flatMap((outcome) => {
    if (outcome.kind !== 'dead') return [];
    const { code, message, errors } = outcome.verdict;
    return [{ code, message }, ...errors];
  });
  const isOfField = ({ code }: MarketoError): boolean => code === NO_SUCH_FIELD || code === INVALID_DATA;
  return [...ofCall, ...ofRecords].filter(isOfField).slice(0, MAX_ERRORS);
}

/** Whether what was said contradicts the schema. A reply that names nothing could be about anything. */
function contradictionIn(said: readonly MarketoError[], view: SchemaView | undefined): Contradiction | undefined {
  const isContrary = ({ code, message }: MarketoError): boolean => {
    if (view === undefined) return code === NO_SUCH_FIELD;
    const names = namesIn(message);
    // In another case it is another name, as far as is known.
    return names.length === 0 ? code === NO_SUCH_FIELD : names.some((name) => view.field(name)?.name === name);
  };
  const contrary = said.filter(isContrary);
  if (contrary.some(({ code }) => code === NO_SUCH_FIELD)) return 'missing';
  return contrary.length > 0 ? 'invalid' : undefined;
}

/** What stands in quotes: "Field 'favouriteColour' not found". */
function namesIn(message: string): readonly string[] {
  return [...message.matchAll(/['‘’"[]([^'‘’"\]]{1,255})['‘’"\]]/g)].map(([, name]) => name ?? '');
}

export type { Contradiction };
export { contradictionIn, NO_SUCH_FIELD, saidOfFields };
