import type { FailureLevel, RelayCode } from './types.ts';

interface RelayCodeEntry {
  readonly code: RelayCode;
  readonly level: FailureLevel;
  readonly name: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly retriable: boolean;
  readonly outcomeUnknown: boolean;
}

/** How to find out what became of a call whose outcome is unknown, and how to send it again all the same. */
const CHECK_AND_SEND_ANYWAY =
  'Look in Marketo first whether it was done: the activity log of the person, the records, or the campaign, around the ' +
  'time of the last try. If it was not, publish the original body (`message.body`) again under a new `id`, or with ' +
  '`"idempotent": true` if doing it twice does no harm. Putting this letter back unchanged does not send it.';

const ENTRIES: readonly RelayCodeEntry[] = [
  {
    code: 'invalidMessage',
    level: 'message',
    name: 'Invalid message',
    meaning: 'The body is not a request that the relay accepts. No call was made.',
    remedy: 'Correct every problem listed, in the publisher too, and publish the message again.',
    retriable: false,
    outcomeUnknown: false,
  },
  {
    code: 'expired',
    level: 'message',
    name: 'Past notAfter',
    meaning: 'The instant in `notAfter` had passed before the request could be made. It was not made after that.',
    remedy: 'If it is still wanted, publish the original body again with a later `notAfter`, or without one.',
    retriable: false,
    outcomeUnknown: false,
  },
  {
    code: 'recordTooLarge',
    level: 'message',
    name: 'Record too large',
    meaning: 'Alone in a call, the record is over the 1 MB that Marketo takes as one request. It was not sent.',
    remedy: 'Make the record smaller than 1 MB of UTF-8, for example by leaving out or shortening long text fields.',
    retriable: false,
    outcomeUnknown: false,
  },
  {
    code: 'attemptsExhausted',
    level: 'relay',
    name: 'Attempts exhausted',
    meaning: 'Every attempt that the budget allows failed for a reason that usually passes.',
    remedy:
      'Find out whether the last reason still holds, then put this letter back on the queue: its budget starts anew.',
    retriable: true,
    outcomeUnknown: false,
  },
  {
    code: 'ageExhausted',
    level: 'relay',
    name: 'Age exhausted',
    meaning: 'Attempts failed, for reasons that usually pass, until the message reached the greatest age allowed.',
    remedy:
      'Find out whether the last reason still holds, then put this letter back on the queue: its budget starts anew.',
    retriable: true,
    outcomeUnknown: false,
  },
  {
    code: 'outcomeUnknown',
    level: 'relay',
    name: 'Outcome unknown',
    meaning:
      'The request may have been executed: its reply never arrived whole, or the worker ended in the middle of the call. ' +
      'Doing it twice would not be the same as once, so the relay did not repeat it.',
    remedy: CHECK_AND_SEND_ANYWAY,
    retriable: false,
    outcomeUnknown: true,
  },
  {
    code: 'unreadableReply',
    level: 'relay',
    name: 'Unreadable reply',
    meaning:
      'The reply was not a Marketo reply: empty, cut short, not JSON, or with another number of results than records.',
    remedy:
      'Read `response`. A page from a proxy or a wrong base URL is put right in the settings; otherwise give `requestId`, ' +
      'request and response to Marketo support. Then put this letter back.',
    retriable: true,
    outcomeUnknown: false,
  },
  {
    code: 'redirected',
    level: 'relay',
    name: 'Redirected',
    meaning: 'The reply pointed to another address. The relay never follows, because its token would go there too.',
    remedy: 'Correct the base URL: the REST endpoint under Admin, Web Services. Then put this letter back.',
    retriable: true,
    outcomeUnknown: false,
  },
  {
    code: 'httpStatus',
    level: 'relay',
    name: 'Unexpected HTTP status',
    meaning: 'The reply had an HTTP status that Marketo does not document and no error code in its body.',
    remedy:
      'Read `response` for who answered. Put this letter back when the cause is gone; ask Marketo support if it stays.',
    retriable: true,
    outcomeUnknown: false,
  },
];

const RELAY_CODES: Readonly<Record<RelayCode, RelayCodeEntry>> = Object.fromEntries(
  ENTRIES.map((entry) => [entry.code, entry]),
) as Record<RelayCode, RelayCodeEntry>;

export type { RelayCodeEntry };
export { CHECK_AND_SEND_ANYWAY, RELAY_CODES };
