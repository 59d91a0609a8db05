import * as z from 'zod';
import type { JsonObject } from '../marketo/request.ts';

const text = z.string();
const count = z.int().min(0);
const status = z.enum(['delivered', 'partial', 'dead']);
const object = z.strictObject({ bucket: text, key: text, bytes: count });
const stripped = z
  .array(text)
  .meta({ description: 'Fields that it was sent without, because Marketo does not have them.' });
const named = z.strictObject({ id: text.optional(), status: text.optional() });

const resultSchema = z.strictObject({
  version: z.literal(1),
  relayId: text.meta({ description: "The message's id: the publisher's own, or the one that SQS gave it." }),
  correlation: text.max(256).optional().meta({ description: "The publisher's, unread." }),
  operation: text.meta({ description: '`syncLeads` ...; `unknown` for what was no message.' }),
  status: status.meta({
    description:
      '`delivered`: all of it. `partial`: some records are delivered, others dead or on their way. `dead`: none of it.',
  }),
  waiting: count.meta({ description: 'Records that go back to the queue: another result will tell of them.' }),
  attempts: count,
  publishedAt: z.iso.datetime(),
  settledAt: z.iso.datetime(),
  requestId: text.optional().meta({ description: "Marketo's own id of the call, for a message without records." }),
  records: z
    .array(
      z.strictObject({
        position: count.meta({ description: 'In the `input` that was published.' }),
        outcome: z.enum(['delivered', 'dead']),
        code: text.meta({ description: "`ok`, Marketo's code, or one of the relay's own." }),
        id: text.optional().meta({ description: "Marketo's `id` or `marketoGUID`, as text." }),
        status: text.optional().meta({ description: "In Marketo's word: `created`, `updated` ..." }),
        requestId: text.optional(),
        stripped: stripped.optional(),
      }),
    )
    .optional(),
  stripped: stripped.optional(),
  objects: z
    .array(named)
    .optional()
    .meta({ description: 'What Marketo names in its reply to a message without records.' }),
  rows: z
    .strictObject({
      imported: count,
      failed: count,
      warned: count.meta({ description: 'Imported with a warning.' }),
      failedRows: z.array(z.int().min(1)).max(1_000).optional().meta({
        description: 'Numbers of those that failed, as far as Marketo names them. The first below the header is 1.',
      }),
      failures: z
        .array(z.strictObject({ bucket: text, key: text }))
        .optional()
        .meta({ description: "CSV files of all of them, with Marketo's reason in the last column." }),
    })
    .optional()
    .meta({ description: 'Of a file: what became of its rows.' }),
  failure: z
    .strictObject({ code: text, meaning: text, remedy: text, outcomeUnknown: z.boolean(), message: text.optional() })
    .optional()
    .meta({ description: 'Why there is a dead letter. `message` only where the request was asked for.' }),
  reply: z
    .union([
      z.strictObject({ httpStatus: count, contentType: text.optional(), body: text }),
      z.strictObject({ httpStatus: count, contentType: text.optional(), object }),
    ])
    .optional()
    .meta({ description: "Of a read: Marketo's reply as it wrote it, or where it lies when it is large." }),
  page: z
    .strictObject({ number: z.int().min(1), more: z.boolean() })
    .optional()
    .meta({ description: 'Of a read of several pages: which this is, and whether another will come.' }),
  request: z
    .union([z.record(text, z.unknown()), text])
    .optional()
    .meta({ description: 'Where the publisher asked for it.' }),
});

const pointerSchema = z.strictObject({
  version: z.literal(1),
  relayId: text,
  correlation: text.max(256).optional(),
  operation: text,
  status,
  object: object.meta({ description: 'Where the whole result lies, which is too large for a message.' }),
});

/** The JSON Schema (draft 2020-12) of what a relay tells of its messages. */
function resultJsonSchema(): JsonObject {
  const { $schema, ...shape } = z.toJSONSchema(z.union([resultSchema, pointerSchema]), { unrepresentable: 'any' });
  return {
    $schema,
    title: 'marketo-relay result',
    description: 'What became of a message, or where that lies. Told at least once.',
    ...shape,
  } as unknown as JsonObject;
}

export { resultJsonSchema };
