import { MAX_ATTRIBUTES, MAX_MESSAGE_BYTES } from '../settings/policy.ts';
import type { MessageAttribute, OutgoingMessage } from './queue.ts';

/** What SQS counts: the body, and each attribute's name, type and value. */
function messageBytes(message: Pick<OutgoingMessage, 'body' | 'attributes'>): number {
  return Buffer.byteLength(message.body) + attributesBytes(message.attributes);
}

function attributesBytes(attributes: Readonly<Record<string, MessageAttribute>>): number {
  return Object.entries(attributes).reduce((sum, [name, attribute]) => sum + attributeBytes(name, attribute), 0);
}

function attributeBytes(name: string, attribute: MessageAttribute): number {
  return (
    Buffer.byteLength(name) +
    Buffer.byteLength(attribute.dataType) +
    Buffer.byteLength(attribute.stringValue ?? '') +
    Buffer.byteLength(attribute.binaryValue ?? '', 'base64')
  );
}

/** Whether SQS takes it. A copy that it would refuse is not made: the original stays hidden for the time instead. */
function fitsAsCopy(message: Pick<OutgoingMessage, 'body' | 'attributes'>): boolean {
  return Object.keys(message.attributes).length <= MAX_ATTRIBUTES && messageBytes(message) <= MAX_MESSAGE_BYTES;
}

export { attributeBytes, attributesBytes, fitsAsCopy, messageBytes };
