import { type OpenedLetter, type Unwrapped, unwrap } from '../../dead-letter/read.ts';
import { recordsOf } from '../../marketo/endpoints/endpoints.ts';
import type { Endpoint } from '../../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../../marketo/request.ts';
import { checkMessage } from '../../message/check-message.ts';
import { type OpenedEnvelope, openEnvelope } from '../../message/envelope.ts';
import { isObject } from '../../message/expected.ts';
import { type JsonFault, MAX_DEPTH, readJson } from '../../message/json-text.ts';
import type { Intake, MessageRecord } from '../../message/message.ts';
import type { ReceivedMessage } from '../../message/queue.ts';
import { decodeRelayState, freshState } from '../../message/relay-attribute.ts';
import type { RelayState } from '../../message/relay-state.ts';
import { DEFAULT_ISOLATION_UNIT, type IsolationUnit } from '../../settings/parse.ts';

/**
 * Reads one received message: a message to send, or every reason why it is invalid. Never throws, whatever the body.
 *
 * @param nowMs - bounds the instants that a `relay` attribute may claim
 * @param isolate - by what messages are isolated that may be isolated by record
 * @example
 * const intake = readMessage(received, clock.nowMs());
 * if (intake.kind === 'invalid') intake.problems; // [{ path: 'path', expected: 'no "." or ".." segment; got "..."' }]
 */
function readMessage(
  received: ReceivedMessage,
  nowMs: number,
  isolate: IsolationUnit = DEFAULT_ISOLATION_UNIT,
): Intake {
  const { envelope, opened } = open(received.body);
  const { content, letter, text } = opened;
  const sent = decodeRelayState(received.attributes, nowMs);
  const carried = letter === undefined && sent?.unread !== true ? sent : undefined;
  const fresh = sent?.unread === true ? knownSinceUnread(sent) : freshState(received);
  const base = { received: withAttributes(received, letter?.attributes, envelope.attributes), originalBody: text };
  const deliveredAs = letter === undefined ? envelope.id : undefined;
  if (content.kind === 'overflowed') {
    return { kind: 'overflowed', ...base, state: stateOf(fresh, undefined, letter), pointer: content.pointer };
  }
  if (content.kind === 'unreadable') {
    const state = carried ?? stateOf(fresh, deliveredAs, letter);
    return { kind: 'invalid', ...base, state, problems: [{ path: '', expected: content.expected }] };
  }
  const told = envelope.faults.length === 0 ? content.faults : [...envelope.faults, ...content.faults];
  const faults = told.filter((fault) => counts(fault, carried));
  const checked = checkMessage(content.value, faults);
  const state = carried ?? stateOf(fresh, checked.id ?? deliveredAs, letter);
  if (checked.kind === 'invalid') {
    return { kind: 'invalid', ...base, state, problems: checked.problems };
  }
  const { parsed, endpoint } = checked;
  const records = numberedRecords(parsed.request, endpoint, state.positions);
  const idempotent = parsed.idempotent ?? endpoint.idempotent(parsed.request);
  return {
    kind: 'message',
    message: {
      ...base,
      state: withSoundPositions(state, records),
      request: parsed.request,
      ...(parsed.file === undefined ? {} : { file: parsed.file }),
      endpoint,
      idempotent,
      isolatedBy: records !== undefined && idempotent ? isolate : 'message',
      wanted: parsed.wanted,
      ...(parsed.notAfterMs === undefined ? {} : { notAfterMs: parsed.notAfterMs }),
      records,
    },
  };
}

/** A letter's attributes take the place of those that it came with; an envelope's are added to them. */
function withAttributes(
  received: ReceivedMessage,
  ofLetter: ReceivedMessage['attributes'] | undefined,
  ofEnvelope: ReceivedMessage['attributes'],
): ReceivedMessage {
  if (ofLetter === undefined && ofEnvelope === NO_ATTRIBUTES) return received;
  return { ...received, attributes: ofLetter ?? { ...ofEnvelope, ...received.attributes } };
}

/** Members that a message cannot have: of what another service wraps around it, or of a dead letter. */
const NO_ATTRIBUTES: ReceivedMessage['attributes'] = {};
const WRAPPERS = ['TopicArn', 'detail-type', 'deadLetter'] as const;

/** Nearly every message is in nothing: then it is read once, and searched for no sign of a wrapper. */
function open(body: string): { readonly envelope: OpenedEnvelope; readonly opened: Unwrapped } {
  const reading = readJson(body, MAX_DEPTH);
  if (reading.ok && isObject(reading.value) && !isWrapped(reading.value)) {
    const content = { kind: 'json', value: reading.value, faults: reading.faults } as const;
    return { envelope: { text: body, attributes: NO_ATTRIBUTES, faults: [] }, opened: { text: body, content } };
  }
  const envelope = openEnvelope(body);
  return { envelope, opened: unwrap(envelope.text) };
}

function isWrapped(value: Readonly<Record<string, unknown>>): boolean {
  return WRAPPERS.some((name) => Object.hasOwn(value, name));
}

/**
 * A dead letter that was put back gets a fresh budget and keeps its relay id, unless its body names another `id`: a person
 * has written that, and wants the request sent whatever became of the first.
 */
function stateOf(fresh: RelayState, id: string | undefined, letter: OpenedLetter | undefined): RelayState {
  const state = { ...fresh, relayId: id ?? letter?.relayId ?? fresh.relayId };
  return letter?.positions === undefined ? state : { ...state, positions: letter.positions };
}

/** Of a copy that was made before its body was read: what names the message is read now, the rest is known. */
function knownSinceUnread({ unread: _, ...known }: RelayState): RelayState {
  return known;
}

/** A retry message has passed this check before, and may hold as a character what was an escape in the original. */
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
    const position = positions?.length === values.length ? (positions[index] ?? index) : index;
    return { position, value, keys: endpoint.recordKeys(request, value) };
  });
}

/** Positions that do not fit the records, after somebody edited a dead letter, would name the wrong records. */
function withSoundPositions(state: RelayState, records: readonly MessageRecord[] | undefined): RelayState {
  if (state.positions === undefined || state.positions.length === records?.length) return state;
  const { positions: _, ...rest } = state;
  return rest;
}

export { readMessage };
