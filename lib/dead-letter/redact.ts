import { REDACTED, type Secret } from '../marketo/secret.ts';

/** Anything shorter is no secret, and replacing it would spoil the text. Marketo's are 32 characters and more. */
const MIN_SECRET_LENGTH = 6;

/**
 * Replaces every secret in a text, as it is and percent-encoded. Letters hold no secret by construction; this is for what
 * Marketo, or something in between, echoes back.
 */
function redact(text: string, secrets: readonly Secret[]): string {
  return spellings(secrets).reduce((clean, spelling) => clean.replaceAll(spelling, REDACTED), text);
}

/** {@link redact} for every string in a JSON value, member names included. */
function redactDeep<T>(value: T, secrets: readonly Secret[]): T {
  const known = spellings(secrets);
  return known.length === 0 ? value : (walk(value, known) as T);
}

function walk(value: unknown, known: readonly string[]): unknown {
  if (typeof value === 'string') return known.reduce((clean, spelling) => clean.replaceAll(spelling, REDACTED), value);
  if (Array.isArray(value)) return value.map((entry) => walk(entry, known));
  if (typeof value !== 'object' || value === null) return value;
  // Object.fromEntries defines members, so `__proto__` in a body stays a plain name.
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [walk(name, known) as string, walk(member, known)]),
  );
}

function spellings(secrets: readonly Secret[]): readonly string[] {
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value.length >= MIN_SECRET_LENGTH);
  const all = values.flatMap((value) => [value, encodeURIComponent(value), encodeURIComponent(value).toLowerCase()]);
  // The longest first, so that a secret inside another leaves no rest of the outer one.
  return [...new Set(all)].sort((one, other) => other.length - one.length);
}

export { redact, redactDeep };
