import * as z from 'zod/mini';
import type { JsonObject } from '../marketo/request.ts';
import { expected, isObject } from './expected.ts';
import { fileSchema } from './file-pointer.ts';
import { nearBody, nearId, nearInstant, nearMethod, nearParameters, nearSwitch } from './near-misses.ts';
import { MAX_PATH_LENGTH, PATH_PATTERN } from './request-path.ts';
import { wantedShape } from './wanted-result.ts';

const MAX_QUERY_VALUES = 10_000;
/** Printable ASCII: it becomes part of a message attribute, a table key and a file name. */
const ID = /^[\x21-\x7E](?:[\x20-\x7E]{0,126}[\x21-\x7E])?$/;
/** Where a schema that is made of this one keeps what a parameter may be. */
const SCALAR = '#/$defs/scalar';

const object = (text: string, nearMiss: (input: unknown) => string) =>
  z.custom<JsonObject>(isObject, expected(text, nearMiss));

const method = z.enum(['GET', 'POST', 'DELETE'], expected('GET, POST or DELETE', nearMethod));
const requestShape = {
  method: z.optional(
    method.check(
      z.meta({
        description:
          'By default POST with a body or form; else GET, where the path only reads. On any other path, say it.',
      }),
    ),
  ),
  path: z.string(expected('a string: the path of a Marketo REST endpoint')).check(
    z.meta({
      description: 'Path of a Marketo REST endpoint, such as /rest/v1/leads.json, without host and query.',
      maxLength: MAX_PATH_LENGTH,
      pattern: PATH_PATTERN,
    }),
  ),
  query: z.optional(
    object('an object of parameters', nearParameters).check(
      z.meta({
        description: 'Parameters of the URL; an array repeats one. The relay adds the access token itself.',
        type: 'object',
        additionalProperties: {
          anyOf: [
            { $ref: SCALAR },
            { type: 'array', items: { $ref: SCALAR }, minItems: 1, maxItems: MAX_QUERY_VALUES },
          ],
        },
      }),
    ),
  ),
  body: z.optional(
    object('an object: the JSON body of the request', nearBody).check(
      z.meta({ description: 'The JSON body. Its `input` holds the records.', type: 'object' }),
    ),
  ),
  form: z.optional(
    object('an object: the form fields of the request', nearParameters).check(
      z.meta({ description: 'Instead of `body`: form fields, as the asset endpoints want them.', type: 'object' }),
    ),
  ),
  file: z.optional(fileSchema),
};

/** Of the small build of the library: the other one's schemas take ten times as long to make, in every cold start. */
const messageSchema = z.strictObject(
  {
    ...requestShape,
    id: z.optional(
      z.string(expected('a string of 1 to 128 printable ASCII characters, no space at either end', nearId)).check(
        z.regex(ID, expected('1 to 128 printable ASCII characters, no space at either end')),
        z.meta({
          description:
            'Your name for this request: the same again under it is not executed twice where that would matter.',
        }),
      ),
    ),
    notAfter: z.optional(
      z.iso
        .datetime({
          offset: true,
          ...expected('an ISO 8601 instant with its offset, such as 2027-01-31T12:00:00Z', nearInstant),
        })
        .check(z.meta({ description: 'ISO 8601 instant with its offset: past it the message is not sent any more.' })),
    ),
    idempotent: z.optional(
      z
        .boolean(expected('true or false', nearSwitch))
        .check(z.meta({ description: 'Overrules what the relay knows of the endpoint: whether twice does no harm.' })),
    ),
    ...wantedShape,
  },
  expected(
    'an object with `path`, and `method`, `query`, `body`, `form` or `file`, `id`, `notAfter`, `idempotent` as needed',
  ),
);
const requestSchema = z.object(requestShape);

export { ID, MAX_QUERY_VALUES, messageSchema, requestSchema };
