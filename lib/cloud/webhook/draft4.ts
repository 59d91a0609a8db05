/** JSON, as a schema is. */
type Json = null | boolean | number | string | readonly Json[] | Schema;
type Schema = { readonly [keyword: string]: Json };

/** Keywords that mean the same in draft 4. */
const SAME = [
  'type',
  'title',
  'description',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'required',
];
const DRAFT_4 = 'http://json-schema.org/draft-04/schema#';
const DEFINITION = /^#\/\$defs\/(\w+)$/;

/**
 * A JSON Schema of draft 2020-12 as one of draft 4, which API Gateway's models are (API Gateway: "Data models for REST APIs").
 * What refers to a definition gets it written out, and what draft 4 does not have is said in its words: `const` as `enum`,
 * `if` and `then` as `anyOf` with `not`. `format` is left out: what it means differs between validators, and `pattern` says it here.
 *
 * @throws where a keyword is not known, so that no rule is lost unnoticed.
 * @example
 * toDraft4({ const: 'GET' }); // { $schema: 'http://json-schema.org/draft-04/schema#', enum: ['GET'] }
 */
function toDraft4(schema: Schema): Schema {
  const { $schema: _, $defs = {}, ...root } = schema;
  return { $schema: DRAFT_4, ...converted(root, $defs as Schema) };
}

function converted(schema: Schema, definitions: Schema): Schema {
  const convert = (value: Json | undefined): Schema => converted(value as Schema, definitions);
  const convertAll = (value: Json): readonly Schema[] => (value as readonly Json[]).map(convert);
  const { if: condition, then: consequence, ...others } = schema;
  const rules = Object.entries(others).map(([keyword, value]): Schema => {
    if (SAME.includes(keyword)) return { [keyword]: value };
    switch (keyword) {
      case 'const':
        return { enum: [value] };
      case 'format':
        return {};
      case 'not':
      case 'items':
        return { [keyword]: convert(value) };
      case 'allOf':
      case 'anyOf':
        return { [keyword]: convertAll(value) };
      case 'properties':
        return {
          properties: Object.fromEntries(Object.entries(value as Schema).map(([name, one]) => [name, convert(one)])),
        };
      case 'additionalProperties':
        return { additionalProperties: typeof value === 'boolean' ? value : convert(value) };
      case '$ref':
        return convert(definitionOf(value, definitions));
      default:
        throw new Error(`${keyword} has no conversion to draft 4 of JSON Schema: add one`);
    }
  });
  if (condition !== undefined) rules.push({ anyOf: [{ not: convert(condition) }, convert(consequence)] });
  return merged(rules);
}

/** Two rules under one keyword would be one of them only. */
function merged(rules: readonly Schema[]): Schema {
  const keywords = rules.flatMap(Object.keys);
  const twice = keywords.find((keyword, index) => keywords.indexOf(keyword) !== index);
  if (twice !== undefined) throw new Error(`${twice} is there twice in one schema: write them as an allOf`);
  return Object.assign({}, ...rules);
}

function definitionOf(reference: Json, definitions: Schema): Json {
  const name = DEFINITION.exec(String(reference))?.[1] ?? '';
  const definition = definitions[name];
  if (definition === undefined) throw new Error(`${String(reference)} is no definition of the schema`);
  return definition;
}

export type { Schema };
export { toDraft4 };
