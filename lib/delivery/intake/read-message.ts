import { type OpenedLetter, unwrap } from '../../dead-letter/read.ts';
import { matchEndpoint, recordsOf } from '../../marketo/endpoints/endpoints.ts';
import type { Endpoint } from '../../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../../marketo/request.ts';
import { inputProblems } from '../../message/input-rules.ts';
import { type JsonFault, shorten, toJsonText } from '../../message/json-text.ts';
import type { Intake, MessageRecord } from '../../message/message.ts';
import { checkMessage, isObject, type ParsedMessage } from '../../message/message-schema.ts';
import type { MessageProblem } from '../../message/problem.ts';
import type { ReceivedMessage } from '../../message/queue.ts';
import { decodeRelayState, freshState } from '../../message/relay-attribute.ts';
import type { RelayState } from '../../message/relay-state.ts';
import { MAX_BODY_DEPTH } from '../../settings/policy.ts';

/** More would only hide the first ones. */
const MAX_PROBLEMS = 100;

/**
 * Reads one queue record: a message to send, or every reason why it is none. Never throws, whatever the body.
 *
 * @param nowMs - bounds the instants that a `relay` attribute may claim
 * @example
 * const intake = readMessage(received, clock.nowMs());
 * if (intake.kind === 'invalid') intake.problems; // [{ path: 'path', expected: 'no "." or ".." segment; got "..."' }]
 */
function readMessage(received: ReceivedMessage, nowMs: number): Intake {
  const { content, letter, text } = unwrap(received.body);
  const carried = letter === undefined ? decodeRelayState(received.attributes, nowMs) : undefined;
  const base = {
    received: letter === undefined ? received : { ...received, attributes: letter.attributes },
    originalBody: text,
  };
  if (content.kind === 'overflowed') {
    return { kind: 'overflowed', ...base, state: stateOf(received, undefined, letter), pointer: content.pointer };
  }
  if (content.kind === 'unreadable') {
    const state = carried ?? stateOf(received, undefined, letter);
    return { kind: 'invalid', ...base, state, problems: [{ path: '', expected: content.expected }] };
  }
  const checked = check(
    content.value,
    content.faults.filter((fault) => counts(fault, carried)),
  );
  const state = carried ?? stateOf(received, checked.id, letter);
  if (checked.kind === 'invalid') {
    return { kind: 'invalid', ...base, state, problems: bounded(checked.problems) };
  }
  const { parsed, endpoint } = checked;
  const records = numberedRecords(parsed.request, endpoint, state.positions);
  return {
    kind: 'message',
    message: {
      ...base,
      state: withSoundPositions(state, records),
      request: parsed.request,
      endpoint,
      idempotent: parsed.idempotent ?? endpoint.idempotent(parsed.request),
      ...(parsed.notAfterMs === undefined ? {} : { notAfterMs: parsed.notAfterMs }),
      records,
    },
  };
}

type Checked =
  | { readonly kind: 'valid'; readonly parsed: ParsedMessage; readonly endpoint: Endpoint; readonly id?: string }
  | { readonly kind: 'invalid'; readonly problems: readonly MessageProblem[]; readonly id?: string };

function check(value: unknown, faults: readonly JsonFault[]): Checked {
  const faultProblems = faults.map(problemOf);
  if (faults.some((fault) => fault.kind === 'depth')) {
    const id = isObject(value) ? checkMessage({ id: value.id }).id : undefined;
    return { kind: 'invalid', problems: faultProblems, ...(id === undefined ? {} : { id }) };
  }
  const reading = checkMessage(value);
  const id = reading.id === undefined ? {} : { id: reading.id };
  const endpoint = reading.request === undefined ? undefined : matchEndpoint(reading.request);
  const problems = [
    ...faultProblems,
    ...reading.problems,
    ...(reading.request === undefined || endpoint === undefined ? [] : inputProblems(reading.request, endpoint)),
  ];
  if (problems.length > 0 || reading.parsed === undefined || endpoint === undefined) {
    return { kind: 'invalid', problems, ...id };
  }
  return { kind: 'valid', parsed: reading.parsed, endpoint, ...id };
}

/**
 * A fresh budget for a letter that was put back, and its relay id; unless its body names another id, which only a person
 * can have written, and who wants it sent whatever became of the first.
 */
function stateOf(received: ReceivedMessage, id: string | undefined, letter: OpenedLetter | undefined): RelayState {
  const state = freshState(received, id ?? letter?.relayId);
  return letter?.positions === undefined ? state : { ...state, positions: letter.positions };
}

/** A copy of the relay's own has passed this check before, and may hold what was an escape in the original. */
function counts(fault: JsonFault, carried: RelayState | undefined): boolean {
  return !(fault.kind === 'replacement' && carried !== undefined);
}

function numberedRecords(
  request: MarketoRequest,
  endpoint: Endpoint,
  positions: readonly number[] | undefined,
): readonly MessageRecord[] | undefined {
  const values = endpoint.aligned ? recordsOf(request, endpoint) : undefined;
  return values?.map((value, index) => {
    const key = endpoint.recordKey(request, value);
    const position = positions?.length === values.length ? (positions[index] ?? index) : index;
    return { position, value, ...(key === undefined ? {} : { key }) };
  });
}

/** Positions that do not fit the records, after somebody's edit of a letter, would name the wrong ones. */
function withSoundPositions(state: RelayState, records: readonly MessageRecord[] | undefined): RelayState {
  if (state.positions === undefined || state.positions.length === records?.length) return state;
  const { positions: _, ...rest } = state;
  return rest;
}

function problemOf(fault: JsonFault): MessageProblem {
  const { path } = fault;
  const got = toJsonText(shorten(fault.text, 60));
  switch (fault.kind) {
    case 'depth':
      return { path, expected: `at most ${MAX_BODY_DEPTH} levels of nesting` };
    case 'duplicate':
      return { path, expected: `each member once; got ${got} again` };
    case 'number':
      return { path, expected: `a number that a double holds exactly, or a string; got ${shorten(fault.text, 60)}` };
    case 'surrogate':
      return { path, expected: `text that UTF-8 can carry, no lone surrogate; got ${got}` };
    case 'replacement':
      return { path, expected: `valid UTF-8; got ${got}, where bytes were lost (write \\ufffd if you mean it)` };
  }
}

function bounded(problems: readonly MessageProblem[]): readonly MessageProblem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const more = { path: '', expected: `and ${problems.length - MAX_PROBLEMS} more problems` };
  return [...problems.slice(0, MAX_PROBLEMS), more];
}

export { readMessage };
