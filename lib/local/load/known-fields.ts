import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { failed } from '../verb-failure.ts';
import type { Destination } from './destination.ts';

/** A field of the subscription, as Describe gives it. */
interface KnownField {
  readonly name: string;
  readonly displayName?: string;
  /** Marketo's word: `integer`, `string`, `datetime`. */
  readonly dataType?: string;
  /** Characters. */
  readonly length?: number;
  readonly readOnly: boolean;
}

interface KnownFields {
  readonly fields: ReadonlyMap<string, KnownField>;
  /** Of a custom object: what tells one from another. */
  readonly dedupeFields: readonly string[];
}

type FieldsAnswer =
  | { readonly kind: 'known'; readonly known: KnownFields }
  | { readonly kind: 'unknown'; readonly why: string };

/** Where the fields of the subscription can be had: a saved reply, or whatever a relay keeps of them. */
interface FieldSource {
  fieldsOf(object: Destination['object']): Promise<FieldsAnswer>;
}

// Marketo: leads ("Describe" and "Describe 2"), custom-objects, companies, program-members ("Describe").
const common = { displayName: z.string().optional(), dataType: z.string().optional(), length: z.int().optional() };
const older = z.looseObject({
  ...common,
  rest: z.looseObject({ name: z.string(), readOnly: z.boolean().optional() }),
});
const newer = z.looseObject({ ...common, name: z.string(), updateable: z.boolean().optional() });
const replySchema = z.looseObject({
  result: z.union([
    z.array(z.looseObject({ dedupeFields: z.array(z.string()).optional(), fields: z.array(newer).min(1) })).min(1),
    z.array(z.looseObject({ rest: z.unknown().optional() })).min(1),
  ]),
});

/** The fields in a Describe reply that was saved to a file. */
function createDescribeFile(path: string, name: string): FieldSource {
  return {
    async fieldsOf() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw failed('usage', `--fields ${name} cannot be read: ${error.message}`);
      });
      return { kind: 'known', known: readDescribe(text, name) };
    },
  };
}

/** @throws {VerbFailure} for what is no Describe reply. */
function readDescribe(text: string, name: string): KnownFields {
  const reply = replySchema.safeParse(parseOrUndefined(text));
  const [first] = reply.success ? reply.data.result : [];
  if (reply.success && first !== undefined && 'fields' in first && Array.isArray(first.fields)) {
    const { fields, dedupeFields = [] } = first as { fields: z.infer<typeof newer>[]; dedupeFields?: string[] };
    const read = fields.map(({ updateable, ...field }) => fieldOf({ ...field, readOnly: updateable === false }));
    return { fields: byName(read), dedupeFields };
  }
  const fields = z.array(older).safeParse(reply.success ? reply.data.result : undefined);
  if (!fields.success) {
    throw failed(
      'usage',
      `--fields ${name} is no reply of Describe: save that of /rest/v1/leads/describe2.json (or of the object's own describe.json)`,
    );
  }
  const read = fields.data.map(({ rest, ...field }) =>
    fieldOf({ ...field, name: rest.name, readOnly: rest.readOnly === true }),
  );
  return { fields: byName(read), dedupeFields: [] };
}

function fieldOf(field: {
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly dataType?: string | undefined;
  readonly length?: number | undefined;
  readonly readOnly: boolean;
}): KnownField {
  const { name, displayName, dataType, length, readOnly } = field;
  return {
    name,
    ...(displayName === undefined ? {} : { displayName }),
    ...(dataType === undefined ? {} : { dataType }),
    ...(length === undefined ? {} : { length }),
    readOnly,
  };
}

function byName(fields: readonly KnownField[]): ReadonlyMap<string, KnownField> {
  return new Map(fields.map((field) => [field.name, field]));
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type { FieldSource, FieldsAnswer, KnownField, KnownFields };
export { createDescribeFile, readDescribe };
