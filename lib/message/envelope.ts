import { isObject } from './expected.ts';
import { type JsonFault, MAX_DEPTH, readJson, toJsonText } from './json-text.ts';
import { ID } from './message-schema.ts';
import type { MessageAttribute } from './queue.ts';
import { RELAY_ATTRIBUTE } from './relay-state.ts';

/** A message taken out of what another service wrapped it in. */
interface OpenedEnvelope {
  /** The message's text; the body as it was when nothing is wrapped around it. */
  readonly text: string;
  /** What the service calls the message: the same whenever it delivers the message again, unlike SQS's own id. */
  readonly id?: string;
  /** The publisher's, where the service keeps them in the body. */
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Of the text within, where taking it out hides them. */
  readonly faults: readonly JsonFault[];
}

type Wrapped = Omit<OpenedEnvelope, 'faults'> & { readonly path: string };

/** EventBridge to SNS to SQS are two; nothing known wraps more. */
const MAX_ENVELOPES = 3;
/** Levels around a message: the envelopes' own, and those of a dead letter that came back through one. */
const ENVELOPE_DEPTH = 16;
/** Without one of these, a body is in no envelope: spares the reading of all others. */
const MARKS = ['"TopicArn"', '"detail-type"'];

/**
 * Takes a message out of an SNS notification (Amazon SNS: "Message and JSON formats"; raw delivery wraps nothing) or an
 * EventBridge event (EventBridge: "Events"). No message looks like either: both have members that a message cannot have.
 *
 * @example
 * openEnvelope('{"Type":"Notification","TopicArn":"arn:...","MessageId":"22b8...","Message":"{\\"path\\":...}"}').text;
 * // '{"path":...}'
 */
function openEnvelope(body: string): OpenedEnvelope {
  let opened: OpenedEnvelope = { text: body, attributes: {}, faults: [] };
  for (let level = 0; level < MAX_ENVELOPES; level += 1) {
    const { text, attributes, faults } = opened;
    if (!MARKS.some((mark) => text.includes(mark))) return opened;
    const reading = readJson(text, MAX_DEPTH + ENVELOPE_DEPTH);
    if (!reading.ok || reading.faults.some((fault) => fault.kind === 'depth')) return opened;
    const wrapped = notification(reading.value) ?? event(reading.value);
    if (wrapped === undefined) return opened;
    const { path, ...inner } = wrapped;
    opened = {
      // The innermost id wins: a topic that gets an event twice gives it two ids of its own.
      ...(opened.id === undefined ? {} : { id: opened.id }),
      ...inner,
      attributes: { ...inner.attributes, ...attributes },
      faults: [...faults, ...faultsWithin(path, reading.faults)],
    };
  }
  return opened;
}

function notification(value: unknown): Wrapped | undefined {
  if (!isObject(value) || value.Type !== 'Notification') return undefined;
  if (typeof value.TopicArn !== 'string' || typeof value.Message !== 'string') return undefined;
  return { text: value.Message, ...named(value.MessageId), attributes: attributesOf(value), path: '' };
}

function event(value: unknown): Wrapped | undefined {
  if (!isObject(value) || typeof value['detail-type'] !== 'string' || typeof value.source !== 'string')
    return undefined;
  if (!Object.hasOwn(value, 'detail')) return undefined;
  return { text: toJsonText(value.detail), ...named(value.id), attributes: {}, path: 'detail' };
}

function named(id: unknown): { readonly id?: string } {
  return typeof id === 'string' && ID.test(id) ? { id } : {};
}

/** Not the relay's own: what a copy brings along is never in an envelope. */
function attributesOf({ MessageAttributes }: Record<string, unknown>): Record<string, MessageAttribute> {
  if (!isObject(MessageAttributes)) return {};
  return Object.fromEntries(
    Object.entries(MessageAttributes).flatMap(([name, given]): [string, MessageAttribute][] => {
      if (name === RELAY_ATTRIBUTE || !isObject(given)) return [];
      const { Type: dataType, Value: value } = given;
      if (typeof dataType !== 'string' || typeof value !== 'string') return [];
      const isBinary = dataType.startsWith('Binary');
      return [[name, isBinary ? { dataType, binaryValue: value } : { dataType, stringValue: value }]];
    }),
  );
}

/** A text within a text keeps its faults and is read again; an object does not. */
function faultsWithin(path: string, faults: readonly JsonFault[]): readonly JsonFault[] {
  if (path === '') return [];
  return faults
    .filter((fault) => fault.path === path || fault.path.startsWith(`${path}.`) || fault.path.startsWith(`${path}[`))
    .filter((fault) => fault.kind !== 'surrogate') // kept by the escapes of the new text
    .map((fault) => ({ ...fault, path: fault.path.slice(path.length).replace(/^\./, '') }));
}

export type { OpenedEnvelope };
export { openEnvelope };
