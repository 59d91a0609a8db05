import type { Json } from '../marketo/request.ts';
import { isObject } from '../message/expected.ts';
import { type JsonFault, MAX_DEPTH, readJson, shorten, unembedJson } from '../message/json-text.ts';
import type { OverflowPointer } from '../message/message.ts';
import { ID } from '../message/message-schema.ts';
import type { MessageAttribute } from '../message/queue.ts';
import { MAX_RECORDS } from '../settings/policy.ts';

/** What a dead letter that was put back says of the message inside it. */
interface OpenedLetter {
  readonly relayId?: string;
  readonly positions?: readonly number[];
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
}

interface Unwrapped {
  /** The innermost body: never a letter, unless it is too deep or cut. */
  readonly text: string;
  /** Set when the body came out of a letter. */
  readonly letter?: OpenedLetter;
  readonly content:
    | { readonly kind: 'json'; readonly value: unknown; readonly faults: readonly JsonFault[] }
    | { readonly kind: 'unreadable'; readonly expected: string }
    | { readonly kind: 'overflowed'; readonly pointer: OverflowPointer };
}

/**
 * A letter that was put back and ended its workers is in another, as it was: nobody has read it. A person with an editor
 * may put any letter into another.
 */
const MAX_LETTERS = 4;
/** Levels that a letter adds around the original body. */
const LETTER_DEPTH = 2;
/** Where letters are kept; a pointer to anywhere else is not the relay's. */
const OVERFLOW_PREFIX = 'dead-letters/';
const CUTS_THAT_MATTER: readonly unknown[] = ['message.body', 'message.attributes'];

/** Takes the original body out of a dead letter, or gives the body back as it is. */
function unwrap(body: string): Unwrapped {
  let text = body;
  let letter: OpenedLetter | undefined;
  let outerFaults: readonly JsonFault[] = [];
  for (let level = 0; ; level += 1) {
    const found = { text, ...(letter === undefined ? {} : { letter }) };
    const mayBeLetter = text.includes('"deadLetter"');
    const reading = readJson(text, MAX_DEPTH + (mayBeLetter ? LETTER_DEPTH * (MAX_LETTERS - level) : 0));
    if (!reading.ok) return { ...found, content: unreadable(`a JSON object; ${shorten(reading.detail, 200)}`) };
    const { value } = reading;
    if (!isObject(value) || value.deadLetter !== 1) {
      const faults = mayBeLetter ? readFaults(text) : reading.faults;
      return { ...found, content: { kind: 'json', value, faults: [...outerFaults, ...faults] } };
    }
    if (level === MAX_LETTERS) {
      return { ...found, content: unreadable(`at most ${MAX_LETTERS} dead letters inside one another`) };
    }
    if (reading.faults.some((fault) => fault.kind === 'depth')) {
      return { ...found, content: { kind: 'json', value: {}, faults: reading.faults } };
    }
    const pointer = pointerOf(value);
    if (pointer !== undefined) {
      return { text, letter: mergeLetters(letter, open(value)), content: { kind: 'overflowed', pointer } };
    }
    const inner = isObject(value.message) ? value.message.body : undefined;
    if (inner === undefined) {
      return { ...found, content: unreadable('`message.body` in a dead letter, with the original request') };
    }
    letter = mergeLetters(letter, open(value));
    // A letter of ours has none of these: it was edited, and taking the body out would hide them.
    outerFaults = typeof inner === 'string' ? [] : faultsHiddenByUnwrapping(reading.faults);
    text = unembedJson(inner as Json);
  }
}

function readFaults(text: string): readonly JsonFault[] {
  const reading = readJson(text, MAX_DEPTH);
  return reading.ok ? reading.faults : [];
}

function faultsHiddenByUnwrapping(faults: readonly JsonFault[]): readonly JsonFault[] {
  return faults
    .filter((fault) => fault.path.startsWith('message.body') && fault.kind !== 'surrogate')
    .map((fault) => ({ ...fault, path: fault.path.replace(/^message\.body\.?/, '') }));
}

function unreadable(expected: string): { kind: 'unreadable'; expected: string } {
  return { kind: 'unreadable', expected };
}

/**
 * The inner letter knows its own body, and the relay id under which that was sent. An outer one may be named after the
 * message that brought the letter back: under that name what may not be repeated would be sent again.
 */
function mergeLetters(outer: OpenedLetter | undefined, inner: OpenedLetter): OpenedLetter {
  return outer?.relayId === undefined ? inner : { relayId: outer.relayId, ...inner };
}

function open(letter: Record<string, unknown>): OpenedLetter {
  const message = isObject(letter.message) ? letter.message : {};
  const positions = positionsOf(message.positions);
  return {
    ...(typeof letter.relayId === 'string' && ID.test(letter.relayId) ? { relayId: letter.relayId } : {}),
    ...(positions === undefined ? {} : { positions }),
    attributes: attributesOf(message.attributes, message.attributeTypes),
  };
}

function positionsOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_RECORDS) return undefined;
  const sound = value.every((entry) => Number.isInteger(entry) && entry >= 0 && entry < MAX_RECORDS);
  return sound && new Set(value).size === value.length ? (value as number[]) : undefined;
}

function attributesOf(values: unknown, types: unknown): Readonly<Record<string, MessageAttribute>> {
  if (!isObject(values)) return {};
  const typeOf = (name: string): string => {
    const type = isObject(types) && Object.hasOwn(types, name) ? types[name] : undefined;
    return typeof type === 'string' && /^(?:String|Number|Binary)(?:\..+)?$/.test(type) ? type : 'String';
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, MessageAttribute][] => {
      if (typeof value !== 'string' || value === '') return [];
      const dataType = typeOf(name);
      return [
        [name, dataType.startsWith('Binary') ? { dataType, binaryValue: value } : { dataType, stringValue: value }],
      ];
    }),
  );
}

/** Where the rest is, when what is missing here is needed to send the message again. */
function pointerOf(letter: Record<string, unknown>): OverflowPointer | undefined {
  const { overflow } = letter;
  if (!isObject(overflow) || !Array.isArray(overflow.cut)) return undefined;
  if (!overflow.cut.some((name) => CUTS_THAT_MATTER.includes(name))) return undefined;
  const { bucket, key } = overflow;
  const sound = typeof bucket === 'string' && typeof key === 'string' && key.startsWith(OVERFLOW_PREFIX);
  return sound ? { bucket, key } : undefined;
}

export type { OpenedLetter, Unwrapped };
export { OVERFLOW_PREFIX, unwrap };
