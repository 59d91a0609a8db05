/** Marketo: field-types. Each takes a number. */
const NUMBERS: ReadonlySet<string> = new Set(['integer', 'float', 'currency', 'percent', 'score']);
/** What some reader of numbers takes all the same, or takes for nothing. */
const PERHAPS_NUMBERS: ReadonlySet<string> = new Set(['nan', 'inf', 'infinity', 'null', 'true', 'false', 'yes', 'no']);

/**
 * Whether a text can be no number, whoever reads it: it has letters and no digit. Blanks, signs and currencies are left to
 * Marketo, and so are numbers that are too large.
 *
 * @example
 * isNoNumber('high', 'integer'); // true
 */
function isNoNumber(text: string, dataType: string): boolean {
  if (!NUMBERS.has(dataType)) return false;
  const plain = text.trim().toLowerCase().replace(/^[+-]/, '');
  return /\p{L}/u.test(plain) && !/\p{N}/u.test(plain) && !PERHAPS_NUMBERS.has(plain);
}

export { isNoNumber };
