import { describe, expect, it } from 'vitest';
import { subjectOf } from '../../../lib/dead-letter/triage/subject.ts';

/** What Marketo says, in its documents and in recorded replies, and what each names. */
const MESSAGES: readonly (readonly [code: string, message: string, subject: string | undefined])[] = [
  ['610', 'Requested resource not found', undefined],
  ['1001', "Invalid value ‘abc'. Required of type ‘Integer'", 'type Integer'],
  ['1001', "Invalid value 'it's late'. Required of type 'DateTime'", 'type DateTime'],
  ['1001', 'For input string: "null" failed to convert to a number', undefined],
  ['1002', "Missing value for the required parameter ‘programName'", 'parameter programName'],
  ['1002', "Missing value for required parameter 'cookie'", 'parameter cookie'],
  ['1003', "Invalid value for field 'industry' and value '42'", 'field industry'],
  ['1003', "Invalid value for field 'x' and value 'field 'y' not found'", 'field x'],
  ['1003', "Invalid data: Invalid dedupeBy 'yoyoto' value", 'parameter dedupeBy'],
  ['1003', "Invalid dedupeBy 'yoyoto' value", 'parameter dedupeBy'],
  ['1003', "Invalid filterType 'brand'", 'parameter filterType'],
  ['1003', 'filterType not specified', 'parameter filterType'],
  ['1003', "Invalid token value: ['{{my.x}}']", 'parameter token'],
  ['1003', 'Invalid fields [foo, bar]', 'field foo, bar'],
  ['1003', "Invalid data: invalid value 'upsert' for action", 'parameter action'],
  ['1003', "Invalid data: lookupField 'id' is not allowed with action 'createOnly'", 'parameter lookupField'],
  ['1003', "Invalid data: at most 300 records are allowed in 'input'", 'parameter input'],
  ['1003', 'Too many results match the filter', undefined],
  ['1003', 'Empty File', undefined],
  ['1003', "Invalid id 'null' specified", 'parameter id'],
  ['1004', 'Lead [84, 85] not found', 'object Lead'],
  ['1004', "Lead '84' not found", 'object Lead'],
  ['1004', 'Lead not found', 'object Lead'],
  ['1006', "Field 'favouriteColour' not found", 'field favouriteColour'],
  ['1006', 'Field ‘favouriteColour’ not found', 'field favouriteColour'],
  ['1006', 'Field `favouriteColour` not found', 'field favouriteColour'],
  ['1006', "Lookup field 'userId' not found", 'field userId'],
  ['1007', 'Multiple leads match the lookup criteria', undefined],
  ['1008', "Access denied to partition 'EMEA'", 'partition EMEA'],
  ['1011', "Field 'firstName' not supported", 'field firstName'],
  ['1012', "Invalid cookie value 'id:123&token:x'", 'parameter cookie'],
  ['1013', 'Static list not found', 'object Static list'],
  ['1013', "Static list '1159' not found", 'static list 1159'],
  ['1013', "Program 'Webinar' not found", 'program Webinar'],
  ['1013', "Object 'car_c' not found", 'object car_c'],
  ['1013', 'Campaign not found', 'object Campaign'],
  ['1013', 'Membership not found', 'object Membership'],
  ['1015', 'Lead not in list', 'object Lead'],
  ['1025', "Program status 'Delighted' not found", 'program status Delighted'],
  ['1035', 'Unsupported filter type', undefined],
  ['701', "'name' cannot be blank", 'field name'],
  ['701', 'name cannot be blank', 'field name'],
  ['704', "Invalid date format: 'tomorrow'", undefined],
  ['710', 'Parent folder 12 not found', 'parent folder 12'],
  ['718', 'ExternalSalesPersonID not found', 'object ExternalSalesPersonID'],
  ['606', "Max rate limit '100' exceeded with in '20' secs", undefined],
  ['615', "Concurrent access limit '10' reached", undefined],
  ['1016', 'There are 10 imports currently being processed. Please try again later', undefined],
  ['attemptsExhausted', "gave up after 8 attempts: 1004 Lead '9' not found", 'object Lead'],
  [
    'invalidMessage',
    'body.input[3].email: expected a string; got 5\npath: expected a path',
    'place body.input[].email',
  ],
  ['invalidMessage', 'the message: expected a JSON object; Unexpected token', 'place the message'],
  ['1003', '', undefined],
];

describe('what a failure is about', () => {
  it.each(MESSAGES)('of %s %j is %s', (code, message, expected) => {
    const subject = subjectOf(code, message);
    expect(subject && `${subject.kind} ${subject.name}`).toBe(expected);
  });

  it('is found in no time, whatever the text', () => {
    const hostile = [
      `Invalid value '${"'. required of type ".repeat(2_000)}`,
      "field '".repeat(5_000),
      ' not found'.repeat(3_000),
    ];
    const startedMs = performance.now();
    for (const message of hostile) subjectOf('1003', message);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
