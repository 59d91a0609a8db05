import { shorten, toJsonText } from './json-text.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Says what was expected, and what was there instead, short. */
function expected(text: string, nearMiss: (input: unknown) => string = () => '') {
  return { error: ({ input }: { input?: unknown }) => `${text}; got ${describe(input)}${nearMiss(input)}` };
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (isObject(value)) return 'an object';
  return typeof value === 'string' ? toJsonText(shorten(value, 60)) : String(value);
}

export { describe, expected, isObject };
