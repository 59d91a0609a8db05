import type { HttpReply, HttpRequest } from '../marketo/http.ts';
import type { Secret } from '../marketo/secret.ts';
import { embedJson } from '../message/json-text.ts';
import { bodyWith, type Message } from '../message/message.ts';
import type { MessageAttribute } from '../message/queue.ts';
import { type HistoryEntry, RELAY_ATTRIBUTE } from '../message/relay-state.ts';
import { redactDeep } from './redact.ts';
import type { DeadLetter, Failure } from './types.ts';

/** What a dead letter is about: a {@link Message}, or a received message that did not pass intake. */
type LetterSource = Pick<Message, 'received' | 'state' | 'originalBody'> &
  Partial<Pick<Message, 'records' | 'endpoint'>>;

interface LetterInput {
  readonly message: LetterSource;
  readonly failure: Failure;
  /** Positions in the original `input` of the rejected records. Absent: the whole message. */
  readonly positions?: ReadonlySet<number>;
  /** As sent; of a shared call, the caller leaves only this message's own records in it. */
  readonly request?: HttpRequest;
  readonly reply?: HttpReply;
  /** One entry an attempt. Absent: what the message's state remembers. */
  readonly history?: readonly HistoryEntry[];
  /** Values that must not appear, whoever wrote them. */
  readonly secrets?: readonly Secret[];
}

/** Headers that carry credentials by definition. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-amz-security-token',
]);

/**
 * The dead letter of a message, or of its rejected records. Pure; whole, however large: the publisher fits it into SQS.
 *
 * @example
 * buildLetter({ message: intake, failure: failureFromProblems(intake.problems, intake.state) });
 */
function buildDeadLetter(input: LetterInput): DeadLetter {
  const { message, failure, request, reply, secrets = [] } = input;
  const rejected = rejectedPart(message, input.positions);
  const letter: DeadLetter = {
    deadLetter: 1,
    relayId: message.state.relayId,
    ...(message.endpoint === undefined ? {} : { operation: message.endpoint.operation }),
    failure,
    message: {
      body: embedJson(rejected.body),
      ...publishersAttributes(message.received.attributes),
      ...(rejected.positions === undefined ? {} : { positions: rejected.positions }),
    },
    ...(request === undefined ? {} : { request: requestPart(request) }),
    ...(reply === undefined ? {} : { response: responsePart(reply) }),
    history: (input.history ?? message.state.history).map(
      ({ atMs, code }) => `${new Date(atMs).toISOString()} ${code}`,
    ),
    ...(message.state.resends === undefined ? {} : { resends: message.state.resends }),
  };
  return redactDeep(letter, secrets);
}

function rejectedPart(
  message: LetterSource,
  positions: ReadonlySet<number> | undefined,
): { readonly body: string; readonly positions?: readonly number[] } {
  const { originalBody, records, state } = message;
  const rejected = records?.filter((record) => positions === undefined || positions.has(record.position));
  if (records === undefined || rejected === undefined || (rejected.length === records.length && !state.positions)) {
    // An invalid message has no records, but its letter may still have been one of a part.
    return { body: originalBody, ...(state.positions === undefined ? {} : { positions: state.positions }) };
  }
  const kept = rejected.map((record) => record.position);
  return { body: bodyWith({ originalBody, records }, new Set(kept)), positions: kept };
}

/** The relay's own attribute is not the publisher's: a letter that is put back starts with a fresh budget. */
function publishersAttributes(
  attributes: Readonly<Record<string, MessageAttribute>>,
): Pick<DeadLetter['message'], 'attributes' | 'attributeTypes'> {
  const own = Object.entries(attributes).filter(([name]) => name !== RELAY_ATTRIBUTE);
  const typed = own.filter(([, attribute]) => attribute.dataType !== 'String');
  return {
    attributes: Object.fromEntries(
      own.map(([name, attribute]) => [name, attribute.stringValue ?? attribute.binaryValue ?? '']),
    ),
    ...(typed.length === 0
      ? {}
      : { attributeTypes: Object.fromEntries(typed.map(([name, attribute]) => [name, attribute.dataType])) }),
  };
}

function requestPart({ method, url, headers, body }: HttpRequest): NonNullable<DeadLetter['request']> {
  return { method, url, headers: safeHeaders(headers), ...(body === undefined ? {} : { body: embedJson(body) }) };
}

function responsePart(reply: HttpReply): NonNullable<DeadLetter['response']> {
  if (reply.kind === 'noReply') return { none: `${reply.reason}: ${reply.detail}` };
  return { status: reply.status, headers: safeHeaders(reply.headers), body: embedJson(reply.body) };
}

function safeHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name.toLowerCase())));
}

export type { LetterInput, LetterSource };
export { buildDeadLetter };
