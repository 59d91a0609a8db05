import { shorten, toJsonText } from '../message/json-text.ts';
import { attributeBytes, attributesBytes } from '../message/message-size.ts';
import type { MessageAttribute } from '../message/queue.ts';
import { BILLED_BYTES, MAX_ATTRIBUTES, MAX_MESSAGE_BYTES } from '../settings/policy.ts';
import type { DeadLetter } from './types.ts';

const MAX_FACT_LENGTH = 128;
const OUTSIDE_XML = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFC\u{10000}-\u{10FFFF}]/gu;

/** JSON of XML 1.0 characters only, laid out for the console while that is free. */
function serialise(letter: DeadLetter): string {
  const compact = toJsonText(letter);
  if (Buffer.byteLength(compact) > BILLED_BYTES) return compact;
  const indented = toJsonText(letter, 2);
  return Buffer.byteLength(indented) > BILLED_BYTES ? compact : indented;
}

/** The short facts, so that a list of letters can be filtered without opening one. */
function factAttributes({ relayId, operation, failure }: DeadLetter): Readonly<Record<string, MessageAttribute>> {
  return {
    code: fact(failure.code),
    level: fact(failure.level),
    relayId: fact(relayId),
    ...(operation === undefined ? {} : { operation: fact(operation) }),
    retriable: fact(String(failure.retriable)),
    outcomeUnknown: fact(String(failure.outcomeUnknown)),
  };
}

/**
 * The relay's facts, and those of the publisher's attributes for which SQS has room beside the body. A publisher's
 * attribute with the name of a fact gives way; the letter itself has them all.
 */
function letterAttributes(letter: DeadLetter, body: string): Readonly<Record<string, MessageAttribute>> {
  const attributes: Record<string, MessageAttribute> = { ...factAttributes(letter) };
  const types = letter.message.attributeTypes ?? {};
  let bytes = Buffer.byteLength(body) + attributesBytes(attributes);
  for (const [name, value] of Object.entries(letter.message.attributes)) {
    if (Object.keys(attributes).length >= MAX_ATTRIBUTES) break;
    if (value === '' || Object.hasOwn(attributes, name)) continue;
    // SQS allows names such as `constructor`, which every object has by inheritance.
    const dataType = Object.hasOwn(types, name) ? (types[name] ?? 'String') : 'String';
    const attribute = dataType.startsWith('Binary')
      ? { dataType, binaryValue: value }
      : { dataType, stringValue: value };
    const size = attributeBytes(name, attribute);
    if (bytes + size > MAX_MESSAGE_BYTES) continue;
    // Defined, not assigned: SQS allows `__proto__` too.
    Object.defineProperty(attributes, name, { value: attribute, enumerable: true });
    bytes += size;
  }
  return attributes;
}

/** A code comes from a reply, so it can be anything; an attribute's value must not be empty. */
function fact(value: string): MessageAttribute {
  const clean = shorten(value, MAX_FACT_LENGTH).replace(OUTSIDE_XML, '?');
  return { dataType: 'String', stringValue: clean === '' ? '(empty)' : clean };
}

export { factAttributes, letterAttributes, serialise };
