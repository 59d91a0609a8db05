import * as z from 'zod';
import type { JsonObject } from '../marketo/request.ts';
import { messageSchema } from './message-schema.ts';

/** What the shape alone does not say: which members exclude each other. */
const EXCLUSIONS = [
  { not: { required: ['body', 'form'] } },
  {
    if: { properties: { method: { enum: ['GET', 'DELETE'] } }, required: ['method'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { not: { required: ['form'] } },
  },
  {
    if: { properties: { method: { const: 'GET' } }, required: ['method'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { not: { required: ['body'] } },
  },
];

/**
 * The JSON Schema of a message (draft 2020-12), made from the schema by which intake reads it. Every message that intake
 * accepts is valid by it. The reverse is not promised: what depends on the endpoint, and what JSON itself hides, only
 * the checks of intake know.
 */
function messageJsonSchema(): JsonObject {
  const { $schema, ...shape } = z.toJSONSchema(messageSchema, { unrepresentable: 'any', io: 'input' });
  return {
    $schema,
    title: 'marketo-relay message',
    description: 'One Marketo REST request, as it is published to the queue of a marketo-relay.',
    ...shape,
    allOf: EXCLUSIONS,
    $defs: { scalar: { type: ['string', 'number', 'boolean'] } },
  } as unknown as JsonObject;
}

export { messageJsonSchema };
