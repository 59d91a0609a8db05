import { CATALOGUE } from '../marketo/catalogue/catalogue.ts';
import type { Dice } from './dice.ts';

/**
 * A fault that belongs to one message or one operation, and never ends: every call that holds the message, or every
 * call of the operation, meets it.
 *
 * - `response`: the whole call answers this code; an empty code is an error without one.
 * - `noErrors`: `success: false`, and no error that says why.
 * - `http`: an HTTP status with a page of HTML.
 * - `record`: its own records are skipped with this code, their neighbours are not.
 * - `hang`, `reset`: Marketo never answers, or the connection breaks.
 * - `kills`: the worker ends that claims it, before anything of it is written, or that sends it.
 */
type OwnFault =
  | { readonly kind: 'response' | 'http' | 'record'; readonly code: string }
  | { readonly kind: 'kills'; readonly when: 'claimed' | 'sent' }
  | { readonly kind: 'noErrors' | 'hang' | 'reset' };

const codesAt = (level: string): readonly string[] => [
  ...new Set(CATALOGUE.filter((row) => row.level === level).map((row) => row.code)),
];

/** Limits that all share are no one message's fault, whatever it holds; a record of these two is as it should be. */
const OF_ALL = new Set(['606', '607', '615', '1020', '1029']);
const ALREADY_SO = new Set(['1015', '1037']);
const UNKNOWN_CODES = ['699', '799', '1999', '0', '5999', 'abc', ''];
const RESPONSE_CODES = [...codesAt('response'), ...UNKNOWN_CODES].filter((code) => !OF_ALL.has(code));
const RECORD_CODES = [...codesAt('record'), '1999'].filter((code) => !OF_ALL.has(code) && !ALREADY_SO.has(code));
const HTTP_STATUSES = ['400', '403', '404', '408', '418', '429', '500', '502', '503', '504', '599'];
/** What a server that is at fault answers for all its calls. */
const SERVER_CODES = ['603', '604', '608', '611', '713', '5999', ''];

function drawOwnFault(dice: Dice): OwnFault {
  switch (dice.whole(0, 9)) {
    case 0:
      return { kind: 'hang' };
    case 1:
      return { kind: 'reset' };
    case 2:
      return { kind: 'noErrors' };
    case 3:
    case 4:
      return { kind: 'http', code: dice.pick(HTTP_STATUSES) };
    case 5:
      return { kind: 'record', code: dice.pick(RECORD_CODES) };
    default:
      return { kind: 'response', code: dice.pick(RESPONSE_CODES) };
  }
}

/** What may be repeated is not claimed before it is sent. */
function drawKiller(dice: Dice): OwnFault {
  return { kind: 'kills', when: dice.pick(['claimed', 'sent']) };
}

function drawOperationFault(dice: Dice): OwnFault {
  return dice.chance(0.3)
    ? { kind: 'http', code: dice.pick(['500', '502', '503', '504']) }
    : { kind: 'response', code: dice.pick(SERVER_CODES) };
}

/** Faults of the data that may be one record's, and failures that may pass. Whole refusals are taken for the endpoint's. */
const OF_ONE_RECORD = new Set([
  '609',
  '701',
  '704',
  '709',
  '718',
  '1001',
  '1003',
  '1006',
  '604',
  '611',
  '713',
  '500',
  '502',
  '504',
]);

/** Whether the relay promises to find the record, and to deliver the others of its message. */
function isOfOneRecord(fault: OwnFault): boolean {
  return 'code' in fault ? fault.kind !== 'record' && OF_ONE_RECORD.has(fault.code) : fault.kind !== 'kills';
}

function describeOwnFault(fault: OwnFault): string {
  return 'code' in fault ? `${fault.kind} ${fault.code || '(no code)'}` : fault.kind;
}

export type { OwnFault };
export { describeOwnFault, drawKiller, drawOperationFault, drawOwnFault, isOfOneRecord };
