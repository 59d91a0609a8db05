/** JSON values, declared here so that the fake shares nothing with the code that it checks. */
type Json = null | boolean | number | string | readonly Json[] | JsonObject;
type JsonObject = { readonly [name: string]: Json };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type { Json, JsonObject };
export { isObject };
