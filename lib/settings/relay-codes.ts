/**
 * What the relay itself says of a message, beside Marketo's codes (`lib/marketo/catalogue`): every reason for a dead
 * letter, a retry or a wait that no reply gave. The page `docs/error-codes.md` is written from this table.
 */

/**
 * Where a code leads.
 *
 * - `deadLetter`: it is the code of a dead letter.
 * - `retry`: the call failed and may succeed later. It counts as an attempt; when the budget is spent, the dead letter has
 *   the code `attemptsExhausted` or `ageExhausted` and names this one as the last reason.
 * - `wait`: the message goes back to the queue, or its call waits inside the function. No attempt is counted.
 */
type RelayCodeEffect = 'deadLetter' | 'retry' | 'wait';

interface RelayCodeEntry {
  /** What is at fault: the message, or the relay and what it works with. */
  readonly level: 'message' | 'relay';
  readonly name: string;
  readonly meaning: string;
  /** What an operator or publisher does. */
  readonly remedy: string;
  readonly leadsTo: readonly [RelayCodeEffect, ...RelayCodeEffect[]];
  /** Whether the same message can succeed later without being changed. */
  readonly retriable: boolean;
  /** Whether Marketo may have executed the request, whatever else is known. */
  readonly outcomeUnknown: boolean;
}

/** How to find out what became of a call whose outcome is unknown, and how to send it again all the same. */
const CHECK_AND_SEND_ANYWAY =
  'Look in Marketo first whether it was done: the activity log of the person, the records, or the campaign, around the ' +
  'time of the last try. If it was not, publish the original body (`message.body`) again under a new `id`, or with ' +
  '`"idempotent": true` if doing it twice does no harm. Putting this letter back unchanged does not send it.';

const PUT_BACK = 'Find out whether the last reason still holds, then put this letter back: its budget starts anew.';

/** Nothing is wrong with a message that waits. */
const WAITS = { level: 'relay', leadsTo: ['wait'], retriable: true, outcomeUnknown: false } as const;

const RELAY_CODES = {
  invalidMessage: {
    level: 'message',
    name: 'Invalid message',
    meaning: 'The body is not a request that the relay accepts. No call was made.',
    remedy: 'Correct every problem listed, in the publisher too, and publish the message again.',
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: false,
  },
  expired: {
    level: 'message',
    name: 'Past notAfter',
    meaning: 'The instant in `notAfter` had passed before the request could be made. It was not made after that.',
    remedy: 'If it is still wanted, publish the original body again with a later `notAfter`, or without one.',
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: false,
  },
  operationNotAllowed: {
    level: 'relay',
    name: 'Operation not allowed',
    meaning: 'The setting `allowedOperations` (`ALLOWED_OPERATIONS`) does not allow this operation. No call was made.',
    remedy:
      'If the operation is meant, add it to `allowedOperations`, deploy, and put this letter back. If it is not, find out who ' +
      'publishes it.',
    leadsTo: ['deadLetter'],
    retriable: true,
    outcomeUnknown: false,
  },
  unknownField: {
    level: 'message',
    name: 'Unknown field',
    meaning:
      'The subscription has no such field, by a Describe that was made for this record: Marketo would have refused it. No call was ' +
      'spent on it.',
    remedy:
      'Correct the name (the message gives the nearest that exists), or create the field in Marketo, then put this letter back: ' +
      '`relay dead-letters resend --rename WRONG=RIGHT` does both. [fields.md](fields.md) says what is looked at, and how to have it sent all the same.',
    leadsTo: ['deadLetter'],
    retriable: true,
    outcomeUnknown: false,
  },
  invalidFieldValue: {
    level: 'message',
    name: 'Invalid field value',
    meaning:
      'The field takes a number, and the value is a text without a digit: Marketo would have refused it. No call was spent on it.',
    remedy: 'Correct the value, in the publisher too, and publish the record again.',
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: false,
  },
  recordTooLarge: {
    level: 'message',
    name: 'Record too large',
    meaning: 'Alone in a call, the record is over the 1 MB that Marketo takes as one request. It was not sent.',
    remedy: 'Make the record smaller than 1 MB of UTF-8, for example by leaving out or shortening long text fields.',
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: false,
  },
  fileRefused: {
    level: 'message',
    name: 'File refused',
    meaning: 'The object that the message names cannot be imported. Nothing more of it was uploaded.',
    remedy:
      'Read the message: the object must be there, be readable for the relay (the overflow bucket, or one of `fileBuckets`), hold ' +
      'UTF-8 with a header row and rows of less than 10 MB, and stay as it is until it is imported. Then publish it under a new `id`.',
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: false,
  },
  rowsFailed: {
    level: 'message',
    name: 'Rows failed',
    meaning: 'Marketo imported the file, and refused some of its rows. The others are in.',
    remedy:
      'Mend the rows in the CSV that `file.failures` names, which has the reason in its last column, and load that file: ' +
      '`relay load` leaves the reason out. Putting this letter back does not upload the file again.',
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: false,
  },
  workerCrash: {
    level: 'message',
    name: 'Worker crash',
    meaning: 'The message ended its worker whenever it was delivered, at last when it was alone in its batch.',
    remedy:
      "Read the function's log of the last try: memory and duration first. Look in the body for what is out of the " +
      'ordinary (size, depth, number of records), and publish it in smaller parts. If doing it twice does harm, look in ' +
      'Marketo first: nobody knows how far the last call came.',
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: true,
  },
  attemptsExhausted: {
    level: 'relay',
    name: 'Attempts exhausted',
    meaning: 'Every attempt that the budget allows failed for a reason that usually passes.',
    remedy: PUT_BACK,
    leadsTo: ['deadLetter'],
    retriable: true,
    outcomeUnknown: false,
  },
  ageExhausted: {
    level: 'relay',
    name: 'Age exhausted',
    meaning: 'Attempts failed, for reasons that usually pass, until the message reached the greatest age allowed.',
    remedy: PUT_BACK,
    leadsTo: ['deadLetter'],
    retriable: true,
    outcomeUnknown: false,
  },
  outcomeUnknown: {
    level: 'relay',
    name: 'Outcome unknown',
    meaning:
      'The request may have been executed: its reply never arrived whole or left open what was done, or the worker ended in ' +
      'the middle of the call. ' +
      'Doing it twice would not be the same as once, so the relay did not repeat it.',
    remedy: CHECK_AND_SEND_ANYWAY,
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: true,
  },
  receivedTooOften: {
    level: 'relay',
    name: 'Received too often',
    meaning:
      'SQS moved the message to the dead-letter queue itself, because the delivery function failed each time it received ' +
      'the message. No letter was written around it, and nobody knows how far its last call came.',
    remedy: "Look for the error in the function's log, and put the message back when it is mended.",
    leadsTo: ['deadLetter'],
    retriable: false,
    outcomeUnknown: true,
  },
  unreadableReply: {
    level: 'relay',
    name: 'Unreadable reply',
    meaning:
      'The reply was not a Marketo reply: empty, cut short, not JSON, or with another number of results than records.',
    remedy:
      'Read `response`. A page from a proxy or a wrong base URL is put right in the settings; otherwise give `requestId`, ' +
      'request and response to Marketo support. Then put this letter back.',
    leadsTo: ['deadLetter', 'retry'],
    retriable: true,
    outcomeUnknown: false,
  },
  redirected: {
    level: 'relay',
    name: 'Redirected',
    meaning: 'The reply pointed to another address. The relay never follows, because its token would go there too.',
    remedy: 'Correct the base URL: the REST endpoint under Admin, Web Services. Then put this letter back.',
    leadsTo: ['deadLetter', 'retry'],
    retriable: true,
    outcomeUnknown: false,
  },
  noReply: {
    level: 'relay',
    name: 'No reply',
    meaning: 'No connection stood, or the connection ended or the time was over before any part of a reply arrived.',
    remedy:
      'Look for a network path, proxy or firewall that drops connections, and at status.adobe.com for Marketo Engage. ' +
      'Where the request may have been executed and must not be repeated, the letter has the code `outcomeUnknown`.',
    leadsTo: ['retry'],
    retriable: true,
    outcomeUnknown: false,
  },
  resultRefused: {
    level: 'relay',
    name: 'Result refused',
    meaning: 'Marketo answered a read, and neither where results go nor the bucket took the reply. It is read again.',
    remedy: 'Look at the permissions and the state of the results queue or bus. Then put this letter back.',
    leadsTo: ['retry'],
    retriable: true,
    outcomeUnknown: false,
  },
  window: {
    ...WAITS,
    name: 'Rate window full',
    meaning: 'As many calls as the setting allows were made within the window (20 s by default).',
    remedy: 'Nothing is wrong. If it lasts, share calls better (`gatherSeconds`) or raise `rateLimitCalls`.',
  },
  slots: {
    ...WAITS,
    name: 'All slots taken',
    meaning: 'As many calls as the setting allows were in flight.',
    remedy: 'Nothing is wrong. If it lasts, look for slow calls, or raise `maxConcurrentCalls`.',
  },
  lane: {
    ...WAITS,
    name: 'Behind live traffic',
    meaning:
      'A message of the backfill queue left room for live calls: the rest of the window, or of the slots, is theirs.',
    remedy:
      'Nothing is wrong. It has its turn as soon as live traffic leaves room, and once in each window in any case.',
  },
  day: {
    ...WAITS,
    name: 'Day spent',
    meaning:
      "The day's calls were used up, by the relay's own count or because Marketo answered 607; of a backfill: those that are not " +
      'kept for live traffic.',
    remedy: 'Wait for the reset. If it recurs, raise `dailyQuota` to what was bought, or slow the publishers down.',
  },
  keys: {
    ...WAITS,
    name: 'Key in flight',
    meaning: 'Another call with the same record was in flight, and two at once could leave it twice in Marketo.',
    remedy: 'Nothing is wrong. If it lasts, many messages change one record: publish them as fewer.',
  },
  circuit: {
    ...WAITS,
    name: 'Circuit open',
    meaning:
      'The line was stopped on evidence that holds for all: calls of several operations failed or were denied in a row, ' +
      'Marketo did not answer a health check either, or token or credentials were refused.',
    remedy:
      "The ledger's item names the reason. Refused credentials and denied access want an operator; all else passes.",
  },
  operationPaused: {
    ...WAITS,
    name: 'Operation paused',
    meaning: 'The calls of this one operation failed in a row, so its circuit is open. Other operations go on.',
    remedy: "Look for this operation's failures in the log. One call is let through now and then, and opens the way.",
  },
  quotaSpent: {
    ...WAITS,
    name: "Operation's quota spent",
    meaning: 'A quota of this operation alone was used up (1020: clones a day, 1029: export volume a day).',
    remedy: 'Wait for the next day, or spread such requests over more days.',
  },
  importInProgress: {
    ...WAITS,
    name: 'Import in progress',
    meaning: "A piece of the message's file is uploaded, and Marketo is at work on its rows.",
    remedy: 'Nothing is wrong. Its status is asked for again, at most every two minutes.',
  },
  fileUnreachable: {
    ...WAITS,
    name: 'File out of reach',
    meaning: 'S3 did not answer while a file was read, or while the failures of an import were kept.',
    remedy: "Look at the function's permissions and at S3. The message goes on by itself.",
  },
  fieldLookup: {
    ...WAITS,
    name: 'Field to be looked up',
    meaning:
      'The record has a field that Marketo did not have a moment ago, and Describe was asked too recently to be asked again.',
    remedy: 'Nothing is wrong. It is looked up within five minutes.',
  },
  schemaChange: {
    ...WAITS,
    name: 'Field gone from Marketo',
    meaning:
      'The record has a field that the subscription had and does not have any more. It is held in case the field comes back.',
    remedy:
      'Find out who removed the field, or ask Marketo support to bring it back: the messages then go on by themselves. After ' +
      '`schemaChangeHoldHours` they become dead letters.',
  },
  order: {
    ...WAITS,
    name: 'Behind an earlier message',
    meaning: 'An earlier message with the same key waits on the queue, and this one would have overtaken it.',
    remedy:
      'Nothing is wrong. It has its turn when the earlier one is delivered or dead, which spends none of its attempts. If it lasts, ' +
      'look for the earlier one: `relay find` with its address.',
  },
  busy: {
    ...WAITS,
    name: 'Another copy in progress',
    meaning: 'Another copy of this message, which must not be executed twice, was being sent or its worker had ended.',
    remedy: 'Nothing is wrong. When the other copy is done, this one is acknowledged without a call.',
  },
  deadline: {
    ...WAITS,
    name: 'End of the invocation',
    meaning: "Too little of the function's time was left for a whole call.",
    remedy: 'Nothing is wrong. If it is frequent, batches are larger than the limits let through in one invocation.',
  },
  noToken: {
    ...WAITS,
    name: 'No access token',
    meaning: 'Identity gave no token for now: it failed, did not answer, or another worker was still asking.',
    remedy: 'It passes by itself. If it lasts, look at status.adobe.com and whether the base URL can be reached.',
  },
  credentialsRefused: {
    ...WAITS,
    name: 'Credentials refused',
    meaning: 'Marketo refused the credentials, or no token that it issued was accepted, or the secret cannot be used.',
    remedy: 'Correct the stored clientId and clientSecret. The messages are kept and go on by themselves.',
  },
  ledgerUnreachable: {
    ...WAITS,
    name: 'Ledger out of reach',
    meaning: 'The table that grants permits did not answer, and without a permit no call is made.',
    remedy: "Look at the table's throttling and at the function's permissions. The messages go on by themselves.",
  },
  tableUnreachable: {
    ...WAITS,
    name: 'Table out of reach',
    meaning:
      'The table did not answer while a call was prepared (the token, or the send-once record). It was not made.',
    remedy: "Look at the table's throttling and at the function's permissions. The messages go on by themselves.",
  },
} as const satisfies Readonly<Record<string, RelayCodeEntry>>;

/** One of the relay's own codes. Closed: a code that is not in the table does not compile. */
type RelayCode = keyof typeof RELAY_CODES;

type CodeLeadingTo<E extends RelayCodeEffect> = {
  [C in RelayCode]: E extends (typeof RELAY_CODES)[C]['leadsTo'][number] ? C : never;
}[RelayCode];

/** Those that a dead letter can have. */
type DeadLetterCode = CodeLeadingTo<'deadLetter'>;
/** Those that send a message back, or let its call wait, without an attempt. */
type WaitCode = CodeLeadingTo<'wait'>;

/** Any text: codes in a message's state and in old letters may be Marketo's or anybody's. */
function isRelayCode(code: string): code is RelayCode {
  return Object.hasOwn(RELAY_CODES, code);
}

function isDeadLetterCode(code: string): code is DeadLetterCode {
  return isRelayCode(code) && RELAY_CODES[code].leadsTo.some((effect) => effect === 'deadLetter');
}

export type { DeadLetterCode, RelayCode, RelayCodeEffect, RelayCodeEntry, WaitCode };
export { CHECK_AND_SEND_ANYWAY, isDeadLetterCode, isRelayCode, RELAY_CODES };
